"""Recorders, who held them when, and how far their clocks were off (Art. 4, 6, 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from registry.types import UtcDateTime, new_id


class Device(SQLModel, table=True):
    """A body-worn recorder. `number` is what the device writes into its file names."""

    __tablename__ = "device"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    maker: str | None = None
    model: str | None = None
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeviceCustody(SQLModel, table=True):
    """Who keeps a recorder and answers for it, from–to (Art. 4, 6)."""

    __tablename__ = "device_custody"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_id: UUID = Field(foreign_key="device.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None


class ClockReading(SQLModel, table=True):
    """A measured clock offset: true time minus device time, in seconds (Art. 7)."""

    __tablename__ = "clock_reading"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_id: UUID = Field(foreign_key="device.id", index=True)
    read_at: datetime = Field(sa_type=UtcDateTime)
    offset_seconds: float


class DeviceCheck(SQLModel, table=True):
    """What an officer found before use (Art. 7): battery, storage, clock, and whether the recorder works."""

    __tablename__ = "device_check"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_id: UUID = Field(foreign_key="device.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    battery_ok: bool
    storage_ok: bool
    clock_ok: bool
    works: bool

    @property
    def passed(self) -> bool:
        """Whether the recorder may go out."""
        return self.battery_ok and self.storage_ok and self.clock_ok and self.works
