"""Art. 18(1): routine footage is kept at least six months. This is the lock that every original starts with.

Calendar months, whole days in the unit's zone, from the end of the recording; the day of expiry is still kept.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.expiry import expiry_day, floor_until
from regulation.policy import CITY_POLICY

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = timedelta(microseconds=1)

MONTH_ENDS = [
    (date(2025, 1, 31), date(2025, 7, 31)),
    (date(2025, 2, 28), date(2025, 8, 28)),
    (date(2024, 2, 29), date(2024, 8, 29)),
    (date(2025, 3, 31), date(2025, 9, 30)),
    (date(2025, 4, 30), date(2025, 10, 30)),
    (date(2025, 5, 31), date(2025, 11, 30)),
    (date(2025, 6, 30), date(2025, 12, 30)),
    (date(2025, 7, 31), date(2026, 1, 31)),
    (date(2025, 8, 31), date(2026, 2, 28)),
    (date(2025, 8, 30), date(2026, 2, 28)),
    (date(2025, 8, 29), date(2026, 2, 28)),
    (date(2025, 8, 28), date(2026, 2, 28)),
    (date(2023, 8, 31), date(2024, 2, 29)),
    (date(2023, 8, 29), date(2024, 2, 29)),
    (date(2099, 8, 31), date(2100, 2, 28)),  # 2100 is no leap year
    (date(2025, 9, 30), date(2026, 3, 30)),
    (date(2025, 10, 31), date(2026, 4, 30)),
    (date(2025, 11, 30), date(2026, 5, 30)),
    (date(2025, 12, 31), date(2026, 6, 30)),
]


@pytest.mark.parametrize(("ended_on", "expires_on"), MONTH_ENDS)
def test_six_months_from_every_month_end(ended_on: date, expires_on: date) -> None:
    assert expiry_day(ended_on, 6) == expires_on


@pytest.mark.parametrize(
    ("ended_at", "zone", "until"),
    [
        # the whole expiry day is kept, by the unit's calendar
        (datetime(2025, 8, 31, 10, tzinfo=SHANGHAI), SHANGHAI, datetime(2026, 3, 1, tzinfo=SHANGHAI)),
        (datetime(2025, 8, 31, 23, 59, 59, tzinfo=SHANGHAI), SHANGHAI, datetime(2026, 3, 1, tzinfo=SHANGHAI)),
        # half an hour of New Year in Shanghai is still the old year in UTC
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), SHANGHAI, datetime(2026, 7, 2, tzinfo=SHANGHAI)),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), UTC, datetime(2026, 7, 1, tzinfo=UTC)),
        # summer time between the two days moves neither
        (datetime(2026, 1, 15, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 7, 16, tzinfo=BERLIN)),
        (datetime(2026, 4, 30, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 10, 31, tzinfo=BERLIN)),
        # the clocks go back on the expiry day itself: it has 25 hours, all kept
        (datetime(2026, 4, 25, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 10, 26, tzinfo=BERLIN)),
    ],
)
def test_the_lock_ends_at_local_midnight_after_the_expiry_day(
    ended_at: datetime, zone: ZoneInfo, until: datetime
) -> None:
    locked_until = floor_until(ended_at, zone, CITY_POLICY.value("routine_retention_months", date(2026, 1, 1)))
    assert locked_until == until
    assert locked_until.tzinfo is UTC


def test_a_recording_over_midnight_counts_from_its_end() -> None:
    started = datetime(2026, 3, 1, 23, 50, tzinfo=SHANGHAI)
    assert floor_until(started + timedelta(minutes=20), SHANGHAI, 6) - floor_until(started, SHANGHAI, 6) == timedelta(1)


def test_a_time_without_a_zone_starts_no_term() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        floor_until(datetime(2026, 3, 1), SHANGHAI, 6)


def last_day_reached(ended_on: date, months: int) -> date:
    """The oracle walks: month by month to the target, then day by day while it lasts and the day's number allows."""
    year, month = ended_on.year, ended_on.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = date(year, month, 1)
    while day.day < ended_on.day and (day + timedelta(days=1)).month == month:
        day += timedelta(days=1)
    return day


@given(st.dates(date(2000, 1, 1), date(2200, 12, 31)), st.integers(1, 400))
def test_every_day_and_term_as_a_walk_over_the_calendar_has_it(ended_on: date, months: int) -> None:
    assert expiry_day(ended_on, months) == last_day_reached(ended_on, months)


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])
MOMENTS = st.datetimes(datetime(2022, 5, 23), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, ZONES, st.integers(1, 120))
def test_the_expiry_day_is_kept_to_its_last_moment_and_not_beyond(ended_at: datetime, name: str, months: int) -> None:
    zone = ZoneInfo(name)
    expires_on = expiry_day(ended_at.astimezone(zone).date(), months)
    until = floor_until(ended_at, zone, months)
    assert (until - MOMENT).astimezone(zone).date() <= expires_on < until.astimezone(zone).date()


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)), ZONES)
def test_what_ended_later_is_never_locked_for_less(ended_at: datetime, later: timedelta, name: str) -> None:
    zone = ZoneInfo(name)
    assert floor_until(ended_at, zone, 6) <= floor_until(ended_at + later, zone, 6)
