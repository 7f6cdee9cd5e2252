"""How people prove at the desk who they are. Nothing here opens anything by itself: secrets are hashed or sealed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id


class AccountChange(StrEnum):
    """What happens to how somebody signs in; they are told of each."""

    INVITED = "invited"  # 重新邀请: while they have a password
    SET = "set"  # 设定密码
    ENDED = "ended"  # 停用
    LOCKED = "locked"  # 锁定: too many wrong tries


class Invitation(SQLModel, table=True):
    """Leave for one person to choose a password, once and for a short while. Only the token's SHA-256 is kept."""

    __tablename__ = "invitation"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Credential(SQLModel, table=True):
    """A person's password as an argon2 hash, and the secret of their codes, sealed with a key that is not in here.

    `last_code` is the half minute of the last code taken, so that none is taken twice; `failures` counts wrong tries
    since the last right one, `locked_until` is how long none is looked at.
    """

    __tablename__ = "credential"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    password_hash: str
    sealed_secret: str
    last_code: int = 0
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class PersonalToken(SQLModel, table=True):
    """What somebody's program shows instead of a password: it acts as them until it is over. Only its SHA-256 is
    kept; `name` is what they call it."""

    __tablename__ = "personal_token"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    name: str
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeskSession(SQLModel, table=True):
    """A person signed in at one browser. Only the token's SHA-256 is kept; `browser` is a digest of what the browser
    calls itself, so that a stolen cookie is of no use elsewhere by mere copying."""

    __tablename__ = "desk_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    browser: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
