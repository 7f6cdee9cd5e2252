"""How long each original is kept and what holds it back: case files, terms, holds (Art. 18)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.holds import HoldKind
from regulation.retention import Kept, RetentionClass, Trigger


class CaseFile(SQLModel, table=True):
    """A case file (案卷), by the number under which activities name it. `closed_on` is empty while the case is open, or
    open again; the file is kept `keep_years` from then, or for ever where it is `permanent`."""

    __tablename__ = "case_file"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    document: str | None = None
    closed_on: date | None = None
    keep_years: int | None = None
    permanent: bool = False
    entered_by_id: UUID = Field(foreign_key="person.id")
    entered_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class CaseUse(SQLModel, table=True):
    """A recording is used as evidence in a case: from then on it is kept as the case file is."""

    __tablename__ = "case_use"
    __table_args__ = (UniqueConstraint("case_id", "recording_id", name="one_use_per_case_and_recording"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    person_id: UUID = Field(foreign_key="person.id")
    reason: str
    at: datetime = Field(sa_type=UtcDateTime)


class RetentionTerm(SQLModel, table=True):
    """What the facts and the policy say of one original: `due_on` is the last day on which it is kept, or `kept` why
    there is none. Worked out anew whenever a fact changes; what stands here alone lets nothing go.

    `told` counts the notices of what is coming that named it. `list_id` is the disposal list it stands on.
    `held_in_vault` is whether the vault was told to hold it, `vault_stale` that the vault is to be told something.
    """

    __tablename__ = "retention_term"
    __table_args__ = (
        index_where("ix_retention_term_due", "unit_id", "due_on", where="due_on IS NOT NULL AND list_id IS NULL"),
        index_where("ix_retention_term_vault", "recording_id", where="vault_stale"),
    )

    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    retention_class: RetentionClass = Field(sa_type=text_of(RetentionClass))
    article: str
    trigger: Trigger | None = Field(default=None, sa_type=text_of(Trigger))
    trigger_on: date | None = None
    due_on: date | None = None
    kept: Kept | None = Field(default=None, sa_type=text_of(Kept))
    policy_version: str = Field(max_length=32)
    settled_at: datetime = Field(sa_type=UtcDateTime)
    told: int = 0
    list_id: UUID | None = Field(default=None, foreign_key="disposal_list.id", index=True)
    held_in_vault: bool = False
    vault_stale: bool = False


class TermTouch(SQLModel, table=True):
    """A recording whose facts have changed: its term is to be worked out anew. Not a custody event."""

    __tablename__ = "term_touch"

    recording_id: UUID = Field(primary_key=True)


class PolicySeen(SQLModel, table=True):
    """By which policy the terms of a unit were last worked out. Not a custody event."""

    __tablename__ = "policy_seen"

    unit_id: UUID = Field(foreign_key="unit.id", primary_key=True)
    policy_version: str = Field(max_length=32)


class TermExtension(SQLModel, table=True):
    """Somebody's decision to keep a recording until a day, or without an end. Nobody takes it back by hand: a later
    appraisal may let it go once the day is over, one without an end is ended by the principal leader."""

    __tablename__ = "term_extension"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    until: date | None = None
    reason: str
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    ended_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str | None = None


class Shortened(StrEnum):
    """What the principal leader says of a policy that releases footage earlier."""

    ALLOWED = "allowed"  # 同意
    REFUSED = "refused"  # 不同意


class TermChange(SQLModel, table=True):
    """A policy that would release a unit's footage earlier than before: until the principal leader allows it, the
    longer terms go on."""

    __tablename__ = "term_change"
    __table_args__ = (UniqueConstraint("unit_id", "policy_version", name="one_change_per_unit_and_policy"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    policy_version: str = Field(max_length=32)
    found_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdict: Shortened | None = Field(default=None, sa_type=text_of(Shortened))
    reason: str | None = None


class TermChangeItem(SQLModel, table=True):
    """A recording that the policy would release earlier: on which day, instead of which."""

    __tablename__ = "term_change_item"

    change_id: UUID = Field(foreign_key="term_change.id", primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True)
    due_on: date
    instead_of: date | None = None


class Hold(SQLModel, table=True):
    """Recordings held back from disposal, until the principal leader lifts it. With `case_id` it also holds whatever is
    filed in the case later."""

    __tablename__ = "hold"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    kind: HoldKind = Field(sa_type=text_of(HoldKind))
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    reason: str
    document: str | None = None
    placed_by_id: UUID = Field(foreign_key="person.id")
    placed_at: datetime = Field(sa_type=UtcDateTime)
    lifted_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lift_reason: str | None = None


class HoldItem(SQLModel, table=True):
    """A recording that a hold names."""

    __tablename__ = "hold_item"

    hold_id: UUID = Field(foreign_key="hold.id", primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
