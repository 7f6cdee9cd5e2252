"""What the scan saw of a dump (Art. 16: every file of it is accounted for)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.tables import TAKEN_IN, DockItem, DockSession
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import require_open
from registry.transitions.docking.shapes import ScannedEntry
from registry.types import new_id


def record_scan(act: Act, session_id: UUID, entries: Sequence[ScannedEntry]) -> None:
    """Enter what a scan saw, one item a name; of entries with the same name the last one counts.

    Items taken in before and still of the same size and time stay as they are; a changed one is found anew and will be
    taken in again, while the original of its earlier content stays an original. Items that are not in `entries` stay.
    Raises `ActionDenied` when the session is sealed (Art. 16).
    """
    session = session_of(act, session_id)
    require_open(session)
    seen = {entry.raw_name: entry for entry in entries}
    known = _known(act, session_id, seen)
    new = [_row_of(session_id, entry) for name, entry in seen.items() if name not in known]
    changes = [
        (known[name], change)
        for name, entry in seen.items()
        if name in known and (change := _change(known[name], entry)) is not None
    ]
    insert_rows(act.connection, DockItem, new)
    update_rows(act.connection, DockItem, [change for _, change in changes])
    _tell(act, session, list(seen.values()), new, [item for item, _ in changes])


def _known(act: Act, session_id: UUID, names: Iterable[bytes]) -> dict[bytes, AnyRow]:
    item = table_of(DockItem)
    query = select(item).where(item.c.session_id == session_id)
    return {row.raw_name: row for row in rows_among(act.connection, query, item.c.raw_name, names)}


def _seen(entry: ScannedEntry) -> dict[str, Any]:
    return {
        "shown_name": storable(entry.shown_name),
        "size": entry.size,
        "modified_ns": entry.modified_ns,
        "outcome": entry.outcome,
        "note": storable(entry.note),
    }


def _row_of(session_id: UUID, entry: ScannedEntry) -> dict[str, Any]:
    return {"id": new_id(), "session_id": session_id, "raw_name": entry.raw_name} | _seen(entry)


def _change(item: AnyRow, entry: ScannedEntry) -> dict[str, Any] | None:
    """What the scan changes of a known item; None for nothing."""
    same_file = (item.size, item.modified_ns) == (entry.size, entry.modified_ns)
    if item.outcome in TAKEN_IN and same_file:
        return None
    seen = _seen(entry)
    if all(getattr(item, name) == value for name, value in seen.items()):
        return None
    return {"id": item.id, "recording_id": None} | seen


def _tell(
    act: Act,
    session: DockSession,
    entries: Sequence[ScannedEntry],
    new: Sequence[dict[str, Any]],
    changed: Sequence[AnyRow],
) -> None:
    if not new and not changed:
        return
    facts = {
        "outcomes": Counter(entry.outcome.value for entry in entries),
        "bytes": sum(entry.size for entry in entries),
        "new": len(new),
        "changed": len(changed),
        "listing_sha256": _listing(entries),
    }
    act.record(Event.SESSION_SCANNED, "session", session.id, facts, unit_id=session.unit_id, article="Art. 16")
    for item in changed:
        if item.outcome in TAKEN_IN:
            before = {"session_id": session.id, "recording_id": item.recording_id, "outcome": item.outcome.value}
            act.record(Event.ITEM_CHANGED, "item", item.id, before, unit_id=session.unit_id, article="Art. 16")


def _listing(entries: Iterable[ScannedEntry]) -> str:
    """A hash of names, sizes and times: it proves a listing without telling the names."""
    digest = sha256()
    for entry in sorted(entries, key=lambda one: one.raw_name):
        digest.update(b"%d %d %d " % (len(entry.raw_name), entry.size, entry.modified_ns))
        digest.update(entry.raw_name)
    return digest.hexdigest()
