"""What a notice about a request for access has to tell: numbers, seats and times, never what it is for (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.tables import AccessItem, AccessRequest, AccessStep, AccessStepItem, Duty, Person, Unit
from regulation.access import Ground
from regulation.access_states import ASKED, RequestState
from regulation.vocabulary import Role

_request, _step, _unit = table_of(AccessRequest), table_of(AccessStep), table_of(Unit)
_item, _step_item = table_of(AccessItem), table_of(AccessStepItem)
_duty, _person = table_of(Duty), table_of(Person)


@dataclass(frozen=True, slots=True)
class AccessNews:
    """A step that waits for the reader, or what became of a request: then `step_id`, `role` and `ground` are empty.

    `unit_name` is the unit whose footage it is, of an outcome the requester's; `due_at` is when the decision is due,
    empty while nobody has worked it out; `is_open` says whether it still waits.
    """

    number: str
    requester_number: str
    requester_name: str
    unit_name: str
    recordings: int
    state: RequestState
    at: datetime
    step_id: UUID | None = None
    role: Role | None = None
    ground: Ground | None = None
    due_at: datetime | None = None
    is_open: bool = False

    @property
    def requester_masked(self) -> str:
        """The name as it may stand on a screen that others see."""
        return f"{self.requester_name[:1]}某"


def access_news(session: Session, subject: str, reader_id: UUID) -> AccessNews | None:
    """What the notice with this subject, ``decide:…`` or ``outcome:…``, tells its reader; None for any other."""
    what, _, about = subject.partition(":")
    if what == "decide":
        return _to_decide(session, UUID(about), reader_id)
    return _outcome(session, UUID(about)) if what == "outcome" else None


def _to_decide(session: Session, step_id: UUID, reader_id: UUID) -> AccessNews | None:
    count = select(func.count()).select_from(_step_item).where(_step_item.c.step_id == step_id).scalar_subquery()
    due = select(_duty.c.due_at).where(_duty.c.subject_id == step_id, _duty.c.owed_by_id == reader_id).scalar_subquery()
    query = (
        _about(_unit.c.name, count.label("recordings"), due.label("due_at"), _step)
        .join(_step, _step.c.request_id == _request.c.id)
        .join(_unit, _unit.c.id == _step.c.unit_id)
    )
    row = session.execute(query.where(_step.c.id == step_id)).one_or_none()
    if row is None:
        return None
    is_open = row.closed_at is None and row.state in ASKED
    return _news(row, row.opened_at, step_id, row.role, row.ground, row.due_at, is_open)


def _outcome(session: Session, request_id: UUID) -> AccessNews | None:
    count = select(func.count()).select_from(_item).where(_item.c.request_id == request_id).scalar_subquery()
    query = _about(_unit.c.name, count.label("recordings"), _request.c.changed_at).join(
        _unit, _unit.c.id == _request.c.unit_id
    )
    row = session.execute(query.where(_request.c.id == request_id)).one_or_none()
    return None if row is None else _news(row, row.changed_at)


def _about(*more: Any) -> Select[Any]:
    whose = (_person.c.number.label("requester_number"), _person.c.name.label("requester_name"))
    return select(_request.c.number, _request.c.state, *whose, *more).select_from(
        _request.join(_person, _person.c.id == _request.c.requester_id)
    )


def _news(row: AnyRow, at: datetime, *of_a_step: object) -> AccessNews:
    about = (row.number, row.requester_number, row.requester_name, row.name, row.recordings, row.state)
    return AccessNews(*about, at, *of_a_step)  # type: ignore[arg-type]
