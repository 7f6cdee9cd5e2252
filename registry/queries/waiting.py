"""What waits for an officer's word: which activity a recording belongs to (Art. 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import table_of
from registry.tables import Activity, Device, Duty, DutyKind, Filing, FilingCandidate, Recording, Unit

_recordings, _units, _devices = table_of(Recording), table_of(Unit), table_of(Device)
_duties, _activities, _candidates_table = table_of(Duty), table_of(Activity), table_of(FilingCandidate)


@dataclass(frozen=True, slots=True)
class WaitingRecording:
    """An original whose activity a person must name, and by when; `candidates` are numbers of activities."""

    recording_id: UUID
    unit_code: str
    device_number: str | None
    started_at: datetime | None
    filing: Filing
    due_at: datetime | None
    candidates: tuple[str, ...]


def waiting_for_filing(session: Session, unit_code: str | None = None) -> list[WaitingRecording]:
    """Every original that is unfiled or asked about, the most urgent first."""
    recording, unit, device, duty = _recordings.c, _units.c, _devices.c, _duties.c
    question = (
        select(recording.id, unit.code, device.number, recording.started_at, recording.filing, duty.due_at)
        .select_from(
            _recordings.join(_units, unit.id == recording.unit_id)
            .outerjoin(_devices, device.id == recording.device_id)
            .outerjoin(_duties, (duty.subject_id == recording.id) & (duty.kind == DutyKind.FILING))
        )
        .where(recording.filing.in_((Filing.UNFILED, Filing.ASKED)))
        .order_by(duty.due_at, recording.id)
    )
    if unit_code is not None:
        question = question.where(unit.code == unit_code)
    candidates = _candidates(session)
    return [
        WaitingRecording(row[0], row[1], row[2], row[3], row[4], row[5], tuple(candidates.get(row[0], ())))
        for row in session.execute(question)
    ]


def _candidates(session: Session) -> dict[UUID, list[str]]:
    candidate, activity, recording = _candidates_table.c, _activities.c, _recordings.c
    question = (
        select(candidate.recording_id, activity.number)
        .select_from(
            _candidates_table.join(_activities, activity.id == candidate.activity_id).join(
                _recordings, recording.id == candidate.recording_id
            )
        )
        .where(recording.filing == Filing.ASKED)
        .order_by(candidate.overlap_seconds.desc())
    )
    found: dict[UUID, list[str]] = {}
    for recording_id, number in session.execute(question):
        found.setdefault(recording_id, []).append(number)
    return found
