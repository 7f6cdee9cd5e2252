"""The custody ledger: every event, chained by SHA-256, never changed (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, WideKey


class LedgerEntry(SQLModel, table=True):
    """One link of the chain. `facts` is canonical JSON text, kept as written; `hash` covers every other column."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_event", "event", "subject_id"),)

    seq: int = Field(primary_key=True, sa_type=WideKey, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    event: str = Field(max_length=64)
    actor: str
    subject_kind: str = Field(max_length=32)
    subject_id: UUID = Field(index=True)
    unit_id: UUID | None = None
    article: str | None = None
    facts: str
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
