"""One recording with everything that ever happened to it, as the ledger has it (Art. 7, 17)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.ledger.chain import time_text
from registry.queries.access import units_upward
from registry.queries.ledger import history_of
from registry.tables import Activity, Device, LedgerEntry, Person, Recording, RecordingMarking, Unit

_marking, _person = table_of(RecordingMarking), table_of(Person)
_PERSON = re.compile(r"person:([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Trail:
    """A recording, where it belongs, its markings, and its entries in order; `numbers` are the certificate numbers of
    the people who acted, by the actor's name in the ledger."""

    recording: Recording
    unit: Unit
    activity: str | None
    device: str | None
    markings: Sequence[AnyRow]
    entries: Sequence[LedgerEntry]
    numbers: dict[str, str]

    def document(self) -> dict[str, Any]:
        """What an auditor takes along: each entry with all that its hash covers, so that anybody can work it out."""
        return {
            "format": "custody-trail-1",
            "recording": str(self.recording.id),
            "unit": self.unit.code,
            "sha256": self.recording.sha256,
            "sm3": self.recording.sm3,
            "size": self.recording.size,
            "entries": [entry_document(one) for one in self.entries],
        }


def entry_document(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as it is hashed, and its hash."""
    return {
        "seq": entry.seq,
        "at": time_text(entry.at),
        "event": entry.event,
        "actor": entry.actor,
        "subject_kind": entry.subject_kind,
        "subject_id": str(entry.subject_id),
        "unit_id": None if entry.unit_id is None else str(entry.unit_id),
        "article": entry.article,
        "facts": entry.facts,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def recording_trail(session: Session, recording_id: UUID, person_id: UUID, oversees: Collection[UUID]) -> Trail | None:
    """The recording's trail, for the officer who made it and those who oversee its unit; None for all others, and where
    there is no such recording."""
    recording = session.get(Recording, recording_id)
    if recording is None:
        return None
    upward = units_upward(session, recording.unit_id)
    if person_id != recording.officer_id and not {one.id for one in upward} & set(oversees):
        return None
    activity = None if recording.activity_id is None else session.get_one(Activity, recording.activity_id).number
    device = None if recording.device_id is None else session.get_one(Device, recording.device_id).number
    entries = history_of(session, recording_id)
    numbers = _numbers(session, (one.actor for one in entries))
    return Trail(recording, upward[0], activity, device, _markings(session, recording_id), entries, numbers)


def _markings(session: Session, recording_id: UUID) -> Sequence[AnyRow]:
    query = select(_marking, _person.c.name).join_from(_marking, _person, _person.c.id == _marking.c.placed_by_id)
    return session.execute(query.where(_marking.c.recording_id == recording_id).order_by(_marking.c.placed_at)).all()


def _numbers(session: Session, actors: Iterable[str]) -> dict[str, str]:
    ids = {UUID(found[1]): actor for actor in actors if (found := _PERSON.fullmatch(actor)) is not None}
    query = select(_person.c.id, _person.c.number)
    return {ids[row.id]: row.number for row in rows_among(session.connection(), query, _person.c.id, ids)}
