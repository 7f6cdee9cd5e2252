"""A picture of duties by state over time (Art. 20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.tables import Sweep
from regulation.duties import DutyState
from tasks.escalation.words import STATES
from tasks.templates import render

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 960, 300, 60, 40, 40, 160
COLOURS = {
    DutyState.OVERDUE: "#c0392b",
    DutyState.RUNNING: "#2a6fb0",
    DutyState.WAITING: "#9aa5b1",
    DutyState.PAUSED: "#d9a441",
}
"""What needs attention lies at the bottom, where its size can be read."""


@dataclass(frozen=True, slots=True)
class Band:
    """One state: the outline of its area in pixels, its colour and its name with the last number."""

    points: str
    colour: str
    label: str
    y: int


def chart(sweeps: Sequence[Sweep]) -> str:
    """An SVG of the open duties by state over time, `sweeps` newest first; empty without any."""
    ordered = list(reversed(sweeps))
    if not ordered:
        return ""
    columns = [{state: one.counts.get(f"open_{state.value}", 0) for state in COLOURS} for one in ordered]
    most = max(sum(column.values()) for column in columns) or 1
    return render(
        "duties.svg.j2",
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - LEGEND,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        most=most,
        bands=_bands(columns, _across([one.started_at for one in ordered]), most),
        first=f"{ordered[0].started_at:%m-%d %H:%M}",
        last=f"{ordered[-1].started_at:%m-%d %H:%M}",
    )


def _across(moments: Sequence[datetime]) -> list[float]:
    """Where each moment lies between the left and the right; a single one is at both."""
    whole = (moments[-1] - moments[0]) / timedelta(seconds=1)
    if not whole:
        return [float(LEFT)] * (len(moments) - 1) + [float(WIDTH - LEGEND)]
    return [LEFT + (WIDTH - LEGEND - LEFT) * ((at - moments[0]) / timedelta(seconds=1)) / whole for at in moments]


def _bands(columns: Sequence[dict[DutyState, int]], across: Sequence[float], most: int) -> list[Band]:
    floor, bands = [0] * len(columns), []
    for place, (state, colour) in enumerate(COLOURS.items()):
        ceiling = [low + column[state] for low, column in zip(floor, columns, strict=True)]
        outline = [*_points(across, ceiling, most), *reversed(_points(across, floor, most))]
        label = f"{STATES[state]} {columns[-1][state]}"
        bands.append(Band(" ".join(outline), colour, label, TOP + 20 + 24 * place))
        floor = ceiling
    return bands


def _points(across: Sequence[float], heights: Sequence[int], most: int) -> list[str]:
    """Heights as points of the picture."""
    scale = (HEIGHT - BOTTOM - TOP) / most
    return [f"{x:.1f},{HEIGHT - BOTTOM - scale * height:.1f}" for x, height in zip(across, heights, strict=True)]
