"""Requests for access as people look at them: the inbox, one's own, one whole, and the register (Art. 17: 登记簿)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access import deciders_of, step_items, units_upward
from registry.tables import (
    AccessAssignment,
    AccessDecision,
    AccessDecisionItem,
    AccessGrant,
    AccessGrantItem,
    AccessItem,
    AccessQuestion,
    AccessRequest,
    AccessStep,
    AccessView,
    Activity,
    Person,
    Recording,
    Unit,
)
from regulation.access import Deciders
from regulation.access_states import ASKED, RequestState
from regulation.vocabulary import Role

_request, _item, _step = table_of(AccessRequest), table_of(AccessItem), table_of(AccessStep)
_assignment, _decision = table_of(AccessAssignment), table_of(AccessDecision)
_question, _grant, _view = table_of(AccessQuestion), table_of(AccessGrant), table_of(AccessView)
_given, _grant_item = table_of(AccessDecisionItem), table_of(AccessGrantItem)
_recording, _activity, _unit = table_of(Recording), table_of(Activity), table_of(Unit)
_requester, _enterer = table_of(Person), table_of(Person).alias("enterer")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as a list shows it."""

    id: UUID
    number: str
    state: RequestState
    requester_id: UUID
    entered_by_id: UUID
    requester_number: str
    requester_name: str
    unit_name: str
    zone: str
    purpose: str
    outsider: str | None
    document: str | None
    round: int
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    valid_from: datetime
    valid_until: datetime
    views: int
    copies: int
    items: int


def requests_shown() -> Select[*tuple[object, ...]]:
    """The question for requests as lists show them; `request_row` makes something of each row."""
    items = select(func.count()).select_from(_item).where(_item.c.request_id == _request.c.id).scalar_subquery()
    whose = (_requester.c.number.label("requester_number"), _requester.c.name.label("requester_name"))
    return select(_request, *whose, _unit.c.name.label("unit_name"), _unit.c.zone, items.label("items")).select_from(
        _request.join(_requester, _requester.c.id == _request.c.requester_id).join(
            _unit, _unit.c.id == _request.c.unit_id
        )
    )


def request_row(row: AnyRow) -> RequestRow:
    """A row of `requests_shown`."""
    return RequestRow(**{name: getattr(row, name) for name in RequestRow.__dataclass_fields__})


def to_decide(session: Session, person_id: UUID, limit: int = 200) -> list[RequestRow]:
    """The requests that wait for this person's decision, the oldest first."""
    asked = (
        select(_step.c.request_id)
        .join_from(_step, _assignment, _assignment.c.step_id == _step.c.id)
        .where(_assignment.c.person_id == person_id, _assignment.c.ended_at.is_(None), _step.c.closed_at.is_(None))
    )
    query = requests_shown().where(_request.c.id.in_(asked), _request.c.state.in_(ASKED))
    return [request_row(one) for one in session.execute(query.order_by(_request.c.submitted_at).limit(limit))]


def number_of_open_step(session: Session, step_id: UUID) -> str | None:
    """The number of the request of a step that waits for its answer; None for any other."""
    query = select(_request.c.number).join_from(_request, _step, _step.c.request_id == _request.c.id)
    open_one = (_step.c.id == step_id) & _step.c.opened_at.is_not(None) & _step.c.closed_at.is_(None)
    return session.execute(query.where(open_one, _request.c.state.in_(ASKED))).scalar_one_or_none()


def number_of_grant(session: Session, grant_id: UUID) -> str:
    """The number of the request that a grant came of."""
    query = select(_request.c.number).join_from(_request, _grant, _grant.c.request_id == _request.c.id)
    return str(session.execute(query.where(_grant.c.id == grant_id)).scalar_one())


def requests_of(session: Session, person_id: UUID, limit: int = 200) -> list[RequestRow]:
    """The requests a person made or typed in, the newest first."""
    mine = or_(_request.c.requester_id == person_id, _request.c.entered_by_id == person_id)
    query = requests_shown().where(mine).order_by(_request.c.created_at.desc(), _request.c.number.desc()).limit(limit)
    return [request_row(one) for one in session.execute(query)]


def request_numbered(session: Session, number: str) -> RequestRow | None:
    """The request with this number."""
    row = session.execute(requests_shown().where(_request.c.number == number)).one_or_none()
    return None if row is None else request_row(row)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A recording asked for, as far as those who decide need to know it; `given` is the part that is granted."""

    item_id: UUID
    recording_id: UUID
    activity: str | None
    place: str | None
    unit_id: UUID
    unit_name: str
    zone: str
    media_kind: str
    started_at: datetime | None
    received_at: datetime
    duration_seconds: float | None
    size: int
    sha256: str
    start_second: float
    end_second: float | None
    is_granted: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step with its answer, if there is one, and with those who may answer it now, if it is open."""

    step: AnyRow
    unit_name: str
    item_ids: tuple[UUID, ...]
    decision: AnyRow | None
    deciders: Deciders | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.step.opened_at is not None and self.step.closed_at is None


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """Everything about one request that its page shows."""

    row: RequestRow
    items: Sequence[ItemRow]
    steps: Sequence[StepRow]
    questions: Sequence[AnyRow]
    handed_over: Sequence[AnyRow]
    grant: AnyRow | None
    views: Sequence[AnyRow] = field(default_factory=tuple)

    def may_answer(self, person_id: UUID) -> list[StepRow]:
        """The open steps that this person may answer."""
        return [one for one in self.steps if one.deciders is not None and person_id in one.deciders.people]

    def open_question(self) -> AnyRow | None:
        """What the requester was asked and has not answered yet."""
        return next((one for one in self.questions if one.answered_at is None), None)


