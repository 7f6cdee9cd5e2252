"""Each unit is judged by its own layers and those above it; a fault in one holds up nobody else (Art. 14, 23)."""

from __future__ import annotations

from datetime import date

import pytest

from blocks.unit_policy import UnitPolicy
from regulation.errors import ConfigurationError
from regulation.policy import CITY_POLICY

DAY = date(2026, 11, 23)


def layer(unit: str | None, hours: int, document: str = "某办法") -> str:
    kind = 'layer = "sector-superior"' if unit is None else f'layer = "unit"\nunit = "{unit}"'
    return f"""
{kind}
document = "{document}"
[parameters.upload_hours]
value = {hours}
valid_from = 2026-01-01
article = "Art. 2"
"""


def hours(policy: UnitPolicy, *chain: str) -> int:
    return policy.policies().of(chain).value("upload_hours", DAY)


def test_without_layers_every_unit_has_the_city_s_rule() -> None:
    assert UnitPolicy().policies().of(["xf", "city"]) == CITY_POLICY


def test_a_superior_s_layer_holds_for_all_and_a_unit_s_for_itself_and_those_below() -> None:
    policy = UnitPolicy(layers=[layer(None, 20), layer("xf", 12), layer("jt", 8)])

    assert hours(policy, "city") == 20
    assert hours(policy, "xf", "city") == 12
    assert hours(policy, "xfa", "xf", "city") == 12
    assert hours(policy, "jt", "city") == 8


def test_the_layer_nearest_to_the_unit_prevails_whatever_the_order_of_the_files() -> None:
    policy = UnitPolicy(layers=[layer("xfa", 6), layer("xf", 12)])

    assert hours(policy, "xfa", "xf", "city") == 6
    assert hours(policy, "xf", "city") == 12


@pytest.mark.parametrize(
    "bad",
    [
        layer("xf", 48),  # laxer than the city
        layer("xf", 12).replace("upload_hours", "upload_hour"),
        layer("xf", 12, document=""),
    ],
)
def test_a_bad_layer_of_a_unit_is_refused_to_it_and_those_below_and_to_nobody_else(bad: str) -> None:
    policies = UnitPolicy(layers=[bad, layer("jt", 8)]).policies()

    for chain in (["xf", "city"], ["xfa", "xf", "city"]):
        for _ in range(2):
            with pytest.raises(ConfigurationError):
                policies.of(chain)
    assert policies.of(["city"]) == CITY_POLICY
    assert policies.of(["jt", "city"]).value("upload_hours", DAY) == 8


@pytest.mark.parametrize("bad", ["not = = toml", layer(None, 12, document=""), 'layer = "province"', 'layer = "unit"'])
def test_a_bad_layer_that_is_not_one_unit_s_is_refused_to_all(bad: str) -> None:
    policies = UnitPolicy(layers=[layer("jt", 8), bad]).policies()

    for chain in (["city"], ["jt", "city"]):
        with pytest.raises(ConfigurationError):
            policies.of(chain)


def gap(name: str = "upload_hours") -> str:
    """A unit's layer that says nothing for half a year."""
    later = f"[[parameters.{name}]]\nvalue = 8\nvalid_from = 2026-07-01\narticle = 'Art. 2'\n"
    first = f"[[parameters.{name}]]\nvalue = 8\nvalid_from = 2025-01-01\nvalid_to = 2025-12-31\narticle = 'Art. 2'\n"
    return f'layer = "unit"\nunit = "xf"\ndocument = "某办法"\n{first}{later}'


UPSIDE_DOWN = layer("xf", 1).replace("upload_hours", "upload_principal_leader_hours")
"""The principal leader would hear before those below."""


@pytest.mark.parametrize(
    ("bad", "key", "article"),
    [
        (gap(), "upload_hours", "Art. 24"),
        (UPSIDE_DOWN, "upload_principal_leader_hours", "Art. 16"),
        (layer("xf", 1).replace("upload_hours", "upload_chief_hours"), "upload_chief_hours", "Art. 23"),
        (layer("xf", 48), "upload_hours", "Art. 23"),
        ('layer = "unit"\ndocument = "x"', "unit", "Art. 23"),
    ],
    ids=["gap", "order of the ladder", "unknown role", "laxer", "no unit"],
)
def test_every_fault_is_named_by_file_key_and_article(bad: str, key: str, article: str) -> None:
    policy = UnitPolicy(layers=[layer("jt", 8), bad], files=["rules/jt.toml", "rules/xf.toml"])

    [problem] = policy.policies().problems([["xf", "city"], ["jt", "city"], ["city"]])

    assert problem.subject == f"rules/xf.toml: {key}"
    assert article in str(problem.article)


def test_who_names_a_role_that_there_is_none_of_is_told_which_there_are() -> None:
    policies = UnitPolicy(layers=[layer("xf", 1).replace("upload_hours", "upload_chief_hours")]).policies()

    [problem] = policies.problems([])

    assert "upload_department_head_hours" in problem.message


def test_a_fault_that_only_the_units_below_have_is_found() -> None:
    policies = UnitPolicy(layers=[layer("xf", 6), layer("xfa", 12)]).policies()

    assert [one.subject for one in policies.problems([["xfa", "xf", "city"]])] == ["layer 2: upload_hours"]
    assert policies.problems([["xfa", "city"], ["xf", "city"]]) == []


def test_everything_that_nobody_owns_is_found_at_once() -> None:
    policies = UnitPolicy(layers=["= ", 'layer = "unit"'], files=["a.toml", "b.toml"]).policies()

    assert [str(one.subject).partition(":")[0] for one in policies.problems([])] == ["a.toml", "b.toml"]
