"""Docks that push a recorder's files to the server."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id


class DockToken(SQLModel, table=True):
    """What a dock shows to be let in, good for one unit. Only the token's SHA-256 is kept: it is 256 random bits, so
    there is nothing to guess that a slow hash would protect. `name` names a dock, never a person; a name is free again
    once its token is revoked."""

    __tablename__ = "dock_token"
    __table_args__ = (index_where("one_live_token_per_name", "name", where="revoked_at IS NULL", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    wireless: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
