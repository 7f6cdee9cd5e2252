"""Art. 24: in force from the day of issue, 2022-05-23. Every value carries the days from and to which it holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import CITY, IN_FORCE_FROM, PARAMETERS
from regulation.policy import CITY_POLICY, Policy

DAY = timedelta(days=1)


def test_the_day_of_issue() -> None:
    assert date(2022, 5, 23) == IN_FORCE_FROM


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_value_holds_from_that_day_on_and_none_before(name: str) -> None:
    assert CITY_POLICY.value(name, IN_FORCE_FROM) == CITY_POLICY.value(name, date.max)
    with pytest.raises(ConfigurationError) as told:
        CITY_POLICY.value(name, IN_FORCE_FROM - DAY)
    assert (told.value.article, told.value.subject) == ("Art. 24", name)


def superior(*periods: tuple[int, date, date | None]) -> PolicyLayer:
    provisions = tuple(Provision("upload_hours", value, "Art. 9", first, last) for value, first, last in periods)
    return PolicyLayer(Layer.SECTOR_SUPERIOR, "省执法规〔2026〕7号", provisions, source="superior.toml")


JANUARY, JUNE, END = date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31)


def test_values_follow_one_another_without_gap_or_overlap_in_whatever_order_they_are_written() -> None:
    policy = Policy([CITY, superior((30, JUNE + DAY, END), (36, JANUARY, JUNE))])
    days = [JANUARY - DAY, JANUARY, JUNE, JUNE + DAY, END, END + DAY]
    assert [policy.value("upload_hours", day) for day in days] == [24, 36, 36, 30, 30, 24]


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (superior((36, JANUARY, JUNE), (30, JUNE, END)), "overlap on 2026-06-30"),
        (superior((36, JANUARY, None), (30, JUNE, END)), "overlap on 2026-06-30"),
        (superior((36, JANUARY, JUNE), (30, JANUARY, END)), "overlap on 2026-01-01"),
        (superior((36, JANUARY, JUNE), (30, JUNE + 2 * DAY, END)), "gap from 2026-07-01 to 2026-07-01"),
        (superior((36, JUNE, JANUARY)), "ends (2026-01-01) before it begins"),
        (superior((36, IN_FORCE_FROM - DAY, None)), "Nothing is in force before 2022-05-23"),
    ],
)
def test_periods_that_cannot_be_are_refused(layer: PolicyLayer, problem: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Policy([CITY, layer])
    assert problem in told.value.message
    assert (told.value.subject, told.value.article) == ("superior.toml: upload_hours", "Art. 24")


def without(name: str) -> tuple[Provision, ...]:
    return tuple(one for one in CITY.provisions if one.name != name)


@pytest.mark.parametrize(
    "provisions",
    [
        without("upload_hours"),
        (*without("upload_hours"), Provision("upload_hours", 24, "Art. 16", IN_FORCE_FROM + DAY)),
        (*without("upload_hours"), Provision("upload_hours", 24, "Art. 16", IN_FORCE_FROM, END)),
    ],
)
def test_the_citys_layer_leaves_no_day_without_a_value(provisions: tuple[Provision, ...]) -> None:
    with pytest.raises(ConfigurationError) as told:
        Policy([PolicyLayer(Layer.CITY, CITY.document, provisions)])
    assert told.value.subject == "regulation: upload_hours"
