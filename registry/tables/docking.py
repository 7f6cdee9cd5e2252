"""A recorder's dump being taken in: the session, each file of the dump, the receipt (Art. 16)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of


class SessionState(StrEnum):
    OPEN = "open"
    SEALED = "sealed"


class ItemOutcome(StrEnum):
    """What became of one entry of the dump. Only STORED and DUPLICATE can ever be offered for wiping."""

    FOUND = "found"  # seen, not yet taken in
    STORED = "stored"  # its content is a verified original
    DUPLICATE = "duplicate"  # its content already was a verified original
    GROWING = "growing"  # changed while it was read: what was read is kept, the file stays on the device
    UNREADABLE = "unreadable"  # the device would not give its bytes: stays on the device
    NOT_A_FILE = "not-a-file"  # link, pipe, socket or device node: never followed, stays on the device
    MISMATCHED = "mismatched"  # the vault holds other bytes than were read: an incident, the file stays on the device
    DISPOSED = "disposed"  # its content was destroyed by decision: not stored again, the file stays on the device
    VANISHED = "vanished"  # seen by the scan, gone when it was to be read


TAKEN_IN = (ItemOutcome.STORED, ItemOutcome.DUPLICATE)
"""The outcomes whose content is a verified original: the only ones that may ever be wiped (Art. 16)."""


class DockSession(SQLModel, table=True):
    """One dump of one source. At most one session a source is open; a lease says which process works on it.

    Of a `wireless` one somebody must confirm that it has arrived reliably (Art. 16)."""

    __tablename__ = "dock_session"
    __table_args__ = (index_where("one_open_session_per_source", "source", where="state = 'open'", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    source: str
    state: SessionState = Field(default=SessionState.OPEN, sa_type=text_of(SessionState))
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by: str
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wireless: bool = False
    arrival_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_holder: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DockItem(SQLModel, table=True):
    """One entry of a dump. `raw_name` is the relative path as the device spells it, byte for byte; `shown_name` is the
    same made safe to show. Both are data, never paths to open by."""

    __tablename__ = "dock_item"
    __table_args__ = (UniqueConstraint("session_id", "raw_name", name="one_item_per_name"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    session_id: UUID = Field(foreign_key="dock_session.id")
    raw_name: bytes = Field(sa_type=LargeBinary)
    shown_name: str
    size: int = Field(sa_type=BigInteger)
    modified_ns: int = Field(sa_type=BigInteger)
    outcome: ItemOutcome = Field(default=ItemOutcome.FOUND, sa_type=text_of(ItemOutcome))
    note: str | None = None
    recording_id: UUID | None = Field(default=None, foreign_key="recording.id", index=True)
    wiped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FileReceipt(SQLModel, table=True):
    """The signed receipt of a session: canonical JSON and an Ed25519 signature over its UTF-8 bytes (base64)."""

    __tablename__ = "file_receipt"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    session_id: UUID = Field(foreign_key="dock_session.id", unique=True)
    number: str = Field(unique=True, max_length=64)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    document: str
    key_id: str
    signature: str
