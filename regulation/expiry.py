"""The calendar of Art. 18: how long a term lasts, and until when an original is locked at least.

The floor is six calendar months for routine inspection, and every original starts with it: longer classes (evidence, as
long as the case file) only lengthen the lock. Whole days are counted in the unit's zone, from the day the recording
ended; the day on which the term expires is still kept (chosen: the text names months, not hours).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from regulation.clock import as_utc

LAST_LOCK = datetime(2105, 12, 31, tzinfo=UTC)
"""No vault is asked to lock anything for longer: there are S3 servers that count a lock's seconds in 32 bits, and make
1970 of 2107. What is kept beyond is held back as well, as is what has no last day."""


def expiry_day(ended_on: date, months: int) -> date:
    """The last day that is kept: the same day `months` later, or that month's last day where it has no such day.

    Raises `ValueError` when `months` is not positive or the day lies after the year 9999.
    """
    if months < 1:
        raise ValueError(f"a term has at least one month, not {months}")
    years, month = divmod(ended_on.month - 1 + months, 12)
    year, month = ended_on.year + years, month + 1
    if year > date.max.year:
        raise ValueError(f"{months} months after {ended_on} lies outside the calendar")
    return date(year, month, min(ended_on.day, monthrange(year, month)[1]))


def ended_before(today: date, months: int) -> date:
    """The first day that is not yet `months` behind on the day `today`: whatever ended before it is over for longer.

    Raises `ValueError` when `months` is not positive or leads before the year 1.
    """
    month = today.year * 12 + today.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    days = (first + timedelta(days=count) for count in range(63))
    return next(day for day in days if expiry_day(day, months) >= today)


def day_over(day: date, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which `day` is over for good in `zone`: local midnight wherever there is exactly one.

    Where clocks are put back across midnight the day comes again, and where they are put forward across it midnight is
    missing; never is the answer earlier than the true end of the day. Raises `ValueError` on the calendar's last day.
    """
    if day == date.max:
        raise ValueError(f"the calendar ends with {day}")
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    first, second = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    just_before_second = second - timedelta(microseconds=1)
    day_comes_again = just_before_second.astimezone(zone).date() == day
    return second if day_comes_again or first.astimezone(zone).date() <= day else first


def floor_until(ended_at: datetime, zone: tzinfo, months: int) -> datetime:
    """The moment, in UTC, until which an original that ended at `ended_at` is locked: Art. 18.

    Where the end is not known for certain, count from the moment of receipt: no recording ends after it was received,
    so the lock is never too short. A recorder's own clock will not do: reset to the year 2000 it would leave the
    original unlocked, and ahead by decades it would lock it for as long, with nobody able to shorten it.

    `zone` is the unit's; `months` the value of ``routine_retention_months``. Raises `ValueError` for a time without a
    zone or a term outside the calendar.
    """
    return day_over(expiry_day(as_utc(ended_at).astimezone(zone).date(), months), zone)


def lockable(until: datetime) -> datetime:
    """Until when a vault is asked to lock what is kept until the moment `until`."""
    return min(until, LAST_LOCK)
