"""What came over the air is there: an officer or the device administrator says so (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import table_of
from registry.ledger import Event
from registry.queries.organisation import holdings_of, unit_chain
from registry.tables import DockItem, Recording, SessionState
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import touch_uploads
from regulation.authority import check_confirm_arrival
from regulation.errors import ActionDenied


def confirm_arrival(act: Act, session_id: UUID, by: UUID) -> None:
    """Enter that person `by` confirms the reliable arrival of a wireless session; the first time counts.

    Raises `ActionDenied` (Art. 16) for a session that was not wireless or is not sealed yet, and unless `by` made one
    of its recordings or administers the unit's recorders at the act's time.
    """
    session = session_of(act, session_id)
    if not session.wireless:
        raise ActionDenied("Only what came over the air is confirmed.", article="Art. 16", subject=session.number)
    if session.state is not SessionState.SEALED:
        raise ActionDenied("It is not stored and verified yet.", article="Art. 16", subject=session.number)
    chain = unit_chain(act.session, session.unit_id)
    check_confirm_arrival(by, _officers(act, session_id), chain, holdings_of(act.session, by), act.at)
    if session.arrival_confirmed_at is not None:
        return
    session.arrival_confirmed_at = act.at
    act.session.flush()
    facts = {"person_id": by}
    act.record(Event.ARRIVAL_CONFIRMED, "session", session_id, facts, unit_id=session.unit_id, article="Art. 16")
    touch_uploads(act, session_id)


def _officers(act: Act, session_id: UUID) -> set[UUID]:
    """Who made the session's recordings."""
    item, recording = table_of(DockItem).c, table_of(Recording).c
    query = (
        select(recording.officer_id)
        .join_from(table_of(DockItem), table_of(Recording), recording.id == item.recording_id)
        .where(item.session_id == session_id, recording.officer_id.is_not(None))
        .distinct()
    )
    return set(act.connection.execute(query).scalars())
