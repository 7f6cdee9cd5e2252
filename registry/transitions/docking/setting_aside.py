"""Items that could not be taken in and stay on the device (Art. 16: nothing of them may be wiped)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from registry.act import Act
from registry.bulk import storable, update_rows
from registry.ledger import Event
from registry.tables import TAKEN_IN, DockItem, ItemOutcome
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import items_of, require_open
from registry.transitions.docking.shapes import SetAside
from regulation.errors import ActionDenied


def set_aside(act: Act, session_id: UUID, items: Sequence[SetAside]) -> None:
    """Enter why items stay on the device; of two for the same item the last counts.

    Items already taken in may only become MISMATCHED: the vault was asked again and does not hold what it should.
    Raises `ActionDenied` for any other change of them, and for changes in a sealed session (Art. 16).
    """
    session = session_of(act, session_id)
    wanted = {one.item_id: one for one in items}
    now = items_of(act, session_id, wanted)
    changed = [
        one
        for one in wanted.values()
        if (now[one.item_id].outcome, now[one.item_id].note) != (one.outcome, storable(one.note))
    ]
    if not changed:
        return
    require_open(session)
    for one in changed:
        if now[one.item_id].outcome in TAKEN_IN and one.outcome is not ItemOutcome.MISMATCHED:
            raise ActionDenied("this item was already taken in", article="Art. 16", subject=str(one.item_id))
        facts = {"session_id": session_id, "outcome": one.outcome.value}
        act.record(Event.ITEM_SET_ASIDE, "item", one.item_id, facts, unit_id=session.unit_id, article="Art. 16")
    rows = [{"id": one.item_id, "outcome": one.outcome, "note": storable(one.note)} for one in changed]
    update_rows(act.connection, DockItem, rows)
