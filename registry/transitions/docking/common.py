"""What the docking transitions look up and refuse alike."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.tables import DockItem, DockSession, Recording, SessionState
from registry.transitions.duties.touching import touch_found
from registry.transitions.retention.touching import touch_found_terms
from regulation.duties import DutyKind
from regulation.errors import ActionDenied


def require_open(session: DockSession) -> None:
    """Raise `ActionDenied` when the session is sealed: what a receipt speaks of does not change (Art. 16)."""
    if session.state is not SessionState.OPEN:
        raise ActionDenied("the dock session is sealed", article="Art. 16", subject=session.number)


def items_of(act: Act, session_id: UUID, item_ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    """What may change of the named items, by id; `ActionDenied` when one of them is not of this session."""
    item = table_of(DockItem).c
    wanted = set(item_ids)
    query = select(item.id, item.outcome, item.recording_id, item.note, item.wiped_at)
    rows = rows_among(act.connection, query.where(item.session_id == session_id), item.id, wanted)
    found = {row.id: row for row in rows}
    for missing in wanted - found.keys():
        raise ActionDenied("this item is not of the dock session", subject=str(missing))
    return found


def touch_uploads(act: Act, session_id: UUID) -> None:
    """What the session brought in may meet duties of upload (Art. 16)."""
    item, recording = table_of(DockItem).c, table_of(Recording).c
    activities = (
        select(recording.activity_id)
        .join_from(table_of(DockItem), table_of(Recording), recording.id == item.recording_id)
        .where(item.session_id == session_id, recording.activity_id.is_not(None))
        .distinct()
    )
    touch_found(act, DutyKind.UPLOAD, activities)


def touch_taken_in(act: Act, session_id: UUID) -> None:
    """What the session brought in is kept for a term from now on (Art. 18)."""
    touch_found_terms(act, select(table_of(Recording).c.id).where(table_of(Recording).c.session_id == session_id))
