"""How a statement says things in one language: times, spans, seconds, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from regulation.citing import Language, numeral
from regulation.stated import Named, Span

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, and the zone in which times are told."""

    language: Language
    zone: ZoneInfo

    def __call__(self, chinese: str, english: str) -> str:
        """One of the two."""
        return chinese if self.language == "zh" else english

    def date(self, moment: datetime) -> str:
        """The day."""
        at = moment.astimezone(self.zone)
        return self(f"{at.year}年{at.month}月{at.day}日", f"{at.day} {_MONTHS[at.month - 1]} {at.year}")

    def time(self, moment: datetime | None) -> str:
        """Day and second."""
        if moment is None:
            return "–"
        return f"{self.date(moment)}{self(' ', ', ')}{self._clock(moment)}"

    def span(self, span: Span) -> str:
        """From when until when; the day of the end only if it is another."""
        if span.end is None:
            return self.time(span.start)
        same = self.date(span.start) == self.date(span.end)
        end = self._clock(span.end) if same else self.time(span.end)
        return f"{self.time(span.start)}{self('至', ' to ')}{end}"

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M:%S}"

    def second(self, seconds: float) -> str:
        """A place in a recording: hours, minutes, seconds, and thousandths if there are any."""
        thousandths = round(seconds * 1000)
        whole, rest = divmod(thousandths, 1000)
        told = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
        return f"{told}.{rest:03d}" if rest else told

    def part(self, part: tuple[float, float | None]) -> str:
        """A part of a recording."""
        start, end = part
        return f"{self.second(start)}–{self('结束', 'end') if end is None else self.second(end)}"

    def person(self, person: Named | None) -> str:
        """Name and certificate number."""
        if person is None:
            return "–"
        return self(f"{person.name}（执法证号 {person.number}）", f"{person.name} (certificate {person.number})")

    def item(self, ordinal: int) -> str:
        """A recording by its number."""
        return self(f"资料{ordinal}", f"Recording {ordinal}")

    def head(self, place: int, text: str) -> str:
        """A heading of the first level, `place` from 1."""
        return self(f"{numeral(place)}、{text}", f"{place}. {text}")

    def bytes(self, size: int | None) -> str:
        """A size."""
        return "–" if size is None else f"{size:,}"
