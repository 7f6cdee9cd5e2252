"""What the regulation's numbers count, within which bounds they may lie, and which way is stricter (Art. 23)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Measure(StrEnum):
    """What a value counts."""

    HOURS = "hours"  # elapsed hours
    WORKING_DAYS = "working days"  # 工作日: the mainland's calendar, make-up days included
    MONTHS = "months"  # calendar months
    TERM = "months, 0 for no end"  # calendar months; 0 where no document sets a term
    SECONDS = "seconds"
    TIMES = "times"
    HOUR_OF_DAY = "o'clock"  # by the unit's wall clock
    YES_NO = "yes or no"


BOUNDS: Mapping[Measure, tuple[int, int]] = MappingProxyType(
    {
        Measure.HOURS: (1, 8_784),  # up to a leap year
        Measure.WORKING_DAYS: (1, 366),
        Measure.MONTHS: (1, 1_200),  # up to a century
        Measure.TERM: (0, 1_200),
        Measure.SECONDS: (0, 86_400),  # up to a day
        Measure.TIMES: (0, 10_000),
        Measure.HOUR_OF_DAY: (0, 23),
    }
)
"""The least and the most a value may be: beyond lies a slip of the pen."""

SPANS = (Measure.HOURS, Measure.WORKING_DAYS)
"""The measures of a time limit: where a parameter allows it, a document may choose between them."""


class Strictness(StrEnum):
    """Which way is stricter: a unit may only go that way (Art. 23)."""

    LOWER = "lower"
    HIGHER = "higher"
    LONGER = "longer"  # as higher, and 0, no end, is the longest of all
    TRUE = "true"
    NONE = "none"  # neither way: only a superior may change it

    def allows(self, value: int, instead_of: int) -> bool:
        """Whether `value` is at least as strict as what it takes the place of."""
        if self is Strictness.LOWER:
            return value <= instead_of
        if self is Strictness.NONE:
            return value == instead_of
        if self is Strictness.LONGER and 0 in (value, instead_of):
            return value == 0
        return value >= instead_of


def within(hours: int, working_days: int) -> bool:
    """Whether a limit of so many hours never ends after one of so many working days.

    The n-th working day after a moment is at least n days later and may be many more, so n days of 24 hours is all that
    can be relied upon; the other way round nothing can.
    """
    return hours <= 24 * working_days
