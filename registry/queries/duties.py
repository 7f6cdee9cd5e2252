"""How duties stand: by unit, by state, over time (Art. 16, 20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from registry.bulk import table_of
from registry.tables import Duty, Sweep, Unit
from regulation.duties import OPEN, DutyKind, DutyState

_duty, _unit = table_of(Duty), table_of(Unit)


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many duties of a kind are overdue in a unit, and since when the longest."""

    unit_code: str
    unit_name: str
    kind: DutyKind
    count: int
    longest: datetime


def overdue_by_unit(session: Session) -> list[Overdue]:
    """What is overdue, by unit and kind, the longest first."""
    longest = func.min(_duty.c.due_at, type_=_duty.c.due_at.type)
    query = (
        select(_unit.c.code, _unit.c.name, _duty.c.kind, func.count(), longest)
        .join_from(_duty, _unit, _unit.c.id == _duty.c.unit_id)
        .where(_duty.c.state == DutyState.OVERDUE)
        .group_by(_unit.c.code, _unit.c.name, _duty.c.kind)
        .order_by(longest)
    )
    return [Overdue(*row) for row in session.execute(query)]


def open_by_state(session: Session) -> dict[DutyState, int]:
    """How many duties are owed, by state; the met and excused are not counted, for they only grow."""
    query = select(_duty.c.state, func.count()).where(_duty.c.state.in_(OPEN)).group_by(_duty.c.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in OPEN}


def not_yet_due(session: Session, at: datetime) -> int:
    """How many duties were considered and have nothing to tell yet."""
    query = select(func.count()).select_from(_duty).where(_duty.c.next_at > at)
    return int(session.execute(query).scalar_one())


def last_sweeps(session: Session, kind: str, limit: int = 1) -> list[Sweep]:
    """The sweeps of `kind` that came to their end, the newest first."""
    finished = select_rows(Sweep).where(col(Sweep.kind) == kind, col(Sweep.finished_at).is_not(None))
    return list(session.exec(finished.order_by(col(Sweep.started_at).desc()).limit(limit)))


def last_sound_sweep(session: Session, kind: str) -> datetime | None:
    """When the last sweep of `kind` began to which no unit's policy was refused."""
    sound = col(Sweep.counts)["refused_units"].as_integer() == 0
    query = select_rows(Sweep.started_at).where(col(Sweep.kind) == kind, col(Sweep.finished_at).is_not(None), sound)
    return session.exec(query.order_by(col(Sweep.started_at).desc()).limit(1)).first()
