"""Policies asked wrongly, and values that cannot be."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import BOUNDS, CITY, PARAMETERS, Measure, Strictness
from regulation.policy import CITY_POLICY, Policy

ON = date(2026, 6, 1)


def with_value(name: str, value: object) -> PolicyLayer:
    provision = Provision(name, value, "Art. 1", date(2026, 1, 1))  # type: ignore[arg-type]  # files hold anything
    return PolicyLayer(Layer.SECTOR_SUPERIOR, "省执法规〔2026〕7号", (provision,), source="superior.toml")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("upload_hourz", 24, "No parameter has this name"),
        ("upload_hours", 0, "1 to 8784 hours"),
        ("upload_hours", -24, "1 to 8784 hours"),
        ("upload_hours", 10**30, "1 to 8784 hours"),
        ("upload_hours", 24.0, "whole number of hours"),
        ("upload_hours", "24", "whole number of hours"),
        ("upload_hours", True, "whole number of hours"),
        ("upload_hours", None, "whole number of hours"),
        ("routine_retention_months", 1201, "1 to 1200 months"),
        ("filing_overlap_tolerance_seconds", -1, "0 to 86400 seconds"),
        ("training_before_issue", 1, "true or false"),
        ("training_before_issue", "yes", "true or false"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_file_key_and_article(name: str, value: object, problem: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Policy([CITY, with_value(name, value)])
    assert problem in told.value.message
    assert told.value.subject == f"superior.toml: {name}"
    assert told.value.article == (PARAMETERS[name].article if name in PARAMETERS else "Art. 23")


def test_a_layer_made_by_code_must_name_its_document_too() -> None:
    with pytest.raises(ConfigurationError) as told:
        Policy([CITY, PolicyLayer(Layer.SECTOR_SUPERIOR, " ", ())])
    assert told.value.subject == "regulation: document"


@pytest.mark.parametrize("measure", list(BOUNDS))
def test_the_bounds_themselves_may_be(measure: Measure) -> None:
    name = next(one.name for one in PARAMETERS.values() if one.measure is measure)
    for value in BOUNDS[measure]:
        assert Policy([CITY, with_value(name, value)]).value(name, ON) == value


def test_a_span_is_elapsed_time() -> None:
    assert CITY_POLICY.span("upload_hours", ON) == timedelta(hours=24)
    assert CITY_POLICY.span("filing_overlap_tolerance_seconds", ON) == timedelta(minutes=2)


@pytest.mark.parametrize("name", ["routine_retention_months", "training_before_issue"])
def test_what_is_no_elapsed_time_has_no_span(name: str) -> None:
    with pytest.raises(ConfigurationError, match="no span of time"):
        CITY_POLICY.span(name, ON)


def test_an_unknown_name_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError) as told:
        CITY_POLICY.value("upload_hourz", ON)
    assert told.value.subject == "upload_hourz"


def test_a_policy_is_asked_for_a_local_day() -> None:
    with pytest.raises(TypeError, match="local day"):
        CITY_POLICY.value("upload_hours", datetime(2026, 6, 1, tzinfo=UTC))


def test_a_policy_travels_to_another_process() -> None:
    there = pickle.loads(pickle.dumps(CITY_POLICY))
    assert there.layers == CITY_POLICY.layers and there.version == CITY_POLICY.version


@pytest.mark.parametrize(
    ("strictness", "stricter", "laxer"),
    [(Strictness.LOWER, 1, 3), (Strictness.HIGHER, 3, 1), (Strictness.TRUE, True, None), (Strictness.NONE, None, 3)],
)
def test_which_way_is_stricter(strictness: Strictness, stricter: int | None, laxer: int | None) -> None:
    base = False if strictness is Strictness.TRUE else 2
    assert strictness.allows(base, base)
    assert stricter is None or strictness.allows(stricter, base)
    assert laxer is None or not strictness.allows(laxer, base)
    assert not Strictness.TRUE.allows(False, True)
    assert not Strictness.NONE.allows(1, 2)


def test_every_parameter_is_dated_cited_and_told() -> None:
    for name, parameter in PARAMETERS.items():
        assert parameter.name == name and parameter.meaning.endswith(".")
        assert all(one.name == name and one.article == parameter.article for one in parameter.provisions)
        assert parameter.chosen is None or parameter.chosen.endswith(".")


def test_what_the_text_itself_sets_is_not_called_chosen() -> None:
    assert {name for name, one in PARAMETERS.items() if one.chosen is None} == {
        "upload_hours",
        "routine_retention_months",
    }
