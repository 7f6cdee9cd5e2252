"""Disposal lists (销毁清册): what may go, who decided so, and what became of it (Art. 18)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.retention import Kept, RetentionClass, Trigger
from regulation.vocabulary import Role


class DisposalList(SQLModel, table=True):
    """One unit's originals whose terms are over. `grace_until` is when it may be carried out; until then whatever
    stands on it can be restored. `followed_at` is up to which change its flow run has followed."""

    __tablename__ = "disposal_list"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    state: ListState = Field(default=ListState.APPRAISAL, sa_type=text_of(ListState))
    opened_at: datetime = Field(sa_type=UtcDateTime)
    grace_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    followed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DisposalItem(SQLModel, table=True):
    """An original on a list, with the term it was listed by; and what was said of it and became of it.

    `dropped_after` is how many answers the list had been given when the item was taken off, `dropped_why` names the
    rule that did so, where a rule did and not a person. `problem` is what the vault said when it did not let go.
    """

    __tablename__ = "disposal_item"
    __table_args__ = (
        UniqueConstraint("list_id", "recording_id", name="one_item_per_list_and_recording"),
        index_where(
            "on_one_list_at_a_time",
            "recording_id",
            where="state IN ('listed', 'destroying', 'failed')",
            unique=True,
        ),
        index_where("ix_disposal_item_failed", "list_id", where="state = 'failed'"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    list_id: UUID = Field(foreign_key="disposal_list.id")
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    retention_class: RetentionClass = Field(sa_type=text_of(RetentionClass))
    article: str
    trigger: Trigger = Field(sa_type=text_of(Trigger))
    trigger_on: date
    due_on: date
    policy_version: str = Field(max_length=32)
    state: ItemState = Field(default=ItemState.LISTED, sa_type=text_of(ItemState))
    appraisal: Appraisal | None = Field(default=None, sa_type=text_of(Appraisal))
    appraised_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    appraised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dropped_after: int | None = None
    dropped_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    dropped_why: Kept | None = Field(default=None, sa_type=text_of(Kept))
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str | None = None
    destroyed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DisposalStep(SQLModel, table=True):
    """One question to one seat, or to one named witness. `closed_at` is when it was answered, or nothing was left to
    answer."""

    __tablename__ = "disposal_step"
    __table_args__ = (UniqueConstraint("list_id", "position", name="one_disposal_step_per_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    list_id: UUID = Field(foreign_key="disposal_list.id")
    position: int
    stage: DisposalStage = Field(sa_type=text_of(DisposalStage))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DisposalVerdict(StrEnum):
    SUBMITTED = "submitted"  # 鉴定完毕，提交审批
    APPROVED = "approved"  # 批准销毁
    REFUSED = "refused"  # 不予批准
    WITNESSED = "witnessed"  # 监销确认


class DisposalDecision(SQLModel, table=True):
    """The one answer to a step: by whom, in which role, why, and of exactly which items: `items_sha256` is the digest
    of their ids and contents at that moment. `passed` lists the seats below that did not decide, each with why."""

    __tablename__ = "disposal_decision"

    step_id: UUID = Field(foreign_key="disposal_step.id", primary_key=True)
    list_id: UUID = Field(foreign_key="disposal_list.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: Role | None = Field(default=None, sa_type=text_of(Role))
    passed: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    verdict: DisposalVerdict = Field(sa_type=text_of(DisposalVerdict))
    reason: str
    items: int
    items_sha256: str = Field(max_length=64)
    policy_version: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)


class DisposalCertificate(SQLModel, table=True):
    """What is left of a list that was carried out: canonical JSON with hashes, times and decisions, never content; an
    Ed25519 signature over its UTF-8 bytes (base64); and where its paper is kept."""

    __tablename__ = "disposal_certificate"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    list_id: UUID = Field(foreign_key="disposal_list.id", unique=True)
    number: str = Field(unique=True, max_length=64)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    document: str
    key_id: str
    signature: str
    paper_key: str
    paper_sha256: str = Field(max_length=64)
