"""Claimed, asserted and corrected times stay apart (Art. 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from blocks.device_layouts import Claims
from registry.queries import DeviceHistory
from registry.tables import ClockReading, Condition, Device, DeviceCustody, Person
from regulation.vocabulary import MediaKind
from tasks.docking.claims import Directory, Times, claimed_start, closed_at
from tasks.probing.probe import Probe

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 21, 4, tzinfo=UTC)
LOCAL_NOON = datetime(2026, 5, 21, 12)
NAMED = Claims("x", "DSJ00001", "SL000001", LOCAL_NOON)


def probe(local: datetime | None = None, offset: timedelta | None = None, seconds: float = 0.0) -> Probe:
    return Probe(MediaKind.VIDEO, Condition.WHOLE, duration_seconds=seconds, claimed_local=local, claimed_offset=offset)


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9


def test_the_name_counts_first_and_is_read_in_the_unit_s_zone() -> None:
    assert claimed_start(NAMED, probe(datetime(2001, 1, 1)), SHANGHAI, None) == NOON


def test_a_container_s_utc_is_read_as_local_time() -> None:
    assert claimed_start(None, probe(LOCAL_NOON), SHANGHAI, NOON) == NOON
    assert claimed_start(None, probe(LOCAL_NOON), SHANGHAI, None) == NOON


def test_unless_only_utc_agrees_with_the_file_s_own_time() -> None:
    in_utc = datetime(2026, 5, 21, 4)
    assert claimed_start(None, probe(in_utc), SHANGHAI, NOON) == NOON


def test_a_zone_that_the_file_states_is_believed() -> None:
    stated = probe(datetime(2026, 5, 21, 5), timedelta(hours=1))
    assert claimed_start(None, stated, SHANGHAI, None) == NOON


def test_else_the_recording_ended_when_its_file_was_closed() -> None:
    begun = closed_at(nanoseconds(NOON), timedelta(minutes=5))
    assert claimed_start(None, probe(), SHANGHAI, begun) == NOON - timedelta(minutes=5)


def test_a_clock_that_was_never_set_says_nothing() -> None:
    assert closed_at(0, timedelta()) is None
    assert closed_at(10**30, timedelta()) is None
    assert claimed_start(Claims("x", local_time=datetime(1999, 12, 31)), probe(), SHANGHAI, None) is None


def directory(*, offset: float | None = None) -> tuple[Directory, Device, Person]:
    officer, unit = Person(number="SL000001", name="x", unit_id=uuid4()), uuid4()
    device = Device(number="DSJ00001", unit_id=unit)
    keeper = DeviceCustody(device_id=device.id, person_id=uuid4(), issued_at=NOON - timedelta(days=1))
    readings = [] if offset is None else [ClockReading(device_id=device.id, read_at=NOON, offset_seconds=offset)]
    history = DeviceHistory((keeper,), tuple(readings))
    return Directory({device.number: device}, {officer.number: officer}, {device.id: history}), device, officer


def test_the_measured_offset_is_added_and_kept() -> None:
    known, device, _ = directory(offset=90.0)
    times = known.times(NAMED, device, probe(seconds=60), nanoseconds(NOON), SHANGHAI)
    later = timedelta(seconds=90)
    assert times == Times(NOON, NOON + timedelta(minutes=1), 90.0, NOON + later, NOON + later + timedelta(minutes=1))


def test_without_a_measurement_the_claim_stands_and_says_so() -> None:
    known, device, _ = directory()
    times = known.times(NAMED, device, probe(), nanoseconds(NOON), SHANGHAI)
    assert (times.started_at, times.offset_seconds) == (NOON, None)
    assert known.times(None, None, probe(), 0, SHANGHAI) == Times()


def test_the_officer_is_the_one_named_else_the_one_who_kept_the_recorder() -> None:
    known, device, officer = directory()
    keeper = known.histories[device.id].custody[0].person_id
    unnamed = Claims("x", "DSJ00001", None, LOCAL_NOON)
    stranger = Claims("x", "DSJ00001", "SL999999", LOCAL_NOON)
    assert known.officer(NAMED, device, NOON) == officer.id
    assert known.officer(unnamed, device, NOON) == keeper
    assert known.officer(stranger, device, NOON) == keeper
    assert known.officer(unnamed, device, NOON - timedelta(days=2)) is None
    assert known.officer(unnamed, None, NOON) is None
    assert known.device(Claims("x", "OTHER", None, None)) is None
