"""Art. 23: where a unit's superior has ruled otherwise, that prevails.

A superior's layer overrides the city's and must name its document; a unit's own may only be stricter than what it takes
the place of. Layers are handed down the unit tree, from the city to the department.
"""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from regulation.errors import ConfigurationError
from regulation.layers import PolicyLayer
from regulation.parameters import CITY
from regulation.policy import CITY_POLICY, Layer, Policy, layer_from

MINISTRY = """
    layer = "sector-superior"
    document = "部执法规〔2026〕1号"

    [parameters.upload_hours]
    value = 48
    valid_from = 2026-01-01
    article = "Art. 9"

    [parameters.routine_retention_months]
    value = 12
    valid_from = 2026-01-01
    valid_to = 2026-12-31
    article = "Art. 11"
"""


def unit_layer(
    name: str, value: object, valid_from: str = "2026-01-01", more: str = "", unit: str = "chengguan"
) -> str:
    return f"""
        layer = "unit"
        document = "城管执法记录仪管理办法"
        unit = "{unit}"

        [parameters.{name}]
        value = {value}
        valid_from = {valid_from}
        article = "Art. 2"
        {more}
    """


def layer(text: str, source: str = "unit.toml") -> PolicyLayer:
    return layer_from(tomllib.loads(text), source=source)


def policy(*texts: str) -> Policy:
    return Policy([CITY, *(layer(text) for text in texts)])


def refused(*texts: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as told:
        policy(*texts)
    return told.value


# A superior's rule prevails


def test_without_other_rules_the_citys_value_holds() -> None:
    explained = CITY_POLICY.explain("upload_hours", date(2026, 6, 1))
    assert explained.value == 24
    assert (explained.layer, explained.document) == (Layer.CITY, "启依法办发〔2022〕8号")
    assert (explained.provision.article, explained.provision.valid_from) == ("Art. 16", date(2022, 5, 23))


def test_a_superiors_value_prevails_over_the_citys_even_where_it_is_laxer() -> None:
    explained = policy(MINISTRY).explain("upload_hours", date(2026, 6, 1))
    assert explained.value == 48
    assert (explained.layer, explained.document) == (Layer.SECTOR_SUPERIOR, "部执法规〔2026〕1号")
    assert explained.provision.article == "Art. 9"


def test_what_the_superior_does_not_speak_of_stays_the_citys() -> None:
    assert policy(MINISTRY).explain("filing_hours", date(2026, 6, 1)).layer is Layer.CITY


@pytest.mark.parametrize(
    ("on", "months"),
    [(date(2025, 12, 31), 6), (date(2026, 1, 1), 12), (date(2026, 12, 31), 12), (date(2027, 1, 1), 6)],
)
def test_a_superiors_value_holds_from_its_first_day_to_its_last(on: date, months: int) -> None:
    assert policy(MINISTRY).value("routine_retention_months", on) == months


def test_a_superior_must_name_its_document() -> None:
    told = refused(MINISTRY.replace("部执法规〔2026〕1号", " "))
    assert (told.subject, told.article) == ("unit.toml: document", "Art. 23")


def test_of_two_superiors_the_later_in_line_prevails() -> None:
    nearer = MINISTRY.replace("value = 48", "value = 36").replace("部执法规〔2026〕1号", "省执法规〔2026〕7号")
    explained = policy(MINISTRY, nearer).explain("upload_hours", date(2026, 6, 1))
    assert (explained.value, explained.document) == (36, "省执法规〔2026〕7号")


# A unit may only be stricter


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [("upload_hours", 12, 25), ("routine_retention_months", 7, 5), ("training_before_issue", "true", None)],
)
def test_a_unit_may_be_stricter_or_the_same_and_no_laxer(name: str, stricter: object, laxer: object) -> None:
    on = date(2026, 6, 1)
    assert policy(unit_layer(name, stricter)).explain(name, on).layer is Layer.UNIT
    city = CITY_POLICY.value(name, on)
    assert policy(unit_layer(name, str(city).lower())).value(name, on) == city
    if laxer is not None:
        told = refused(unit_layer(name, laxer))
        assert (told.subject, told.article) == (f"unit.toml: {name}", "Art. 23")
        assert "may only be stricter" in told.message and "启依法办发〔2022〕8号" in told.message


