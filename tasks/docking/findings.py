"""What a session's rows amount to: findings, each with its article, told to the administrator (Art. 4–16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import Session

from blocks.device_layouts import Claims, read_claims
from blocks.dock_station import DockStation
from registry.queries.access import codes_upward
from registry.queries.intake import ReceiptLine, RecordingRow
from registry.tables import Condition, Device, Filing, ItemOutcome, Unit
from regulation.clock import is_off, unit_zone
from regulation.deadlines import is_late, upload_clock, upload_due
from regulation.findings import Finding, finding
from tasks.docking.claims import Directory

BY_OUTCOME: Mapping[ItemOutcome, str] = MappingProxyType(
    {
        ItemOutcome.DUPLICATE: "A7-duplicate",
        ItemOutcome.GROWING: "A7-growing",
        ItemOutcome.UNREADABLE: "A7-unreadable-on-device",
        ItemOutcome.NOT_A_FILE: "A7-not-a-file",
        ItemOutcome.MISMATCHED: "A7-mismatch",
        ItemOutcome.VANISHED: "A7-vanished",
        ItemOutcome.DISPOSED: "A18-disposed",
    }
)
"""What an entry's outcome amounts to; what is missing here is as it should be."""

BY_CONDITION: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.DAMAGED: "A7-damaged",
        Condition.EMPTY: "A7-empty",
        Condition.WRONG_EXTENSION: "A7-wrong-extension",
        Condition.UNREADABLE: "A7-unreadable",
        Condition.NOT_MEDIA: "A2-not-media",
    }
)

BY_FILING: Mapping[Filing, str] = MappingProxyType({Filing.UNFILED: "A4-unfiled", Filing.ASKED: "A15-asked"})


class Judge:
    """Says what is to be noted about each entry and each original of one session, by the policy in force."""

    def __init__(
        self, reading: Session, station: DockStation, unit: Unit, at: datetime, recordings: Sequence[RecordingRow]
    ) -> None:
        self._unit, self._zone = unit, unit_zone(unit.zone)
        self._policy = station.policy.policies().of(codes_upward(reading, unit.id))
        self._claims = {row.recording_id: read_claims(row.shown_name, station.layouts) for row in recordings}
        self._directory = Directory.of(reading, self._claims.values())
        today = at.astimezone(self._zone).date()
        self._clock_tolerance = self._policy.span("clock_offset_tolerance_seconds", today)

    def of_entry(self, line: ReceiptLine) -> list[Finding]:
        """What the entry's outcome amounts to."""
        code = BY_OUTCOME.get(line.outcome)
        return [finding(code, line.shown_name)] if code is not None else []

    def of_original(self, row: RecordingRow) -> list[Finding]:
        """Everything to be noted about one original, in the order of the rules below; of no footage, only that."""
        rules = RULES[:1] if row.condition is Condition.NOT_MEDIA else RULES
        return [noted for rule in rules for noted in rule(self, row)]

    def _condition(self, row: RecordingRow) -> Iterator[Finding]:
        code = BY_CONDITION.get(row.condition)
        if code is not None:
            detail = row.note or "nothing in it can be read"
            yield finding(code, row.shown_name, detail=detail, container=row.container or "something else")

    def _filing(self, row: RecordingRow) -> Iterator[Finding]:
        code = BY_FILING.get(row.filing)
        if code is not None:
            yield finding(code, row.shown_name, count="several")

    def _whose(self, row: RecordingRow) -> Iterator[Finding]:
        claims, device = self._claims[row.recording_id], self._device(row)
        if claims is not None and claims.device is not None and device is None:
            yield finding("A4-unknown-device", row.shown_name, device_number=claims.device)
        if row.officer_id is None:
            yield finding("A4-unknown-officer", row.shown_name)
        if device is not None:
            yield from self._device_findings(row, claims, device)

    def _device_findings(self, row: RecordingRow, claims: Claims | None, device: Device) -> Iterator[Finding]:
        if device.unit_id != self._unit.id:
            yield finding("A6-other-unit", row.shown_name, device_number=device.number)
        if row.started_at is None:
            return
        holder = self._directory.histories[device.id].holder(row.started_at)
        if holder is None:
            yield finding("A4-device-not-issued", row.shown_name, device_number=device.number)
        elif claims is not None and claims.officer is not None and row.officer_id != holder:
            yield finding("A4-other-officer", row.shown_name, device_number=device.number)

    def _times(self, row: RecordingRow) -> Iterator[Finding]:
        offset = row.clock_offset_seconds
        if row.started_at is None:
            yield finding("A7-no-time", row.shown_name)
        if offset is not None and is_off(offset, self._clock_tolerance):
            tolerated = int(self._clock_tolerance.total_seconds())
            yield finding("A7-clock-offset", row.shown_name, offset_seconds=offset, tolerance_seconds=tolerated)
        if row.ended_at is not None and row.ended_at > row.received_at:
            yield finding("A7-clock-ahead", row.shown_name)

    def _lateness(self, row: RecordingRow) -> Iterator[Finding]:
        clock = upload_clock(row.activity_ended_at, row.remote_reason, row.returned_at)
        if clock.started_at is None:
            return
        due = upload_due(clock, self._policy, clock.started_at.astimezone(self._zone).date())
        if due is not None and is_late(row.received_at, due):
            yield finding("A16-late", row.shown_name, late_hours=(row.received_at - due) / timedelta(hours=1))

    def _device(self, row: RecordingRow) -> Device | None:
        return self._directory.device(self._claims[row.recording_id])


RULES: tuple[Callable[[Judge, RecordingRow], Iterator[Finding]], ...] = (
    Judge._condition,
    Judge._filing,
    Judge._whose,
    Judge._times,
    Judge._lateness,
)
