"""One session as people are told of it: every entry of the dump, every original, everything to be noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from blocks.dock_station import DockStation
from registry.database import Registry
from registry.queries import intake
from registry.queries.intake import ReceiptLine, RecordingRow
from registry.tables import DockSession
from regulation.findings import Finding
from tasks.docking.findings import Judge


@dataclass(frozen=True, slots=True)
class SessionReport:
    """`noted` has the findings of each entry by its id, those of the original it brought in included."""

    lines: list[ReceiptLine]
    recordings: list[RecordingRow]
    originals: dict[UUID, RecordingRow]
    noted: dict[UUID, list[Finding]]

    def attention(self) -> Iterator[tuple[ReceiptLine, list[Finding]]]:
        """The entries that something is to be noted about, each with its findings."""
        for line in self.lines:
            if noted := self.noted[line.item_id]:
                yield line, noted

    def safe(self) -> list[ReceiptLine]:
        """The entries that may be wiped from the recorder (Art. 16)."""
        return [line for line in self.lines if line.may_be_wiped]

    def tally(self) -> Counter[str]:
        """How many ended how: outcomes of entries, conditions and filings of originals."""
        counted: Counter[str] = Counter(str(line.outcome) for line in self.lines)
        counted.update(str(row.condition) for row in self.recordings)
        counted.update(str(row.filing) for row in self.recordings)
        return counted


def session_report(registry: Registry, station: DockStation, session: DockSession, at: datetime) -> SessionReport:
    """The session as it stands at `at`."""
    with registry.reading() as reading:
        lines = intake.receipt_lines(reading, session.id)
        recordings = intake.session_recordings(reading, session.id)
        judge = Judge(reading, station, intake.unit_by_id(reading, session.unit_id), at, recordings)
    originals = {row.item_id: row for row in recordings}
    noted = {line.item_id: judge.of_entry(line) for line in lines}
    for item_id, row in originals.items():
        noted[item_id] += judge.of_original(row)
    return SessionReport(lines, recordings, originals, noted)
