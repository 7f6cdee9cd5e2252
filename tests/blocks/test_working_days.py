"""Working days of the mainland, against the announcements of the State Council's general office."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from blocks.working_days import _year, mainland_working_day
from regulation.duties import Clock, DutyKind, Facts, due_at
from regulation.policy import CITY_POLICY

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 3, 9), True),  # Monday
        (date(2026, 3, 7), False),  # Saturday
        (date(2026, 3, 8), False),  # Sunday
        (date(2026, 2, 14), True),  # Saturday made up for the spring festival
        (date(2026, 2, 16), False),  # Monday of the spring festival
        (date(2026, 2, 17), False),  # the first day of the year
        (date(2026, 2, 28), True),  # Saturday made up
        (date(2026, 10, 1), False),  # national day
        (date(2026, 10, 10), True),  # Saturday made up
        (date(2024, 2, 29), True),  # a leap day, a Thursday
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
    ],
)
def test_working_days_as_announced(day: date, works: bool) -> None:
    assert mainland_working_day(day) is works


@pytest.mark.parametrize("year", [2031, 2099, 2150, 9999])
def test_a_year_that_nothing_is_announced_for_still_answers(year: int) -> None:
    days = [date(year, 6, 1) + timedelta(days=place) for place in range(7)]
    assert [mainland_working_day(day) for day in days].count(True) in (4, 5)
    if year <= 2099:
        assert not mainland_working_day(date(year, 10, 1))


def test_asking_for_one_year_does_not_change_another() -> None:
    before = len(_year(2026))
    assert not mainland_working_day(date(2027, 1, 1))
    assert len(_year(2026)) == before
    assert date(2027, 1, 1) not in _year(2026)


def test_threads_that_ask_at_once_are_told_the_same() -> None:
    _year.cache_clear()
    days = [date(2026, 1, 1) + timedelta(days=place) for place in range(365)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(mainland_working_day, days * 4))
    assert told == [mainland_working_day(day) for day in days] * 4
    assert told[:365].count(True) == 248  # the working days of 2026 as announced


def test_a_recorder_is_recalled_within_three_working_days_across_the_spring_festival() -> None:
    """Off on Friday 13 February 2026 at 17:30: the made-up Saturday, then nine days of holidays, then two days."""
    left = Facts(Clock.LEFT, datetime(2026, 2, 13, 17, 30, tzinfo=SHANGHAI))
    due = due_at(DutyKind.DEVICE_RECALL, left, CITY_POLICY, SHANGHAI, mainland_working_day)
    assert due == datetime(2026, 2, 25, 9, 30, tzinfo=UTC)
