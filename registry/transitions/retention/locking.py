"""What the vault was told of an original: that it holds it back, or locks it for longer (Art. 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.act import Act
from registry.bulk import rows_among, table_of, update_rows
from registry.ledger import Event
from registry.queries.retention import terms_among
from registry.tables import Recording, RetentionTerm
from registry.transitions.retention.touching import touch_terms

_recording = table_of(Recording)


@dataclass(frozen=True, slots=True)
class ToldVault:
    """What the vault answered of one original: whether it holds it back now, and until when it locks it."""

    recording_id: UUID
    is_held: bool
    retain_until: datetime | None


def note_vault(act: Act, told: Sequence[ToldVault]) -> None:
    """Enter what the vault answered; whether that is still what is wanted is looked at anew."""
    ids = [one.recording_id for one in told]
    before = terms_among(act.connection, ids)
    rows = {row.id: row for row in rows_among(act.connection, _recording.select(), _recording.c.id, ids)}
    terms, longer = [], []
    for one in told:
        row = rows[one.recording_id]
        terms.append({"recording_id": one.recording_id, "held_in_vault": one.is_held, "vault_stale": False})
        if one.is_held != before[one.recording_id].held_in_vault:
            event = Event.RECORDING_HELD if one.is_held else Event.RECORDING_RELEASED
            act.record(event, "recording", one.recording_id, {}, unit_id=row.unit_id, article="Art. 18")
        if one.retain_until is not None and (row.retain_until is None or one.retain_until > row.retain_until):
            longer.append({"id": one.recording_id, "retain_until": one.retain_until})
            facts = {"retain_until": one.retain_until}
            act.record(
                Event.RECORDING_EXTENDED, "recording", one.recording_id, facts, unit_id=row.unit_id, article="Art. 18"
            )
    update_rows(act.connection, RetentionTerm, terms, "recording_id")
    update_rows(act.connection, Recording, longer)
    touch_terms(act, ids)
