"""Appointments that wait for a second person's word."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of
from regulation.vocabulary import Role


class Proposed(StrEnum):
    """What becomes of a proposal."""

    CONFIRMED = "confirmed"  # 已确认
    REFUSED = "refused"  # 不同意


class AppointmentProposal(SQLModel, table=True):
    """Somebody is to hold a role from–to, or, where `ends_id` names an appointment, to hold that one no longer than
    `valid_to`. It has no effect before it is confirmed; `document` is the paper by which it is done."""

    __tablename__ = "appointment_proposal"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    role: Role = Field(sa_type=text_of(Role))
    acting: bool = False
    document: str
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    proposed_by_id: UUID = Field(foreign_key="person.id")
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdict: Proposed | None = Field(default=None, sa_type=text_of(Proposed))
    reason: str | None = None
