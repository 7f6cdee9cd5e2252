"""Units, people and the dated appointments that give them roles."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id, text_of
from regulation.vocabulary import Role, UnitLevel


class Unit(SQLModel, table=True):
    """A node of the tree city, unit, department. `code` is lower-case letters and digits: it appears in vault keys."""

    __tablename__ = "unit"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=32)
    name: str
    level: UnitLevel = Field(sa_type=text_of(UnitLevel))
    parent_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    zone: str = "Asia/Shanghai"


class Person(SQLModel, table=True):
    """Someone who can act. `number` is the number of the enforcement certificate (执法证号); `moved_at` is when the
    last transfer to another unit was entered."""

    __tablename__ = "person"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=32)
    name: str
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    joined_on: date | None = None
    left_on: date | None = None
    moved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Appointment(SQLModel, table=True):
    """A role held from–to; `acting` for a delegated one. Decisions are judged by who held the role at that moment."""

    __tablename__ = "appointment"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    role: Role = Field(sa_type=text_of(Role))
    acting: bool = False
    document: str | None = None
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
