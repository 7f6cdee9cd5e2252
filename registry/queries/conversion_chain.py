"""The custody chain of a recording in short, as a statement tells it (Art. 7, 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from registry.ledger.events import Event
from registry.tables import LedgerEntry
from regulation.stated import ChainEvent, ChainLink

_EVENTS: Mapping[str, ChainEvent] = MappingProxyType(
    {
        Event.RECORDING_VERIFIED: ChainEvent.VERIFIED,
        Event.RECORDING_SEALED: ChainEvent.SEALED,
        Event.RECORDING_FILED: ChainEvent.FILED,
        Event.RECORDING_REPAIRED: ChainEvent.REPAIRED,
        Event.RECORDING_MARKED: ChainEvent.MARKED,
        Event.ACCESS_VIEWED: ChainEvent.VIEWED,
        Event.ACCESS_COPIED: ChainEvent.COPIED,
        Event.RECORDING_HELD: ChainEvent.HELD,
        Event.RECORDING_CONVERTED: ChainEvent.CONVERTED,
    }
)


def chain_of(
    entries: Iterable[LedgerEntry], received_at: datetime, looked_at: datetime | None
) -> tuple[ChainLink, ...]:
    """What happened to the recording, the like of it taken together where nothing else came between."""
    known = [(one, _EVENTS[one.event]) for one in entries if one.event in _EVENTS]
    links = [ChainLink(ChainEvent.TAKEN_IN, received_at)]
    for event, group in groupby(known, key=lambda pair: pair[1]):
        told = [entry for entry, _ in group]
        until = told[-1].at if len(told) > 1 else None
        links.append(ChainLink(event, told[0].at, len(told), until, told[0].seq))
    if looked_at is not None:
        links.append(ChainLink(ChainEvent.FIXITY_CHECKED, looked_at))
    return tuple(sorted(links, key=lambda one: one.at))
