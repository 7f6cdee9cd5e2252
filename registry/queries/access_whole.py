"""One request with all that belongs to it, as its page and its run show it (Art. 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session

from registry.bulk import Among, AnyRow, table_of
from registry.queries.access import deciders_of, step_items
from registry.queries.access_copies import CopyRow, copies_of
from registry.queries.access_pages import RequestRow
from registry.tables import (
    AccessAssignment,
    AccessDecision,
    AccessGrant,
    AccessGrantItem,
    AccessItem,
    AccessQuestion,
    AccessStep,
    AccessView,
    Activity,
    Person,
    Recording,
    Unit,
)
from regulation.access import Deciders
from regulation.access_states import ASKED

_item, _step, _assignment = table_of(AccessItem), table_of(AccessStep), table_of(AccessAssignment)
_decision, _question, _view = table_of(AccessDecision), table_of(AccessQuestion), table_of(AccessView)
_grant, _grant_item, _recording = table_of(AccessGrant), table_of(AccessGrantItem), table_of(Recording)
_activity, _unit, _person = table_of(Activity), table_of(Unit), table_of(Person)

_ITEMS = (
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
    .where(_item.c.request_id == bindparam("request_id"))
    .order_by(_item.c.id)
)
_STEPS = (
    select(_step, _unit.c.name.label("unit_name"))
    .join_from(_step, _unit, _unit.c.id == _step.c.unit_id)
    .where(_step.c.request_id == bindparam("request_id"))
    .order_by(_step.c.round, _step.c.position)
)
_DECISIONS = Among(
    select(_decision, _person.c.name).join_from(_decision, _person, _person.c.id == _decision.c.person_id),
    _decision.c.step_id,
)
_QUESTIONS = (
    select(_question, _person.c.name)
    .join_from(_question, _person, _person.c.id == _question.c.person_id)
    .where(_question.c.request_id == bindparam("request_id"))
    .order_by(_question.c.at)
)
_HANDED_OVER = (
    select(_assignment, _person.c.name)
    .join_from(_assignment, _step, _step.c.id == _assignment.c.step_id)
    .join(_person, _person.c.id == _assignment.c.person_id)
    .where(_step.c.request_id == bindparam("request_id"), _assignment.c.ended_at.is_not(None))
    .order_by(_assignment.c.ended_at)
)
_GRANT = select(_grant).where(_grant.c.request_id == bindparam("request_id"))
_GRANTED = select(_grant_item.c.recording_id).where(_grant_item.c.grant_id == bindparam("grant_id"))
_VIEWS = (
    select(_view, _recording.c.media_kind)
    .join_from(_view, _recording, _recording.c.id == _view.c.recording_id)
    .where(_view.c.grant_id == bindparam("grant_id"))
    .order_by(_view.c.opened_at.desc())
)


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
    copies: Sequence[CopyRow] = field(default_factory=tuple)

    def may_answer(self, person_id: UUID) -> list[StepRow]:
        """The open steps that this person may answer."""
        return [one for one in self.steps if one.deciders is not None and person_id in one.deciders.people]

    def open_question(self) -> AnyRow | None:
        """What the requester was asked and has not answered yet."""
        return next((one for one in self.questions if one.answered_at is None), None)


def whole_request(session: Session, row: RequestRow, at: datetime) -> WholeRequest:
    """The request with all that belongs to it."""
    named = {"request_id": row.id}
    grant = session.execute(_GRANT, named).one_or_none()
    return WholeRequest(
        row,
        _items(session, row.id, grant),
        _steps(session, row, at),
        session.execute(_QUESTIONS, named).all(),
        session.execute(_HANDED_OVER, named).all(),
        grant,
        () if grant is None else views_of(session, grant.id),
        () if grant is None else copies_of(session, grant.id),
    )


def _items(session: Session, request_id: UUID, grant: AnyRow | None) -> list[ItemRow]:
    given = set() if grant is None else set(session.execute(_GRANTED, {"grant_id": grant.id}).scalars())
    rows = session.execute(_ITEMS, {"request_id": request_id})
    return [ItemRow(**row._mapping, is_granted=row.recording_id in given) for row in rows]


def _steps(session: Session, row: RequestRow, at: datetime) -> list[StepRow]:
    steps = session.execute(_STEPS, {"request_id": row.id}).all()
    items = step_items(session, [one.id for one in steps])
    closed = [one.id for one in steps if one.closed_at is not None]  # as every step is that was decided
    decisions = {one.step_id: one for one in _DECISIONS.rows(session.connection(), closed)}
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
    return list(session.execute(_VIEWS, {"grant_id": grant_id}))