def whole_request(session: Session, row: RequestRow, at: datetime) -> WholeRequest:
    """The request with all that belongs to it."""
    asked = select(_question, _requester.c.name).join_from(
        _question, _requester, _requester.c.id == _question.c.person_id
    )
    handed = (
        select(_assignment, _requester.c.name)
        .join_from(_assignment, _step, _step.c.id == _assignment.c.step_id)
        .join(_requester, _requester.c.id == _assignment.c.person_id)
        .where(_step.c.request_id == row.id, _assignment.c.ended_at.is_not(None))
    )
    grant = session.execute(select(_grant).where(_grant.c.request_id == row.id)).one_or_none()
    return WholeRequest(
        row,
        _items(session, row.id),
        _steps(session, row, at),
        session.execute(asked.where(_question.c.request_id == row.id).order_by(_question.c.at)).all(),
        session.execute(handed.order_by(_assignment.c.ended_at)).all(),
        grant,
        () if grant is None else views_of(session, grant.id),
    )


def _items(session: Session, request_id: UUID) -> list[ItemRow]:
    granted = (
        select(_grant_item.c.recording_id)
        .join_from(_grant_item, _grant, _grant.c.id == _grant_item.c.grant_id)
        .where(_grant.c.request_id == request_id)
    )
    given = set(session.execute(granted).scalars())
    query = (
        select(
            _item.c.id.label("item_id"),
            _item.c.recording_id,
            _item.c.start_second,
            _item.c.end_second,
            _activity.c.number.label("activity"),
            _activity.c.place,
            _unit.c.id.label("unit_id"),
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            *(_recording.c[name] for name in ("media_kind", "started_at", "received_at", "duration_seconds")),
            _recording.c.size,
            _recording.c.sha256,
        )
        .select_from(
            _item.join(_recording, _recording.c.id == _item.c.recording_id)
            .join(_unit, _unit.c.id == _recording.c.unit_id)
            .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        )
        .where(_item.c.request_id == request_id)
        .order_by(_item.c.id)
    )
    return [ItemRow(**row._mapping, is_granted=row.recording_id in given) for row in session.execute(query)]


def _steps(session: Session, row: RequestRow, at: datetime) -> list[StepRow]:
    query = (
        select(_step, _unit.c.name.label("unit_name"))
        .join_from(_step, _unit, _unit.c.id == _step.c.unit_id)
        .where(_step.c.request_id == row.id)
    )
    steps = session.execute(query.order_by(_step.c.round, _step.c.position)).all()
    items = step_items(session, [one.id for one in steps])
    made = select(_decision, _requester.c.name).join_from(
        _decision, _requester, _requester.c.id == _decision.c.person_id
    )
    decisions = {
        one.step_id: one for one in session.execute(made.where(_decision.c.step_id.in_([step.id for step in steps])))
    }
    return [
        StepRow(
            one,
            one.unit_name,
            items.get(one.id, ()),
            decisions.get(one.id),
            _deciders(session, one, row, at),
        )
        for one in steps
    ]


def _deciders(session: Session, step: AnyRow, row: RequestRow, at: datetime) -> Deciders | None:
    if step.opened_at is None or step.closed_at is not None or row.state not in ASKED:
        return None
    return deciders_of(session, step, row.requester_id, at)


def views_of(session: Session, grant_id: UUID) -> list[AnyRow]:
    """Every viewing under a grant, the newest first."""
    query = select(_view, _recording.c.media_kind).join_from(_view, _recording, _recording.c.id == _view.c.recording_id)
    return list(session.execute(query.where(_view.c.grant_id == grant_id).order_by(_view.c.opened_at.desc())))


_OVERSEES = (
    Role.DEVICE_ADMINISTRATOR,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.CONFIDENTIALITY_REVIEWER,
    Role.SUPERVISOR,
)
"""Who sees the register of their units (chosen: whoever has a part in access or in supervising it)."""


def overseen(holdings: Collection[tuple[UUID, Role]]) -> set[UUID]:
    """The units whose register is open to whoever holds these roles; those below them as well."""
    return {unit_id for unit_id, role in holdings if role in _OVERSEES}


def may_see(session: Session, row: RequestRow, person_id: UUID, oversees: Collection[UUID]) -> bool:
    """Whether a request is shown to a person: their own, one they were asked to decide, one of a unit they oversee."""
    if person_id in (row.requester_id, row.entered_by_id):
        return True
    asked = (
        select(_assignment.c.step_id)
        .join_from(_assignment, _step, _step.c.id == _assignment.c.step_id)
        .where(_step.c.request_id == row.id, _assignment.c.person_id == person_id)
    )
    if session.execute(asked.limit(1)).first() is not None:
        return True
    units = session.execute(select(_step.c.unit_id).where(_step.c.request_id == row.id).distinct()).scalars()
    above = {unit.id for unit_id in units for unit in units_upward(session, unit_id)}
    return bool(above & set(oversees))
