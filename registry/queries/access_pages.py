"""Requests for access in lists: the inbox and one's own; and who may see one (Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access import units_upward
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
from regulation.access_states import ASKED, RequestState

_request, _item, _step = table_of(AccessRequest), table_of(AccessItem), table_of(AccessStep)
_assignment, _decision = table_of(AccessAssignment), table_of(AccessDecision)
_question, _grant, _view = table_of(AccessQuestion), table_of(AccessGrant), table_of(AccessView)
_given, _grant_item = table_of(AccessDecisionItem), table_of(AccessGrantItem)
_recording, _activity, _unit = table_of(Recording), table_of(Activity), table_of(Unit)
_requester = table_of(Person)


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


def requests_shown() -> Select[tuple[object, ...]]:
    """The question for requests as lists show them; `request_row` makes something of each row."""
    items = select(func.count()).select_from(_item).where(_item.c.request_id == _request.c.id).scalar_subquery()
    whose = (_requester.c.number.label("requester_number"), _requester.c.name.label("requester_name"))
    return select(_request, *whose, _unit.c.name.label("unit_name"), _unit.c.zone, items.label("items")).select_from(
        _request.join(_requester, _requester.c.id == _request.c.requester_id).join(
            _unit, _unit.c.id == _request.c.unit_id
        )
    )


_NUMBERED = requests_shown().where(_request.c.number == bindparam("number"))
_TO_DECIDE = (
    requests_shown()
    .where(
        _request.c.id.in_(
            select(_step.c.request_id)
            .join_from(_step, _assignment, _assignment.c.step_id == _step.c.id)
            .where(_assignment.c.person_id == bindparam("person_id"))
            .where(_assignment.c.ended_at.is_(None), _step.c.closed_at.is_(None))
        ),
        _request.c.state.in_(ASKED),
    )
    .order_by(_request.c.submitted_at)
    .limit(bindparam("most"))
)
_OWN = (
    requests_shown()
    .where(or_(_request.c.requester_id == bindparam("person_id"), _request.c.entered_by_id == bindparam("person_id")))
    .order_by(_request.c.created_at.desc(), _request.c.number.desc())
    .limit(bindparam("most"))
)
_WAS_ASKED = (
    select(_assignment.c.step_id)
    .join_from(_assignment, _step, _step.c.id == _assignment.c.step_id)
    .where(_step.c.request_id == bindparam("request_id"), _assignment.c.person_id == bindparam("person_id"))
    .limit(1)
)
_UNITS_ASKED = select(_step.c.unit_id).where(_step.c.request_id == bindparam("request_id")).distinct()


def request_row(row: AnyRow) -> RequestRow:
    """A row of `requests_shown`."""
    return RequestRow(**{name: getattr(row, name) for name in RequestRow.__dataclass_fields__})


def to_decide(session: Session, person_id: UUID, limit: int = 200) -> list[RequestRow]:
    """The requests that wait for this person's decision, the oldest first."""
    return [request_row(one) for one in session.execute(_TO_DECIDE, {"person_id": person_id, "most": limit})]


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
    return [request_row(one) for one in session.execute(_OWN, {"person_id": person_id, "most": limit})]


def request_numbered(session: Session, number: str) -> RequestRow | None:
    """The request with this number."""
    row = session.execute(_NUMBERED, {"number": number}).one_or_none()
    return None if row is None else request_row(row)


def may_see(session: Session, row: RequestRow, person_id: UUID, oversees: Collection[UUID]) -> bool:
    """Whether a request is shown to a person: their own, one they were asked to decide, one of a unit they oversee."""
    if person_id in (row.requester_id, row.entered_by_id):
        return True
    if session.execute(_WAS_ASKED, {"request_id": row.id, "person_id": person_id}).first() is not None:
        return True
    units = session.execute(_UNITS_ASKED, {"request_id": row.id}).scalars()
    above = {unit.id for unit_id in units for unit in units_upward(session, unit_id)}
    return bool(above & set(oversees))
