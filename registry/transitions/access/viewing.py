"""Looking at what was granted: counted, personal, and on record (Art. 17)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from registry.act import Act
from registry.bulk import insert_rows, table_of, update_rows
from registry.ledger import Event
from registry.queries.access_grants import viewing, views_used
from registry.tables import AccessLook, AccessView, Look, Recording
from registry.transitions.access.common import opened_for
from registry.types import new_id
from regulation.access import ARTICLE
from regulation.errors import ActionDenied

MOST_LOOKS = 10_000

_view, _look = table_of(AccessView), table_of(AccessLook)


def open_view(act: Act, grant_id: UUID, recording_id: UUID, by: UUID, address: str) -> UUID:
    """Open a viewing of a recording from the network address `address`; gives its id. It counts as one look.

    Raises `ActionDenied` unless `by` is in office and the grant is theirs, live, names the recording, and has a look
    left.
    """
    grant, _ = opened_for(act.session, grant_id, recording_id, by, act.at)
    if views_used(act.session, grant_id) >= grant.views:
        raise ActionDenied("Every look that was granted is used.", article=ARTICLE)
    view_id = new_id()
    row = {
        "id": view_id,
        "grant_id": grant_id,
        "recording_id": recording_id,
        "person_id": by,
        "address": address,
        "opened_at": act.at,
        "last_at": act.at,
    }
    insert_rows(act.connection, AccessView, [row])
    unit_id = act.session.get_one(Recording, recording_id).unit_id
    facts = {"view_id": view_id, "grant_id": grant_id, "person_id": by}
    act.record(Event.ACCESS_VIEWED, "recording", recording_id, facts, unit_id=unit_id, article=ARTICLE)
    return view_id


def note_look(act: Act, view_id: UUID, by: UUID, what: Look, second: float) -> None:
    """Enter what somebody does while viewing, `second` seconds into the recording. Raises `ActionDenied` where the
    viewing may not go on, and after `MOST_LOOKS`: no player asks that often."""
    if viewing(act.session, view_id, by, act.at) is None:
        raise ActionDenied("There is no leave to look at this now.", article=ARTICLE)
    if _looks(act, view_id) >= MOST_LOOKS:
        raise ActionDenied("There is no end to what this viewing does.", article=ARTICLE)
    row = {"id": new_id(), "view_id": view_id, "at": act.at, "what": what, "second": second}
    insert_rows(act.connection, AccessLook, [row])
    update_rows(act.connection, AccessView, [{"id": view_id, "last_at": act.at}])


def _looks(act: Act, view_id: UUID) -> int:
    query = select(func.count()).select_from(_look).where(_look.c.view_id == view_id)
    return int(act.connection.execute(query).scalar_one())


def close_view(act: Act, view_id: UUID, by: UUID) -> None:
    """Enter that the viewing is over, how long it took and how much was done in it; over already, nothing changes."""
    view = act.connection.execute(select(_view).where(_view.c.id == view_id)).one_or_none()
    if view is None or view.person_id != by or view.closed_at is not None:
        return
    update_rows(act.connection, AccessView, [{"id": view_id, "last_at": act.at, "closed_at": act.at}])
    seconds = int((act.at - view.opened_at).total_seconds())
    facts = {"view_id": view_id, "person_id": by, "seconds": seconds, "looks": _looks(act, view_id)}
    unit_id = act.session.get_one(Recording, view.recording_id).unit_id
    act.record(Event.ACCESS_VIEW_ENDED, "recording", view.recording_id, facts, unit_id=unit_id, article=ARTICLE)
