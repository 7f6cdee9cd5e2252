"""Originals read again, and what was found wrong with them (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.incidents import IncidentKind, Resolution

FIXITY = "fixity-audit"
RECONCILIATION = "vault-reconciliation"
"""The kinds of the sweeps that read the vault, and that compare it with the registry."""


class Turn(StrEnum):
    """In which order originals are read: the suspicious at once, then those never read, then those due again."""

    SUSPECT = "suspect"
    NEW = "new"
    AGAIN = "again"


class CheckOutcome(StrEnum):
    """What reading an original found: what was verified, or how it differs (the incident's kind). DISPOSED: it was
    destroyed by decision and is never read again."""

    INTACT = "intact"
    DISPOSED = "disposed"
    MISSING = IncidentKind.MISSING.value
    DIFFERENT = IncidentKind.DIFFERENT.value
    WRONG_SIZE = IncidentKind.WRONG_SIZE.value
    UNREADABLE = IncidentKind.UNREADABLE.value


class FixityCheck(SQLModel, table=True):
    """When an original was last read, what was found, and when it is its turn again. Made when an audit first hears of
    the recording, not when it is taken in: intake waits for nothing. `due_at` is until when the reading counts."""

    __tablename__ = "fixity_check"
    __table_args__ = (
        # Whose turn is next is one look into this index, however many originals there are.
        Index("ix_fixity_check_turn_next_at", "turn", "next_at", "recording_id"),
        Index("ix_fixity_check_sweep_id", "sweep_id", "checked_at"),
    )

    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True)
    turn: Turn = Field(sa_type=text_of(Turn))
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sweep_id: UUID | None = Field(default=None, foreign_key="sweep.id")
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: CheckOutcome | None = Field(default=None, sa_type=text_of(CheckOutcome))


class Incident(SQLModel, table=True):
    """Something wrong with one thing in the vault; open until somebody has settled it.

    `subject` is the recording's id or, of what the registry does not know, the SHA-256 of its key, in hexadecimal.
    `detail` says in codes what was found. While it is open, the recording is in quarantine: nothing disposes of it.
    """

    __tablename__ = "incident"
    __table_args__ = (
        index_where(
            "one_open_incident_per_kind_and_subject", "kind", "subject", where="closed_at IS NULL", unique=True
        ),
        index_where("ix_incident_open", "recording_id", where="closed_at IS NULL"),
        Index("ix_incident_subject", "subject"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    kind: IncidentKind = Field(sa_type=text_of(IncidentKind))
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    subject: str = Field(max_length=64)
    recording_id: UUID | None = Field(default=None, foreign_key="recording.id")
    sweep_id: UUID = Field(foreign_key="sweep.id")
    found_at: datetime = Field(sa_type=UtcDateTime)
    detail: str = Field(max_length=200)
    repaired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    resolution: Resolution | None = Field(default=None, sa_type=text_of(Resolution))
    reason: str | None = None


class RecordingRepair(SQLModel, table=True):
    """An original put back from the second vault under its own key. `vault_version` is where it is read from now on, as
    the recording's own is never changed; None in a vault without versions."""

    __tablename__ = "recording_repair"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    incident_id: UUID = Field(foreign_key="incident.id")
    vault_version: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
