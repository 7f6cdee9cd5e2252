"""The times of an activity in which nothing was recorded (Art. 10, 13): what recordings leave of its course."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

Stretch = tuple[datetime, datetime]
"""From when until when."""


def uncovered(course: Stretch, recorded: Iterable[Stretch], tolerance: timedelta) -> list[Stretch]:
    """The stretches of `course`, in order, that no recording covers and that are longer than `tolerance`: the second or
    two in which a recorder closes one file and opens the next are none (chosen)."""
    start, end = course
    found, at = list[Stretch](), start
    for begin, until in sorted(recorded):
        if begin - at > tolerance:
            found.append((at, min(begin, end)))
        at = max(at, until)
        if at >= end:
            break
    if end - at > tolerance:
        found.append((at, end))
    return [(begin, until) for begin, until in found if until - begin > tolerance]
