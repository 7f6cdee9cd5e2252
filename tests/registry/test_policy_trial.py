"""A draft policy is tried on what has been: what would have been late, told, released; nothing is written
(Art. 14, 23)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.policy_trial import Tried, try_policy
from registry.transitions.duties import Rules
from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.policy import CITY, Policy
from tests.fixtures.custody import CITY_RULES, MORNING
from tests.fixtures.disposal import AFTER_TERM, Disposal

SINCE = date(2026, 1, 1)


def draft(name: str, value: int, layer: Layer = Layer.SECTOR_SUPERIOR) -> Rules:
    provision = Provision(name, value, "第一条", SINCE)
    policy = Policy([CITY, PolicyLayer(layer, "草案", (provision,), unit="xf" if layer is Layer.UNIT else None)])
    return Rules(lambda _unit: policy, CITY_RULES.is_working_day)


def tried(city: Disposal, rules: Rules) -> Tried:
    before = city.city.entries()
    with city.city.registry.reading() as reading:
        found = try_policy(reading.connection(), CITY_RULES, rules, MORNING - timedelta(days=90), city.city.now)
    assert city.city.entries() == before
    return found


def test_the_same_policy_differs_in_nothing(disposal_city: Disposal) -> None:
    found = tried(disposal_city, CITY_RULES)
    assert (found.duties, found.terms) == ({}, {})


def test_a_longer_term_keeps_longer_and_names_what(disposal_city: Disposal) -> None:
    found = tried(disposal_city, draft("routine_retention_months", 12))
    assert found.terms == {("xf", "kept longer"): 2}
    named = {one: (was, would) for one, was, would in found.named["xf", "kept longer"]}
    assert named == {disposal_city.recording(one): (date(2027, 5, 23), date(2027, 11, 23)) for one in ("old", "older")}


def test_a_shorter_one_releases_now_what_is_kept_today(disposal_city: Disposal) -> None:
    disposal_city.later(AFTER_TERM - timedelta(days=60))
    found = tried(disposal_city, draft("routine_retention_months", 3))
    # A superior's rule prevails over the city's, also where it is shorter (Art. 23).
    assert found.terms == {("xf", "due now, where it is kept today"): 2}


def test_a_shorter_time_limit_would_have_been_late_and_told(disposal_city: Disposal) -> None:
    found = tried(disposal_city, draft("upload_hours", 1))
    assert found.duties["xf", "upload: late instead"] == 1
    assert found.duties["xf", "upload: rungs more"] >= 1


def test_a_unit_whose_draft_is_not_sound_is_named(disposal_city: Disposal) -> None:
    def refuse(_unit: object) -> Policy:
        raise ConfigurationError("no", subject="draft")

    found = tried(disposal_city, Rules(refuse, CITY_RULES.is_working_day))
    assert {"xf"} <= set(found.refused)


def test_a_draft_laxer_than_what_stands_above_it_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="laxer"):
        draft("routine_retention_months", 3, Layer.UNIT)
