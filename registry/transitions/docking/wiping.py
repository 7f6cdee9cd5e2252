"""Files removed from the device after the receipt (Art. 16)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, update_rows
from registry.ledger import Event
from registry.tables import TAKEN_IN, DockItem, DockSession, SessionState
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import items_of
from regulation.errors import ActionDenied


def announce_wiping(act: Act, session_id: UUID, item_ids: Collection[UUID], folder: str) -> None:
    """Enter, before anything is deleted, which items are about to be removed from `folder` (what the system calls it,
    not its path), so that a run cut off in the middle can be finished truthfully; see
    `queries.dock_sessions.announced_of`.

    Raises `ActionDenied` as `record_wiped` does.
    """
    session, now = _may_be_wiped(act, session_id, item_ids)
    if now:
        facts = {"items": sorted(str(item_id) for item_id in now), "folder": folder}
        act.record(Event.SESSION_WIPING, "session", session_id, facts, unit_id=session.unit_id, article="Art. 16")


def record_wiped(act: Act, session_id: UUID, item_ids: Collection[UUID]) -> None:
    """Enter that items were removed from the device.

    Raises `ActionDenied` (Art. 16) unless the session is sealed and each item's content is a verified original.
    """
    session, now = _may_be_wiped(act, session_id, item_ids)
    wiped = [now[item_id] for item_id in dict.fromkeys(item_ids) if now[item_id].wiped_at is None]
    update_rows(act.connection, DockItem, [{"id": item.id, "wiped_at": act.at} for item in wiped])
    for item in wiped:
        facts = {"session_id": session_id, "recording_id": item.recording_id}
        act.record(Event.ITEM_WIPED, "item", item.id, facts, unit_id=session.unit_id, article="Art. 16")


def _may_be_wiped(act: Act, session_id: UUID, item_ids: Collection[UUID]) -> tuple[DockSession, dict[UUID, AnyRow]]:
    session = session_of(act, session_id)
    if session.state is not SessionState.SEALED:
        raise ActionDenied("nothing may be wiped before the receipt", article="Art. 16", subject=session.number)
    now = items_of(act, session_id, item_ids)
    for item in now.values():
        if item.outcome not in TAKEN_IN:
            raise ActionDenied("this item is not stored and verified", article="Art. 16", subject=str(item.id))
    return session, now
