"""Claimed, asserted and measured time apart (Art. 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from regulation.clock import Basis, as_utc, corrected, device_time, is_off, unit_zone
from regulation.errors import ConfigurationError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_time_is_brought_to_utc() -> None:
    moment = as_utc(datetime(2026, 3, 1, 8, tzinfo=SHANGHAI))
    assert (moment, moment.tzinfo) == (datetime(2026, 3, 1, 0, tzinfo=UTC), UTC)


def test_a_time_without_a_zone_names_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        as_utc(datetime(2026, 3, 1, 8))


def test_a_units_zone_is_found_by_name() -> None:
    assert unit_zone("Asia/Shanghai") is SHANGHAI


@pytest.mark.parametrize("name", ["Asia/Qidong", "", "../etc/passwd", "/etc/localtime", "Asia", "a\0b", "区"])
def test_a_zone_that_is_none_is_a_wrong_setting(name: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        unit_zone(name)
    assert told.value.subject == name


def test_a_devices_wall_clock_is_read_in_the_zone_asserted_for_it() -> None:
    assert device_time(datetime(2026, 3, 1, 8, 30), SHANGHAI) == datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    assert device_time(datetime(2026, 3, 1, 8, 30), UTC) == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def test_an_hour_shown_twice_is_read_as_the_first() -> None:
    assert device_time(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("stated", [datetime.min, datetime(1, 12, 31), datetime(9999, 1, 1), datetime.max])
@pytest.mark.parametrize("zone", [timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])
def test_a_year_no_calendar_can_carry_is_no_time(stated: datetime, zone: timezone) -> None:
    assert device_time(stated, zone) is None


@pytest.mark.parametrize("stated", [datetime(2, 1, 1), datetime(9998, 12, 31, 23, 59, 59)])
@pytest.mark.parametrize("zone", [timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])
def test_every_other_year_is_carried_by_every_zone(stated: datetime, zone: timezone) -> None:
    assert device_time(stated, zone) is not None


def test_a_wall_clock_that_brings_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        device_time(datetime(2026, 3, 1, tzinfo=UTC), SHANGHAI)


def test_a_measured_offset_moves_the_claimed_time_and_keeps_it() -> None:
    claimed = datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)
    result = corrected(claimed, -95.5)
    assert result.claimed == claimed
    assert result.at == datetime(2026, 2, 28, 23, 58, 24, 500_000, tzinfo=UTC)
    assert (result.offset_seconds, result.basis) == (-95.5, Basis.MEASURED)


def test_an_offset_of_zero_was_measured_all_the_same() -> None:
    assert corrected(datetime(2026, 3, 1, tzinfo=UTC), 0.0).basis is Basis.MEASURED


def test_where_nobody_measured_the_device_is_taken_at_its_word() -> None:
    claimed = datetime(2026, 3, 1, tzinfo=UTC)
    result = corrected(claimed, None)
    assert (result.at, result.offset_seconds, result.basis) == (claimed, 0.0, Basis.ASSUMED)


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), float("-inf"), 1e12, -1e12, 1e300])
def test_an_offset_that_leads_nowhere_is_refused(offset: float) -> None:
    with pytest.raises(ValueError, match="offset"):
        corrected(datetime(2026, 3, 1, tzinfo=UTC), offset)


@pytest.mark.parametrize(("offset", "off"), [(0.0, False), (60.0, False), (-60.0, False), (60.5, True), (-60.5, True)])
def test_a_clock_is_off_beyond_the_tolerance_either_way(offset: float, off: bool) -> None:
    assert is_off(offset, timedelta(seconds=60)) is off
