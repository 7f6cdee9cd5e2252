"""The day's end in every kind of zone, against a plain walk over the minutes (Art. 18)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulation.expiry import day_over, expiry_day

ZONES = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",  # clocks were put forward at midnight
    "America/Havana",  # and back to midnight
    "America/St_Johns",  # and back across midnight
    "Africa/Cairo",
    "Pacific/Apia",  # a whole day was left out
    "UTC",
]
MINUTE = timedelta(minutes=1)


def walked_end(day: date, zone: ZoneInfo) -> datetime:
    """The first minute after the last one that the zone's calendar dates `day` or earlier."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=50)
    while (at - MINUTE).astimezone(zone).date() > day:
        at -= MINUTE
    return at


@pytest.mark.parametrize(
    ("day", "zone", "over"),
    [
        (date(2026, 2, 28), "Asia/Shanghai", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        (date(2018, 11, 3), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # there was no midnight
        (date(2026, 10, 31), "America/Havana", datetime(2026, 11, 1, 4, tzinfo=UTC)),  # the first of two midnights
        (date(2010, 11, 6), "America/St_Johns", datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),  # 00:01 became 23:01 again
        (date(2011, 12, 29), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # the 30th was left out
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        (
            date(1919, 3, 30),
            "America/Toronto",
            datetime(1919, 3, 31, 5, tzinfo=UTC),
        ),  # 23:30 became 00:30: later, never early
    ],
)
def test_a_day_is_over_at_local_midnight_where_there_is_one(day: date, zone: str, over: datetime) -> None:
    assert day_over(day, ZoneInfo(zone)) == over


@given(st.dates(date(1972, 1, 1), date(2037, 12, 31)), st.sampled_from(ZONES))
@example(date(2010, 11, 6), "America/St_Johns")
@example(date(2018, 11, 3), "America/Sao_Paulo")
@example(date(2026, 10, 31), "America/Havana")
@example(date(2011, 12, 29), "Pacific/Apia")
def test_a_day_is_over_when_a_walk_over_the_minutes_says_so(day: date, zone: str) -> None:
    assert day_over(day, ZoneInfo(zone)) == walked_end(day, ZoneInfo(zone))


@pytest.mark.parametrize("months", [0, -6])
def test_a_term_of_no_month_is_refused(months: int) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        expiry_day(date(2026, 1, 1), months)


def test_beyond_the_calendar_nothing_is_promised() -> None:
    assert expiry_day(date(9999, 6, 30), 6) == date(9999, 12, 30)
    with pytest.raises(ValueError, match="outside the calendar"):
        expiry_day(date(9999, 7, 1), 6)
    with pytest.raises(ValueError, match="calendar ends"):
        day_over(date.max, ZoneInfo("Asia/Shanghai"))
