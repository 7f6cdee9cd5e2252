"""Enforcement activities: what recordings are filed under (Art. 9, 15, 16)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of
from regulation.vocabulary import ActivityKind, RemoteReason


class Activity(SQLModel, table=True):
    """One enforcement activity of Art. 9. `parties` lists the kinds of parties present, as `PartyKind` values;
    `return_reported_at` is when the return of Art. 16 was first entered."""

    __tablename__ = "activity"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    kind: ActivityKind = Field(sa_type=text_of(ActivityKind))
    place: str
    parties: list[str] = Field(default_factory=list, sa_type=JSON)
    case_number: str | None = None
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remote_reason: RemoteReason | None = Field(default=None, sa_type=text_of(RemoteReason))
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    return_reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ActivityOfficer(SQLModel, table=True):
    """An officer who took part in an activity."""

    __tablename__ = "activity_officer"

    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
