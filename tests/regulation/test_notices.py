"""Quiet hours: when what can wait goes out (Art. 5, 20)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.layers import Layer, PolicyLayer, Provision
from regulation.notices import may_go_out_at
from regulation.parameters import CITY
from regulation.policy import CITY_POLICY, Policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE = date(2022, 5, 23)


def quiet(begins: int, ends: int) -> Policy:
    hours = {"quiet_from_hour": begins, "quiet_until_hour": ends}
    provisions = tuple(Provision(name, hour, "Art. 3", SINCE) for name, hour in hours.items())
    return Policy([CITY, PolicyLayer(Layer.SECTOR_SUPERIOR, "部执法规〔2026〕1号", provisions)])


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "at", "goes"),
    [
        ((22, 7), local(2, 21, 59), local(2, 21, 59)),
        ((22, 7), local(2, 22), local(3, 7)),
        ((22, 7), local(2, 23, 59), local(3, 7)),
        ((22, 7), local(31, 23), datetime(2026, 4, 1, 7, tzinfo=SHANGHAI)),
        ((22, 7), local(3, 0), local(3, 7)),
        ((22, 7), local(3, 6, 59), local(3, 7)),
        ((22, 7), local(3, 7), local(3, 7)),
        ((22, 7), local(3, 12), local(3, 12)),
        ((1, 5), local(3, 0, 59), local(3, 0, 59)),
        ((1, 5), local(3, 1), local(3, 5)),
        ((1, 5), local(3, 5), local(3, 5)),
        ((1, 5), local(3, 23), local(3, 23)),
        ((7, 7), local(3, 7), local(3, 7)),  # none
        ((0, 0), local(3, 0), local(3, 0)),
    ],
)
def test_what_can_wait_waits_for_the_morning(hours: tuple[int, int], at: datetime, goes: datetime) -> None:
    found = may_go_out_at(at, SHANGHAI, quiet(*hours))
    assert (found, found.tzinfo) == (goes, UTC)


def test_the_citys_quiet_hours_are_from_22_to_7() -> None:
    assert may_go_out_at(local(2, 22), SHANGHAI, CITY_POLICY) == local(3, 7)
    assert may_go_out_at(local(2, 21), SHANGHAI, CITY_POLICY) == local(2, 21)


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        may_go_out_at(datetime(2026, 3, 2, 22), SHANGHAI, CITY_POLICY)


@given(
    st.datetimes(datetime(2022, 6, 1), datetime(2035, 1, 1)),
    st.integers(0, 23),
    st.integers(3, 23),  # before three, clocks may skip the hour
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_a_notice_goes_out_within_a_day_and_never_in_quiet_hours(
    at: datetime, begins: int, ends: int, name: str
) -> None:
    zone, moment = ZoneInfo(name), at.replace(tzinfo=UTC)
    goes = may_go_out_at(moment, zone, quiet(begins, ends))
    assert moment <= goes <= moment + timedelta(hours=25)
    assert may_go_out_at(goes, zone, quiet(begins, ends)) == goes
    assert goes == moment or goes.astimezone(zone).time() == time(ends) or begins == ends
