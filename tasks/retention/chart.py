"""A picture of what comes to the end of its term, month by month (Art. 18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tasks.templates import render

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 260, 60, 20, 40, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: where its bar stands in pixels, its name and its number."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


def chart(ahead: Mapping[date, int]) -> str:
    """An SVG of how many originals end in each month; empty where none do."""
    if not ahead:
        return ""
    most = max(ahead.values())
    step = (WIDTH - LEFT - RIGHT) / len(ahead)
    scale = (HEIGHT - TOP - BOTTOM) / most
    bars = [
        Bar(
            LEFT + step * place + step * 0.15,
            HEIGHT - BOTTOM - scale * count,
            step * 0.7,
            scale * count,
            f"{month:%Y-%m}",
            count,
        )
        for place, (month, count) in enumerate(sorted(ahead.items()))
    ]
    return render("terms.svg.j2", width=WIDTH, height=HEIGHT, floor=HEIGHT - BOTTOM, left=LEFT, bars=bars)
