"""Someone must do something by a time, or someone above hears of it (Art. 6, 7, 12, 13, 15, 16, 17, 20)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, index_where, new_id, text_of
from regulation.duties import Clock, DutyKind, DutyState


class Duty(SQLModel, table=True):
    """A duty opened and met by facts, never ticked off.

    `owed_by_id` is empty where no officer is known: then the role of the kind's rule owes it. `level` counts the rungs
    climbed; `next_at` is the next moment at which anything happens to it, empty when nothing will.
    """

    __tablename__ = "duty"
    __table_args__ = (
        index_where(
            "one_duty_per_kind_subject_and_officer",
            "kind",
            "subject_id",
            "owed_by_id",
            where="owed_by_id IS NOT NULL",
            unique=True,
        ),
        index_where("one_duty_per_kind_and_subject", "kind", "subject_id", where="owed_by_id IS NULL", unique=True),
        index_where("ix_duty_next_at", "next_at", where="next_at IS NOT NULL"),
        index_where("ix_duty_overdue", "unit_id", "kind", where="state = 'overdue'"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: DutyKind = Field(sa_type=text_of(DutyKind))
    article: str
    subject_id: UUID = Field(index=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    owed_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    clock: Clock = Field(sa_type=text_of(Clock))
    clock_started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: DutyState = Field(sa_type=text_of(DutyState))
    level: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    met_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyTouch(SQLModel, table=True):
    """A subject whose facts have changed: its duties are to be settled again. Not a custody event."""

    __tablename__ = "duty_touch"

    kind: DutyKind = Field(primary_key=True, sa_type=text_of(DutyKind))
    subject_id: UUID = Field(primary_key=True)


class DecisionKind(StrEnum):
    EXCUSE = "excuse"  # 免除
    PAUSE = "pause"  # 中止


class DutyDecision(SQLModel, table=True):
    """What a person with the authority decided about a duty, and why. A pause lasts from `at` to `until`."""

    __tablename__ = "duty_decision"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    duty_id: UUID = Field(foreign_key="duty.id", index=True)
    kind: DecisionKind = Field(sa_type=text_of(DecisionKind))
    person_id: UUID = Field(foreign_key="person.id")
    reason: str
    at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
