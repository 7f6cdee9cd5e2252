"""Terms as people look at them: why originals are kept, what is coming, what is kept too long (Art. 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from registry.bulk import AnyRow, table_of
from registry.tables import (
    CaseFile,
    DisposalItem,
    Hold,
    HoldItem,
    Recording,
    RecordingState,
    RetentionTerm,
    TermChange,
    Unit,
)
from regulation.disposal_states import ItemState
from regulation.retention import Kept, RetentionClass

_term, _unit, _change = table_of(RetentionTerm), table_of(Unit), table_of(TermChange)
_recording, _item = table_of(Recording), table_of(DisposalItem)
_hold, _hold_item, _case = table_of(Hold), table_of(HoldItem), table_of(CaseFile)

AHEAD = timedelta(days=366)
"""How far ahead the picture of what is coming looks."""


@dataclass(frozen=True, slots=True)
class Held:
    """So many originals of a unit in one class; `kept` is why they have no last day, else `first_due` is the first."""

    unit_code: str
    unit_name: str
    retention_class: RetentionClass
    kept: Kept | None
    originals: int
    first_due: date | None


def by_class(connection: Connection) -> list[Held]:
    """Whatever is there, by unit, class and reason."""
    there = _recording.c.state != RecordingState.DISPOSED
    query = (
        select(
            _unit.c.code, _unit.c.name, _term.c.retention_class, _term.c.kept, func.count(), func.min(_term.c.due_on)
        )
        .join_from(_term, _unit, _unit.c.id == _term.c.unit_id)
        .join(_recording, _recording.c.id == _term.c.recording_id)
        .where(there)
        .group_by(_unit.c.code, _unit.c.name, _term.c.retention_class, _term.c.kept)
        .order_by(_unit.c.code, _term.c.retention_class, _term.c.kept)
    )
    return [Held(*row) for row in connection.execute(query)]


def coming(connection: Connection, at: datetime) -> dict[date, int]:
    """How many originals come to the end of their terms, by the first day of the month, for a year."""
    today = at.date()
    query = (
        select(_term.c.due_on, func.count())
        .where(_term.c.due_on.between(today, today + AHEAD), _term.c.list_id.is_(None))
        .group_by(_term.c.due_on)
    )
    found: dict[date, int] = {}
    for day, count in connection.execute(query):
        month = day.replace(day=1)
        found[month] = found.get(month, 0) + count
    return dict(sorted(found.items()))


def open_changes(connection: Connection) -> int:
    """How many policies that release footage earlier wait for a principal leader."""
    query = select(func.count()).select_from(_change).where(_change.c.decided_at.is_(None))
    return int(connection.execute(query).scalar_one())


def failed_items(connection: Connection) -> int:
    """How many originals the vault did not let go of."""
    query = select(func.count()).select_from(_item).where(_item.c.state == ItemState.FAILED)
    return int(connection.execute(query).scalar_one())


def live_holds(connection: Connection) -> list[AnyRow]:
    """Every hold that was not lifted, with its unit's code, its case's number and how many recordings it names."""
    count = select(func.count()).select_from(_hold_item).where(_hold_item.c.hold_id == _hold.c.id).scalar_subquery()
    query = (
        select(_hold, _unit.c.code, _case.c.number.label("case_number"), count.label("recordings"))
        .join_from(_hold, _unit, _unit.c.id == _hold.c.unit_id)
        .outerjoin(_case, _case.c.id == _hold.c.case_id)
        .where(_hold.c.lifted_at.is_(None))
    )
    return list(connection.execute(query.order_by(_hold.c.placed_at)))
