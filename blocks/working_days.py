"""The mainland's working days, from a library that is kept: weekends, holidays and the make-up days announced for them.

A year for which the State Council has announced nothing yet is answered by its statutory holidays and its weekends; a
kept library knows more when that year comes.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


def mainland_working_day(day: date) -> bool:
    """Whether people work on `day` on the mainland: 工作日, 调休 included."""
    return _year(day.year).is_working_day(day)


@lru_cache(maxsize=32)
def _year(year: int) -> holidays.HolidayBase:
    """The calendar of one year. It is whole before anybody sees it and never grows, so threads may share it."""
    return holidays.country_holidays("CN", years=year, expand=False)
