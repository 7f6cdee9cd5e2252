"""Recorders: which, in whose hands, and how far their clocks were off. One statement for any number of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from registry.bulk import chunked
from registry.tables import ClockReading, Device, DeviceCustody


@dataclass(frozen=True, slots=True)
class DeviceHistory:
    """Who held a recorder from–to, and its clock readings, both by time."""

    custody: tuple[DeviceCustody, ...]
    readings: tuple[ClockReading, ...]

    def holder(self, at: datetime) -> UUID | None:
        """The person who held the recorder at `at`; at the moment of a hand-over, the one who received it."""
        holders = (
            one.person_id
            for one in reversed(self.custody)
            if one.issued_at <= at and (one.returned_at is None or at < one.returned_at)
        )
        return next(holders, None)

    def clock_offset(self, at: datetime) -> float | None:
        """True time minus device time in seconds, from the last reading up to `at`, or else the first after it."""
        up_to = [one for one in self.readings if one.read_at <= at]
        chosen = up_to[-1:] or self.readings[:1]
        return chosen[0].offset_seconds if chosen else None


def devices_by_number(session: Session, numbers: Iterable[str]) -> dict[str, Device]:
    """The recorders with these numbers, as they write them into file names."""
    return {
        device.number: device
        for chunk in chunked(set(numbers))
        for device in session.exec(select(Device).where(col(Device.number).in_(chunk)))
    }


def device_histories(session: Session, device_ids: Iterable[UUID]) -> dict[UUID, DeviceHistory]:
    """The history of each of these recorders."""
    custody: dict[UUID, list[DeviceCustody]] = {device_id: [] for device_id in device_ids}
    readings: dict[UUID, list[ClockReading]] = {device_id: [] for device_id in custody}
    for chunk in chunked(custody):
        held = select(DeviceCustody).where(col(DeviceCustody.device_id).in_(chunk))
        for one in session.exec(held.order_by(col(DeviceCustody.issued_at))):
            custody[one.device_id].append(one)
        read = select(ClockReading).where(col(ClockReading.device_id).in_(chunk))
        for reading in session.exec(read.order_by(col(ClockReading.read_at))):
            readings[reading.device_id].append(reading)
    return {device_id: DeviceHistory(tuple(custody[device_id]), tuple(readings[device_id])) for device_id in custody}


def device_holder(session: Session, device_id: UUID, at: datetime) -> UUID | None:
    """Who held one recorder at `at`; for many, ask `device_histories` once."""
    return device_histories(session, [device_id])[device_id].holder(at)


def clock_offset(session: Session, device_id: UUID, at: datetime) -> float | None:
    """One recorder's clock offset at `at`; for many, ask `device_histories` once."""
    return device_histories(session, [device_id])[device_id].clock_offset(at)
