"""Who is told what, when: the outbox of notices and the sweeps that fill it (Art. 16, 20)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.ladder import Step
from regulation.vocabulary import Role

DEADLINES = "deadline-escalation"
"""The kind of the sweeps over deadlines."""


RETENTION = "retention-expiry"
"""The kind of the sweeps over terms."""


class Sweep(SQLModel, table=True):
    """One run over what is due; one of a kind at a time. `holder` is the process at work, `beat_at` when it last gave a
    sign of life; `counts` says how much was looked at and what came of it, as numbers by name."""

    __tablename__ = "sweep"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=40)
    holder: str
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    beat_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)


class NoticeKind(StrEnum):
    DIGEST = "digest"  # 汇总: what a sweep has to tell one person
    ALERT = "alert"  # 运行告警: a run failed, a worker is gone, a sweep is late
    ACCESS = "access"  # 调阅: a request for access waits for its reader, or was answered
    DISPOSAL = "disposal"  # 销毁: a disposal list waits for its reader, or was dealt with
    CONVERSION = "conversion"  # 证据转换: a conversion waits for its reader, or was dealt with
    ACCOUNT = "account"  # 账号: how its reader signs in was changed
    UNRECORDED = "unrecorded"  # 未记录: why something was not recorded waits for its reader, or was seen
    TRIAL = "trial"  # 测试


class NoticeState(StrEnum):
    GATHERING = "gathering"  # its sweep has not ended
    QUEUED = "queued"  # 待发
    SENDING = "sending"  # 发送中: a deliverer has it until `next_attempt_at`
    DELIVERED = "delivered"  # 已送达: a channel took it
    DEAD = "dead"  # 无法送达: given up, an administrator must look


class Notice(SQLModel, table=True):
    """One message to one person, recorded once; what goes over the wire may be repeated and carries its number.

    `urgent` is sent in quiet hours too. `subject` says what an alert is about, in codes; it is empty for digests.
    """

    __tablename__ = "notice"
    __table_args__ = (
        index_where(
            "one_digest_per_sweep_and_person", "sweep_id", "person_id", where="sweep_id IS NOT NULL", unique=True
        ),
        Index("ix_notice_state_next_attempt_at", "state", "next_attempt_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    kind: NoticeKind = Field(sa_type=text_of(NoticeKind))
    sweep_id: UUID | None = Field(default=None, foreign_key="sweep.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    urgent: bool = False
    subject: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    state: NoticeState = Field(sa_type=text_of(NoticeState))
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    claimed_by: str | None = None
    channel: str | None = None
    failure: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NoticeLine(SQLModel, table=True):
    """One step of one duty told to one person, once. `role` is as which they hear of it, none for who owes it;
    `instead_of` the vacant role they stand in for; `planned_at` when the policy wanted it told,
    `told_at` the act that entered it."""

    __tablename__ = "notice_line"

    duty_id: UUID = Field(foreign_key="duty.id", primary_key=True)
    step: Step = Field(sa_type=text_of(Step), primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    notice_id: UUID = Field(foreign_key="notice.id", index=True)
    role: Role | None = Field(default=None, sa_type=text_of(Role))
    instead_of: Role | None = Field(default=None, sa_type=text_of(Role))
    planned_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
