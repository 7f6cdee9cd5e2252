"""What the probe saw of originals: kind, condition, times, device and officer (Art. 2, 4, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.tables import Recording
from registry.transitions.dock_session import session_of
from registry.transitions.docking.shapes import Probed
from regulation.errors import ActionDenied


def record_probes(act: Act, session_id: UUID, probes: Sequence[Probed]) -> None:
    """Enter what was seen of recordings of this session; of two for the same recording the last counts.

    A probe says nothing about the bytes, which never change, so a better one may correct it at any time. Raises
    `ActionDenied` for recordings of another session.
    """
    session = session_of(act, session_id)
    wanted = {probe.recording_id: _row_of(probe) for probe in probes}
    now = _recordings(act, session_id, wanted)
    changed = [row for id_, row in wanted.items() if _differs(now[id_], row)]
    update_rows(act.connection, Recording, changed)
    for row in changed:
        # The note may quote the file; the ledger keeps no text of the device's.
        facts = {name: value for name, value in row.items() if name not in ("id", "note")}
        act.record(Event.RECORDING_PROBED, "recording", row["id"], facts, unit_id=session.unit_id, article="Art. 7")


def _row_of(probe: Probed) -> dict[str, Any]:
    row = asdict(probe)
    return (
        {"id": row.pop("recording_id")}
        | row
        | {
            "container": storable(probe.container),
            "streams": storable(probe.streams),
            "note": storable(probe.note),
        }
    )


def _differs(now: AnyRow, row: dict[str, Any]) -> bool:
    return any(getattr(now, name) != value for name, value in row.items())


def _recordings(act: Act, session_id: UUID, recording_ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    recording = table_of(Recording)
    wanted = set(recording_ids)
    query = select(recording).where(recording.c.session_id == session_id)
    found = {row.id: row for row in rows_among(act.connection, query, recording.c.id, wanted)}
    for missing in wanted - found.keys():
        raise ActionDenied("this recording is not of the dock session", subject=str(missing))
    return found
