"""A picture of a session: when its recordings ran, what they belong to, where the gaps are (Art. 10, 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from registry.queries.intake import RecordingRow
from registry.tables import Filing
from regulation.vocabulary import MediaKind
from tasks.templates import render

WIDTH, LABEL, MARGIN, ROW, HEAD = 960, 150, 16, 30, 40
LEAST_BAR = 3.0
MOST_ROWS = 24
STEPS = [timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 7 * 1440, 30 * 1440)]
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """One recording drawn: `x`, `width` in pixels; `css` says how it is filed; `tip` is what hovering shows."""

    x: float
    width: float
    css: str
    tip: str


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    y: int
    bars: list[Bar]
    gaps: list[Bar]


def timeline(recordings: Sequence[RecordingRow], zone: ZoneInfo) -> str:
    """The picture as SVG, a row a recorder; an empty string when no recording has a time."""
    made = (r for r in recordings if r.media_kind is not MediaKind.OTHER)
    timed = [r for r in made if r.started_at is not None and r.ended_at is not None]
    if not timed:
        return ""
    first = min(r.started_at for r in timed if r.started_at)
    last = max(r.ended_at for r in timed if r.ended_at)
    scale = Scale(first, max(last, first + timedelta(seconds=60)), zone)
    by_device: dict[str, list[RecordingRow]] = {}
    for recording in sorted(timed, key=lambda r: r.started_at or first):
        by_device.setdefault(recording.device_number or "未知 unknown", []).append(recording)
    rows = [
        _row(device, HEAD + ROW * place, mine, scale)
        for place, (device, mine) in enumerate(list(by_device.items())[:MOST_ROWS])
    ]
    return render(
        "timeline.svg.j2", rows=rows, ticks=scale.ticks(), width=WIDTH, height=HEAD + ROW * len(rows) + 34, label=LABEL
    )


class Scale:
    """Time to pixels."""

    def __init__(self, first: datetime, last: datetime, zone: ZoneInfo) -> None:
        self.first, self.last, self.zone = first, last, zone
        self._span = (last - first).total_seconds()

    def x(self, moment: datetime) -> float:
        share = (moment - self.first).total_seconds() / self._span
        return round(LABEL + share * (WIDTH - LABEL - MARGIN), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Round local times with their places, at most `MOST_TICKS`."""
        span = self.last - self.first
        step = next((s for s in STEPS if span / s <= MOST_TICKS), span / MOST_TICKS)
        local = self.first.astimezone(self.zone)
        moment = local.replace(hour=0, minute=0, second=0, microsecond=0)
        moment += step * -(-(local - moment) // step)
        form = "%m-%d" if step >= timedelta(days=1) else "%H:%M" if span < timedelta(days=1) else "%m-%d %H:%M"
        found = []
        while moment <= self.last.astimezone(self.zone):
            found.append((self.x(moment), moment.strftime(form)))
            moment += step
        return found


def _row(device: str, y: int, recordings: Sequence[RecordingRow], scale: Scale) -> Row:
    bars, gaps = [], []
    reached: datetime | None = None
    for recording in recordings:
        start, end = recording.started_at, recording.ended_at
        assert start is not None and end is not None
        x = scale.x(start)
        tip = f"{start.astimezone(scale.zone):%Y-%m-%d %H:%M:%S} · {recording.media_kind} · {recording.condition}"
        bars.append(Bar(x, max(LEAST_BAR, scale.x(end) - x), _css(recording), tip))
        if reached is not None and start > reached:
            gap = scale.x(reached)
            minutes = (start - reached).total_seconds() / 60
            gaps.append(Bar(gap, x - gap, "gap", f"{minutes:.1f} min"))
        reached = end if reached is None else max(reached, end)
    return Row(device, y, bars, gaps)


def _css(recording: RecordingRow) -> str:
    if recording.condition not in ("whole", "unprobed"):
        return "broken"
    return {Filing.FILED: "filed", Filing.ASKED: "asked"}.get(recording.filing, "unfiled")
