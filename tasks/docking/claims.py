"""From what a device claims to what the registry records: who, with which recorder, when (Art. 4, 7, 15).

A device's clock is never believed as it stands: the claimed time, the zone asserted for it and the measured offset stay
apart, and only their sum is the corrected time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from sqlmodel import Session

from blocks.device_layouts import Claims
from registry import queries
from registry.queries import DeviceHistory
from registry.tables import Device, Person
from regulation.clock import corrected, device_time
from tasks.probing.probe import Probe

NEAR_THE_FILE_TIME = timedelta(minutes=10)
FIRST_RECORDERS = 2000
"""A clock that says an earlier year was never set: no time is better than a wrong one."""


@dataclass(frozen=True, slots=True)
class Times:
    """Claimed and corrected times of one recording; all aware, None where the device said nothing."""

    claimed_start: datetime | None = None
    claimed_end: datetime | None = None
    offset_seconds: float | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Who and what the registry knows, by the numbers that devices write."""

    devices: dict[str, Device]
    people: dict[str, Person]
    histories: dict[UUID, DeviceHistory]

    @classmethod
    def of(cls, reading: Session, claimed: Iterable[Claims | None]) -> Directory:
        """What the registry knows of everything that was claimed."""
        said = [claims for claims in claimed if claims is not None]
        devices = queries.devices_by_number(reading, {claims.device for claims in said if claims.device})
        people = queries.people_by_number(reading, {claims.officer for claims in said if claims.officer})
        return cls(devices, people, queries.device_histories(reading, [device.id for device in devices.values()]))

    def device(self, claims: Claims | None) -> Device | None:
        """The recorder that the file's name claims, if the registry knows it."""
        return self.devices.get(claims.device) if claims is not None and claims.device else None

    def officer(self, claims: Claims | None, device: Device | None, moment: datetime | None) -> UUID | None:
        """The officer that the file's name claims, if the registry knows them; else whoever kept the recorder at that
        moment and answers for it (Art. 4)."""
        named = self.people.get(claims.officer) if claims is not None and claims.officer else None
        if named is not None:
            return named.id
        return self.histories[device.id].holder(moment) if device is not None and moment is not None else None

    def times(
        self, claims: Claims | None, device: Device | None, probe: Probe, modified_ns: int, zone: tzinfo
    ) -> Times:
        """Start and end as claimed, and corrected by the offset that was measured nearest before."""
        length = timedelta(seconds=probe.duration_seconds or 0.0)
        start = claimed_start(claims, probe, zone, closed_at(modified_ns, length))
        if start is None:
            return Times()
        offset = self.histories[device.id].clock_offset(start) if device is not None else None
        at = corrected(start, offset).at
        return Times(start, start + length, offset, at, at + length)


def closed_at(modified_ns: int, length: timedelta) -> datetime | None:
    """When a recording of this length began if its file was last changed when the recorder closed it."""
    try:
        closed = datetime.fromtimestamp(modified_ns / 1e9, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return closed - length if closed.year >= FIRST_RECORDERS else None


def claimed_start(claims: Claims | None, probe: Probe, zone: tzinfo, by_file_time: datetime | None) -> datetime | None:
    """The start by the file's name, else by the container or EXIF, else by the file's own time; None when all are
    silent or speak of a time before there were recorders."""
    start = None
    if claims is not None and claims.local_time is not None:
        start = device_time(claims.local_time, zone)
    elif probe.claimed_local is not None:
        start = _container_start(probe, probe.claimed_local, zone, by_file_time)
    if start is not None and start.year >= FIRST_RECORDERS:
        return start
    return by_file_time


def _container_start(probe: Probe, local: datetime, zone: tzinfo, by_file_time: datetime | None) -> datetime | None:
    """A container's "UTC" is often local time: it is read as local unless only the reading as UTC agrees with the
    file's own time."""
    if probe.claimed_zone_known:
        return probe.claimed_start(zone)
    as_local, as_utc = device_time(local, zone), device_time(local, UTC)
    if as_local is None or as_utc is None or by_file_time is None:
        return as_local
    fits_utc = abs(as_utc - by_file_time) <= NEAR_THE_FILE_TIME < abs(as_local - by_file_time)
    return as_utc if fits_utc else as_local
