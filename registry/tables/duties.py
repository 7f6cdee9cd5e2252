"""Someone must do something by a time, or someone above hears of it (Art. 6, 7, 12, 13, 15, 16, 17, 20)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of


class DutyKind(StrEnum):
    FILING = "filing"  # 归档: Art. 4, 15


class DutyState(StrEnum):
    RUNNING = "running"
    MET = "met"


class Duty(SQLModel, table=True):
    """A duty opened and met by facts, never ticked off. `owed_by_id` is empty where the officer is not known: then it
    is the unit's device administrator who must find out."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("kind", "subject_id", name="one_duty_per_kind_and_subject"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: DutyKind = Field(sa_type=text_of(DutyKind))
    article: str
    subject_id: UUID = Field(index=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    owed_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    state: DutyState = Field(default=DutyState.RUNNING, sa_type=text_of(DutyState))
    met_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
