"""What a notice about a conversion has to tell: its number, its state, how many recordings it names (Art. 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.tables import Conversion, ConversionItem, Unit
from regulation.conversion_states import ConversionState

_conversion, _item, _unit = table_of(Conversion), table_of(ConversionItem), table_of(Unit)

ASKS = ("extract", "check", "sign")
"""What a notice can ask its reader for."""


@dataclass(frozen=True, slots=True)
class ConversionNews:
    """A conversion that waits for its reader, ``ask`` being one of `ASKS`; or what became of one, ``outcome``."""

    ask: str
    number: str
    unit_name: str
    items: int
    at: datetime
    state: ConversionState


def conversion_news(session: Session, subject: str | None) -> ConversionNews | None:
    """What the notice with this subject tells; None for any other."""
    ask, _, about = (subject or "").partition(":")
    count = (
        select(func.count())
        .where(_item.c.conversion_id == _conversion.c.id, _item.c.edition == _conversion.c.edition)
        .select_from(_item)
        .correlate(_conversion)
        .scalar_subquery()
    )
    query = select(_conversion, _unit.c.name, count.label("items")).join_from(
        _conversion, _unit, _unit.c.id == _conversion.c.unit_id
    )
    row = session.execute(query.where(_conversion.c.id == UUID(about))).one_or_none()
    return None if row is None else ConversionNews(ask, row.number, row.name, row.items, row.changed_at, row.state)
