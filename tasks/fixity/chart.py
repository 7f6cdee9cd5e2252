"""A picture of how much of each unit's footage is proved (Art. 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.queries.fixity import Coverage
from tasks.templates import render

WIDTH, LEFT, RIGHT, TOP, ROW = 960, 160, 120, 44, 26
MOST = 40
"""Units in the picture: those with the least first."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One unit: how long its bar is in pixels, and how far down."""

    y: int
    width: float
    unit: str
    share: str
    disputed: bool


def chart(units: Sequence[Coverage]) -> str:
    """An SVG of the units' shares, the least first; empty without any."""
    if not units:
        return ""
    least = sorted(units, key=lambda one: (one.share, one.unit_code))[:MOST]
    whole = WIDTH - LEFT - RIGHT
    bars = [
        Bar(TOP + place * ROW, whole * one.share, one.unit_code, f"{one.share:.1%}", one.incidents > 0)
        for place, one in enumerate(least)
    ]
    height = TOP + len(bars) * ROW + 12
    return render("coverage.svg.j2", width=WIDTH, height=height, left=LEFT, whole=whole, row=ROW, bars=bars)
