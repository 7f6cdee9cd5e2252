"""What the transitions of retention share: the originals that somebody names, and who stands over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.access import roles_over
from registry.queries.organisation import unit_chain
from registry.tables import DisposalItem, Recording, RecordingState
from regulation.disposal_states import ItemState
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, check_place

__all__ = ["being_destroyed", "check_over", "originals_named"]

_recording, _item = table_of(Recording), table_of(DisposalItem)


def originals_named(act: Act, recording_ids: Collection[UUID]) -> list[AnyRow]:
    """The recordings, in the order of their ids. Raises `ActionDenied` where one is unknown or no longer there, or none
    is named."""
    rows = {row.id: row for row in rows_among(act.connection, select(_recording), _recording.c.id, recording_ids)}
    if not recording_ids:
        raise ActionDenied("No recording is named.", article=ARTICLE, subject="recordings")
    for one in sorted(set(recording_ids)):
        if one not in rows:
            raise ActionDenied("There is no such recording.", article=ARTICLE, subject=str(one))
        if rows[one].state is RecordingState.DISPOSED:
            raise ActionDenied("This recording was destroyed by decision.", article=ARTICLE, subject=str(one))
    return [rows[one] for one in sorted(rows)]


def being_destroyed(act: Act, recording_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these the vault is letting go of: nothing can be done for them any more."""
    query = select(_item.c.recording_id).where(_item.c.state == ItemState.DESTROYING)
    return {row.recording_id for row in rows_among(act.connection, query, _item.c.recording_id, recording_ids)}


def check_over(act: Act, recording: AnyRow, by: UUID) -> None:
    """Raise `ActionDenied` unless person `by` made the recording or has a role over it at the act's time."""
    roles = roles_over(act.session, by, unit_chain(act.session, recording.unit_id), act.at)
    check_place(by, [recording.officer_id], roles)
