"""Originals: one row for each distinct content a unit has taken in (Art. 4, 7, 16)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of
from regulation.vocabulary import MediaKind


class RecordingState(StrEnum):
    """VERIFIED: the vault holds exactly what was read from the device. SEALED: and a receipt says so. DISPOSED: it was
    destroyed by decision, and this row is what is left of it (Art. 18)."""

    VERIFIED = "verified"
    SEALED = "sealed"
    DISPOSED = "disposed"


class Condition(StrEnum):
    """What the probe saw. Nothing here keeps a file out of the vault."""

    UNPROBED = "unprobed"
    WHOLE = "whole"
    DAMAGED = "damaged"
    EMPTY = "empty"
    WRONG_EXTENSION = "wrong-extension"
    UNREADABLE = "unreadable"  # no probe can make sense of it, or the probe died of it
    NOT_MEDIA = "not-media"  # archives, logs, indexes: stored, never opened


class Filing(StrEnum):
    """PENDING until looked at; FILED under one activity; UNFILED fits none; ASKED fits several, a person must say."""

    PENDING = "pending"
    FILED = "filed"
    UNFILED = "unfiled"
    ASKED = "asked"


class Recording(SQLModel, table=True):
    """An original. Times are what the device claimed, and the same corrected by the measured clock offset."""

    __tablename__ = "recording"
    __table_args__ = (
        UniqueConstraint("unit_id", "sha256", name="one_original_per_content_and_unit"),
        Index("ix_recording_unit_id_size", "unit_id", "size"),  # is a file that size perhaps known already?
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    session_id: UUID = Field(foreign_key="dock_session.id", index=True)
    device_id: UUID | None = Field(default=None, foreign_key="device.id", index=True)
    officer_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    activity_id: UUID | None = Field(default=None, foreign_key="activity.id", index=True)
    media_kind: MediaKind = Field(default=MediaKind.OTHER, sa_type=text_of(MediaKind))
    condition: Condition = Field(default=Condition.UNPROBED, sa_type=text_of(Condition))
    container: str | None = None
    streams: str | None = None
    note: str | None = None
    claimed_start: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_end: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clock_offset_seconds: float | None = None
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duration_seconds: float | None = None
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    sm3: str | None = Field(default=None, max_length=64)
    vault_key: str
    vault_version: str | None = None
    retain_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: RecordingState = Field(default=RecordingState.VERIFIED, sa_type=text_of(RecordingState))
    filing: Filing = Field(default=Filing.PENDING, sa_type=text_of(Filing))
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FilingCandidate(SQLModel, table=True):
    """An activity that a recording in `Filing.ASKED` could belong to."""

    __tablename__ = "filing_candidate"

    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True)
    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True)
    overlap_seconds: float
