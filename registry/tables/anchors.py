"""Anchors: stretches of the ledger, each under one root, signed, stamped and kept in the vault (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, WideKey, new_id


class Anchor(SQLModel, table=True):
    """One stretch of the ledger, from where the anchor before it ended to `last_seq`.

    `document` is canonical JSON and says all that stands in the columns up to `made_at`; `sha256` is its digest, which
    the next anchor names as `previous`, and `signature` (Ed25519, base64) is over its UTF-8 bytes. The vault's copy and
    the timestamp come later, each once: `kept_at` is when the copy was made, `stamped_at` what `authority` says.
    """

    __tablename__ = "anchor"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int = Field(unique=True)
    first_seq: int = Field(sa_type=WideKey, unique=True)
    last_seq: int = Field(sa_type=WideKey, unique=True)
    head: str = Field(max_length=64)
    root: str = Field(max_length=64)
    previous: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
    document: str
    sha256: str = Field(max_length=64)
    key_id: str
    signature: str
    vault_key: str | None = None
    vault_version: str | None = None
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    token: bytes | None = Field(default=None, sa_type=LargeBinary)
    stamped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    authority: str | None = None
