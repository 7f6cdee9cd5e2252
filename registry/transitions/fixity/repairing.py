"""Damaged originals put back from the second vault (Art. 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.tables import Incident, RecordingRepair, RetentionTerm
from registry.transitions.fixity.checking import suspect
from registry.types import new_id
from regulation.incidents import ARTICLE

_incident, _term = table_of(Incident), table_of(RetentionTerm)


@dataclass(frozen=True, slots=True)
class Repaired:
    """An original whose right bytes stand under its key again, as `vault_version` (None: a vault without versions)."""

    incident_id: UUID
    vault_version: str | None


def record_repairs(act: Act, repairs: Iterable[Repaired]) -> None:
    """Enter what was put back; said again, nothing changes. It is read again at once, from where it stands now; the
    incident stays open until somebody has settled it."""
    said = {one.incident_id: one for one in repairs}
    query = select(_incident).where(_incident.c.closed_at.is_(None), _incident.c.repaired_at.is_(None))
    rows = list(rows_among(act.connection, query, _incident.c.id, said))
    update_rows(act.connection, Incident, [{"id": row.id, "repaired_at": act.at} for row in rows])
    _enter(act, [(row.id, row.recording_id, said[row.id].vault_version) for row in rows])
    for row in rows:
        facts = {"incident_id": row.id, "vault_version": said[row.id].vault_version}
        act.record(Event.RECORDING_REPAIRED, "recording", row.recording_id, facts, unit_id=row.unit_id, article=ARTICLE)
    ids = [row.recording_id for row in rows]
    suspect(act, ids)
    _hold_again(act, ids)


def _hold_again(act: Act, recording_ids: Iterable[UUID]) -> None:
    """What was put back has none of the holds of what it replaces: the vault is told again (Art. 18)."""
    known = rows_among(act.connection, select(_term.c.recording_id), _term.c.recording_id, recording_ids)
    told = [{"recording_id": row.recording_id, "vault_stale": True} for row in known]
    update_rows(act.connection, RetentionTerm, told, "recording_id")


def _enter(act: Act, repaired: Sequence[tuple[UUID, UUID, str | None]]) -> None:
    rows = [
        {"id": new_id(), "recording_id": recording, "incident_id": incident, "vault_version": version, "at": act.at}
        for incident, recording, version in repaired
    ]
    insert_rows(act.connection, RecordingRepair, rows)