def test_a_unit_may_not_take_back_what_a_superior_demands() -> None:
    demanding = MINISTRY.replace("parameters.upload_hours", "parameters.training_before_issue").replace("48", "true")
    assert (
        "no from 2026-01-01 is laxer than the yes"
        in refused(demanding, unit_layer("training_before_issue", "false")).message
    )


def test_stricter_is_measured_against_the_superior_where_one_has_ruled() -> None:
    assert policy(MINISTRY, unit_layer("upload_hours", 36)).value("upload_hours", date(2026, 6, 1)) == 36
    assert "部执法规〔2026〕1号" in refused(MINISTRY, unit_layer("routine_retention_months", 8)).message


def test_a_unit_must_be_stricter_on_every_day_not_only_the_first() -> None:
    """36 hours are stricter than the superior's 48, but before and after the superior's rule the city's 24 hold."""
    assert (
        "from 2025-06-01 is laxer than the 24 hours"
        in refused(MINISTRY, unit_layer("upload_hours", 36, "2025-06-01")).message
    )
    ending = MINISTRY.replace("value = 48", "value = 48\n    valid_to = 2026-06-30")
    assert "from 2026-07-01 is laxer than the 24 hours" in refused(ending, unit_layer("upload_hours", 36)).message
    in_time = unit_layer("upload_hours", 36, more="valid_to = 2026-06-30")
    assert policy(ending, in_time).value("upload_hours", date(2026, 7, 1)) == 24


def test_a_unit_is_held_to_a_superiors_rule_that_comes_later() -> None:
    """Six months and a half year of the unit's own were fine until the superior asked for twelve."""
    own = unit_layer("routine_retention_months", 8, "2025-01-01")
    assert "8 months from 2026-01-01 is laxer than the 12 months" in refused(MINISTRY, own).message
    until_then = unit_layer("routine_retention_months", 8, "2025-01-01", "valid_to = 2025-12-31")
    assert policy(MINISTRY, until_then).value("routine_retention_months", date(2025, 12, 31)) == 8


def test_a_department_may_only_be_stricter_than_its_unit() -> None:
    unit, department = unit_layer("upload_hours", 12), unit_layer("upload_hours", 6, unit="chengguan1")
    assert policy(unit, department).value("upload_hours", date(2026, 6, 1)) == 6
    assert "laxer than the 12 hours" in refused(department.replace("= 6", "= 12"), unit.replace("= 12", "= 18")).message


def test_a_unit_must_name_itself() -> None:
    assert refused(unit_layer("upload_hours", 12).replace('unit = "chengguan"', "")).subject == "unit.toml: unit"


# The order is the regulation's, not the file's


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [layer(MINISTRY)],
        [layer(MINISTRY), CITY],
        [CITY, CITY],
        [CITY, layer(unit_layer("upload_hours", 12)), layer(MINISTRY)],
    ],
)
def test_first_the_city_then_superiors_then_units(layers: list[PolicyLayer]) -> None:
    with pytest.raises(ConfigurationError, match="begins with the city"):
        Policy(layers)


def test_no_file_can_call_itself_the_city() -> None:
    assert refused(MINISTRY.replace("sector-superior", "city")).subject == "unit.toml: layer"


# Every decision can say under which policy it was made


def test_a_value_explains_itself_in_a_sentence() -> None:
    both = policy(MINISTRY, unit_layer("filing_hours", 48))
    on = date(2026, 6, 1)
    assert str(both.explain("routine_retention_months", on)) == (
        "routine_retention_months = 12 months: Art. 11 of 部执法规〔2026〕1号 (sector-superior), "
        f"from 2026-01-01 to 2026-12-31, policy {both.version}"
    )
    assert "(city, chosen), from 2022-05-23, policy" in str(CITY_POLICY.explain("filing_hours", on))
    assert "(unit), from" in str(both.explain("filing_hours", on))


def test_the_version_changes_with_the_content_and_only_with_it() -> None:
    assert policy(MINISTRY).version == policy(MINISTRY).version
    assert Policy([CITY, layer(MINISTRY, "moved.toml")]).version == policy(MINISTRY).version
    changed = [
        MINISTRY.replace("48", "47"),
        MINISTRY.replace("1号", "2号"),
        MINISTRY.replace("Art. 9", "Art. 10"),
        MINISTRY.replace("2026-12-31", "2026-12-30"),
    ]
    versions = {CITY_POLICY.version, policy(MINISTRY).version, *(policy(text).version for text in changed)}
    assert len(versions) == 6
