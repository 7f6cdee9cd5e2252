"""Who asked to see which footage, who decided, what was granted, and who looked (Art. 17: the register, 登记簿)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.access import Ground, Stage
from regulation.access_states import RequestState
from regulation.vocabulary import Marking, Role


class RecordingMarking(SQLModel, table=True):
    """Somebody says that a recording holds what the rules of confidentiality protect, until somebody lifts it."""

    __tablename__ = "recording_marking"
    __table_args__ = (
        index_where("one_marking_of_a_kind", "recording_id", "marking", where="lifted_at IS NULL", unique=True),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    marking: Marking = Field(sa_type=text_of(Marking))
    placed_by_id: UUID = Field(foreign_key="person.id")
    placed_at: datetime = Field(sa_type=UtcDateTime)
    reason: str
    lifted_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lift_reason: str | None = None


class AccessRequest(SQLModel, table=True):
    """One person's request. `entered_by_id` typed it in: the requester, or an administrator on their behalf.

    `outsider` says for whom it is where that is nobody of the city's units, `document` names their paper. `round`
    counts how often it was submitted. `changed_at` is when it last changed, `followed_at` up to which change its flow
    run has followed; `next_at` when something happens to it by itself.
    """

    __tablename__ = "access_request"
    __table_args__ = (index_where("ix_access_request_next_at", "next_at", where="next_at IS NOT NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    requester_id: UUID = Field(foreign_key="person.id", index=True)
    entered_by_id: UUID = Field(foreign_key="person.id", index=True)
    purpose: str
    outsider: str | None = None
    document: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: RequestState = Field(default=RequestState.DRAFT, sa_type=text_of(RequestState))
    round: int = 0
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    views: int
    copies: int = 0
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    followed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessItem(SQLModel, table=True):
    """A recording asked for, or a part of it: seconds from its beginning, without an end to its end."""

    __tablename__ = "access_item"
    __table_args__ = (UniqueConstraint("request_id", "recording_id", name="one_item_per_request_and_recording"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(foreign_key="access_request.id")
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    start_second: float = 0.0
    end_second: float | None = None


class AccessStep(SQLModel, table=True):
    """One question to one seat. Reviews are asked first: until they are answered `opened_at` of an approval is empty.

    `closed_at` is when it was decided, or nothing was left to decide. An answer is a row of `AccessDecision`.
    """

    __tablename__ = "access_step"
    __table_args__ = (UniqueConstraint("request_id", "round", "position", name="one_step_per_place"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(foreign_key="access_request.id")
    round: int
    position: int
    stage: Stage = Field(sa_type=text_of(Stage))
    role: Role = Field(sa_type=text_of(Role))
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    ground: Ground = Field(sa_type=text_of(Ground))
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessStepItem(SQLModel, table=True):
    """An item that a step is about."""

    __tablename__ = "access_step_item"

    step_id: UUID = Field(foreign_key="access_step.id", primary_key=True)
    item_id: UUID = Field(foreign_key="access_item.id", primary_key=True)


class Assigned(StrEnum):
    """Why somebody owes the decision of a step, or no longer does."""

    SEAT = "seat"  # 职责: they hold the seat
    NAMED = "named"  # 委托: another who could decide named them
    STOOD_ASIDE = "stood-aside"  # 回避: a conflict of interest
    PASSED_ON = "passed-on"  # 委托他人: they named another


class AccessAssignment(SQLModel, table=True):
    """Who was asked to decide a step, and when they no longer had to: they stood aside or named another."""

    __tablename__ = "access_assignment"

    step_id: UUID = Field(foreign_key="access_step.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    why: Assigned = Field(sa_type=text_of(Assigned))
    assigned_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_why: Assigned | None = Field(default=None, sa_type=text_of(Assigned))
    reason: str | None = None
    successor_id: UUID | None = Field(default=None, foreign_key="person.id")


class Verdict(StrEnum):
    APPROVED = "approved"  # 批准
    PARTLY = "partly"  # 部分批准
    DENIED = "denied"  # 不予批准


class AccessDecision(SQLModel, table=True):
    """The one answer to a step: by whom, in which role, with which reason, and on which terms. `passed` lists the seats
    below that did not decide, each with the reason; `policy_version` is the policy that held."""

    __tablename__ = "access_decision"

    step_id: UUID = Field(foreign_key="access_step.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_type=text_of(Role))
    passed: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    verdict: Verdict = Field(sa_type=text_of(Verdict))
    reason: str
    at: datetime = Field(sa_type=UtcDateTime)
    policy_version: str = Field(max_length=32)
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    views: int = 0
    copies: int = 0


class AccessDecisionItem(SQLModel, table=True):
    """An item, or the part of it, that a decision gives."""

    __tablename__ = "access_decision_item"

    step_id: UUID = Field(foreign_key="access_decision.step_id", primary_key=True)
    item_id: UUID = Field(foreign_key="access_item.id", primary_key=True)
    start_second: float = 0.0
    end_second: float | None = None


class AccessQuestion(SQLModel, table=True):
    """What whoever decides wants to know first; the request is the requester's again until it is submitted anew."""

    __tablename__ = "access_question"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    step_id: UUID = Field(foreign_key="access_step.id", unique=True)
    request_id: UUID = Field(foreign_key="access_request.id", index=True)
    person_id: UUID = Field(foreign_key="person.id")
    text: str
    at: datetime = Field(sa_type=UtcDateTime)
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessGrant(SQLModel, table=True):
    """Personal leave to look: so often, so long, at what its items name. Over once it is revoked or ended."""

    __tablename__ = "access_grant"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(foreign_key="access_request.id", unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    views: int
    copies: int
    granted_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    revoke_reason: str | None = None


class AccessGrantItem(SQLModel, table=True):
    """A recording, or the part of it, that a grant opens."""

    __tablename__ = "access_grant_item"

    grant_id: UUID = Field(foreign_key="access_grant.id", primary_key=True)
    recording_id: UUID = Field(foreign_key="recording.id", primary_key=True, index=True)
    start_second: float = 0.0
    end_second: float | None = None


class Look(StrEnum):
    """What somebody does while viewing."""

    PLAY = "play"  # 播放
    PAUSE = "pause"  # 暂停
    SEEKED = "seeked"  # 跳转
    ENDED = "ended"  # 播放完毕


class AccessLook(SQLModel, table=True):
    """One thing done while viewing, and how many seconds into the recording."""

    __tablename__ = "access_look"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    view_id: UUID = Field(foreign_key="access_view.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    what: Look = Field(sa_type=text_of(Look))
    second: float


class AccessView(SQLModel, table=True):
    """One viewing of one recording under a grant: by whom, from where, from when to when they were last seen."""

    __tablename__ = "access_view"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    grant_id: UUID = Field(foreign_key="access_grant.id", index=True)
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    address: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CopyEnd(StrEnum):
    """What became of a copy."""

    RETURNED = "returned"  # 交回
    DESTROYED = "destroyed"  # 销毁


class AccessCopy(SQLModel, table=True):
    """A copy handed out under a grant: of which part, how large, with which digest. Its holder declares what became of
    it; it is over once somebody else, who answers for the recorders there, has confirmed it."""

    __tablename__ = "access_copy"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    grant_id: UUID = Field(foreign_key="access_grant.id", index=True)
    recording_id: UUID = Field(foreign_key="recording.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    address: str
    start_second: float = 0.0
    end_second: float | None = None
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    handed_at: datetime = Field(sa_type=UtcDateTime)
    declared: CopyEnd | None = Field(default=None, sa_type=text_of(CopyEnd))
    declared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: CopyEnd | None = Field(default=None, sa_type=text_of(CopyEnd))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by_id: UUID | None = Field(default=None, foreign_key="person.id")
