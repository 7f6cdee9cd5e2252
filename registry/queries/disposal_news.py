"""What a notice about a disposal list has to tell: its number, its state, how many originals stand on it (Art. 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.tables import DisposalItem, DisposalList, RetentionTerm, Unit
from regulation.disposal_states import ItemState, ListState

_list, _item, _unit = table_of(DisposalList), table_of(DisposalItem), table_of(Unit)
_term = table_of(RetentionTerm)

ASKS = ("appraise", "approve", "witness")
"""What a notice can ask its reader for."""


@dataclass(frozen=True, slots=True)
class DisposalNews:
    """A list that waits for the reader's word, ``ask`` being one of `ASKS`; or what became of one, ``grace`` or
    ``outcome``; or that terms are going to end, ``due``: then `number` is empty and `due_on` the day until which."""

    ask: str
    number: str
    unit_name: str
    recordings: int
    at: datetime | None = None
    state: ListState | None = None
    grace_until: datetime | None = None
    due_on: date | None = None


def disposal_news(session: Session, subject: str | None) -> DisposalNews | None:
    """What the notice with this subject tells; None for any other."""
    ask, _, about = (subject or "").partition(":")
    if ask == "due":
        return _due(session, about)
    count = (
        select(func.count())
        .where(_item.c.list_id == UUID(about), _item.c.state != ItemState.DROPPED)
        .select_from(_item)
        .scalar_subquery()
    )
    query = select(_list, _unit.c.name, count.label("recordings")).join_from(
        _list, _unit, _unit.c.id == _list.c.unit_id
    )
    row = session.execute(query.where(_list.c.id == UUID(about))).one_or_none()
    if row is None:
        return None
    return DisposalNews(ask, row.number, row.name, row.recordings, row.changed_at, row.state, row.grace_until)


def _due(session: Session, about: str) -> DisposalNews | None:
    """``due:<unit>:<day>:<how many>``: the count as it was when the notice was made."""
    unit_id, day, count = about.split(":")
    name = session.execute(select(_unit.c.name).where(_unit.c.id == UUID(unit_id))).scalar_one_or_none()
    return None if name is None else DisposalNews("due", "", name, int(count), due_on=date.fromisoformat(day))
