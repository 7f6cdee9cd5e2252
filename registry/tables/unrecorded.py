"""What was not recorded of an activity, why, and who has seen it (Art. 12, 13)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.unrecorded import ExemptionGround, Manner, Review
from regulation.vocabulary import Role


class Unrecorded(StrEnum):
    """What people are told of it."""

    REPORTED = "reported"  # 中断说明待阅: to the head of the department
    SEEN = "seen"  # 中断说明已阅: to the officers
    EXEMPTED = "exempted"  # 免予记录待审核: to the principal leader
    REVIEWED = "reviewed"  # 免予记录已审核: to who wrote it


class InterruptionReport(SQLModel, table=True):
    """Why nothing was recorded between two moments of an activity, by one of its officers (Art. 13). `recording_id` is
    where the reason was said aloud, if it was. A later report does not change an earlier one. `seen_by_id` is the head
    of the department who took note of it, `seen_as` in which seat."""

    __tablename__ = "interruption_report"
    __table_args__ = (index_where("ix_interruption_report_unseen", "unit_id", where="seen_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    activity_id: UUID = Field(foreign_key="activity.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    manner: Manner = Field(sa_type=text_of(Manner))
    recording_id: UUID | None = Field(default=None, foreign_key="recording.id")
    reason: str
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    seen_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    seen_as: Role | None = Field(default=None, sa_type=text_of(Role))
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ExemptionRecord(SQLModel, table=True):
    """That an activity, or part of it, was not to be recorded, on which ground, by one of its officers (Art. 12: the
    work record, 工作记录). `document` names the signed statement of who asked for it. It counts once the principal
    leader has approved it."""

    __tablename__ = "exemption_record"
    __table_args__ = (index_where("ix_exemption_record_open", "unit_id", where="reviewed_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    activity_id: UUID = Field(foreign_key="activity.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    ground: ExemptionGround = Field(sa_type=text_of(ExemptionGround))
    reason: str
    document: str | None = None
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    review: Review | None = Field(default=None, sa_type=text_of(Review))
    review_reason: str | None = None
    reviewed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    reviewed_as: Role | None = Field(default=None, sa_type=text_of(Role))
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
