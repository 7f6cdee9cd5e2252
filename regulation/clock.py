"""Times as a recorder claims them, and as they are (Art. 7: the clock is checked before use).

A recorder knows only its own wall clock; even a time marked as UTC is often local. So three things are kept apart: the
time the device stated, the zone that is asserted for it, and the offset measured when the recorder was docked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regulation.errors import ConfigurationError

FIRST_YEAR, LAST_YEAR = 2, 9998
"""Years a stated time may have: one year inside Python's calendar, so that no zone carries it out."""


class Basis(StrEnum):
    """What a corrected time rests on."""

    MEASURED = "measured"  # the recorder's offset was measured
    ASSUMED = "assumed"  # nobody measured it: the device is taken at its word


@dataclass(frozen=True, slots=True)
class Corrected:
    """A claimed time and the same corrected, both in UTC. `offset_seconds` is true time minus device time."""

    claimed: datetime
    at: datetime
    offset_seconds: float
    basis: Basis


def as_utc(moment: datetime) -> datetime:
    """`moment` in UTC. Raises `ValueError` for a time without a zone: it names no moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone names no moment: {moment!r}")
    return moment.astimezone(UTC)


def unit_zone(name: str) -> ZoneInfo:
    """The zone called `name`, such as ``Asia/Shanghai``. Raises `ConfigurationError` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError("This is no time zone of the zone database.", subject=name) from error


def has_carried_year(stated: datetime) -> bool:
    """Whether calendar arithmetic can carry the year of `stated` into every zone."""
    return FIRST_YEAR <= stated.year <= LAST_YEAR


def device_time(stated: datetime, zone: tzinfo) -> datetime | None:
    """The UTC moment of a device's wall-clock time `stated` (without a zone) if its clock runs in `zone`.

    None for years that no calendar arithmetic can carry: files lie. An hour that the zone's clocks show twice is read
    as the first of the two. Raises `ValueError` when `stated` already has a zone.
    """
    if stated.tzinfo is not None:
        raise ValueError(f"a device's wall clock has no zone of its own: {stated!r}")
    if not has_carried_year(stated):
        return None
    return wall_time(stated, zone)


def wall_time(shown: datetime, zone: tzinfo) -> datetime:
    """The UTC moment at which the clocks of `zone` show `shown` (without a zone).

    An hour that they show twice is read as the first of the two; one that they skip counts as if they had not.
    """
    return shown.replace(tzinfo=zone, fold=0).astimezone(UTC)


def corrected(claimed: datetime, offset_seconds: float | None) -> Corrected:
    """`claimed` moved by the measured offset (true minus device, seconds); None means that nobody measured.

    Raises `ValueError` for a time without a zone, an offset that is not a number, or a sum outside the calendar.
    """
    moment = as_utc(claimed)
    if offset_seconds is None:
        return Corrected(moment, moment, 0.0, Basis.ASSUMED)
    if not math.isfinite(offset_seconds):
        raise ValueError(f"an offset must be a number of seconds, not {offset_seconds!r}")
    try:
        return Corrected(moment, moment + timedelta(seconds=offset_seconds), offset_seconds, Basis.MEASURED)
    except OverflowError as error:
        raise ValueError(f"an offset of {offset_seconds!r} s carries {moment} out of the calendar") from error


def is_off(offset_seconds: float, tolerance: timedelta) -> bool:
    """Whether a clock is further off than `tolerance`, either way (finding ``A7-clock-offset``)."""
    return abs(offset_seconds) > tolerance.total_seconds()
