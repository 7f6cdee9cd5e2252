"""Terms beside the article: what no new policy brings forward, and the measure that knows no end (Art. 18, 23)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import BOUNDS, CITY, IN_FORCE_FROM, PARAMETERS, Measure, Strictness
from regulation.policy import CITY_POLICY, Policy
from regulation.retention import (
    KINDS,
    LONGEST_YEARS,
    Footage,
    Kept,
    RetentionClass,
    Term,
    Trigger,
    is_over,
    longest_value,
    no_earlier,
    term_of,
)
from regulation.vocabulary import ActivityKind

SILENT = "hearing_retention_months"
ROUTINE = "routine_retention_months"
DUE = Term(RetentionClass.ROUTINE, "Art. 18(1)", Trigger.RECORDING_ENDED, date(2026, 1, 1), date(2026, 7, 1))


def policy(*values: tuple[str, int, date, date | None], layer: Layer = Layer.SECTOR_SUPERIOR) -> Policy:
    provisions = tuple(Provision(name, value, "Art. 1", since, until) for name, value, since, until in values)
    unit = "xf" if layer is Layer.UNIT else None
    return Policy([CITY, PolicyLayer(layer, "省执法规〔2026〕7号", provisions, unit=unit, source="layer.toml")])


def test_every_kind_of_activity_has_a_class() -> None:
    assert set(KINDS) == set(ActivityKind)
    assert {rule.term for rule in KINDS.values() if rule.term is not None} <= set(PARAMETERS)


def test_no_class_has_a_floor_below_the_articles() -> None:
    """Six months for routine; where the text is silent, none may be set by the city."""
    for kind, rule in KINDS.items():
        months = None if rule.term is None else CITY_POLICY.value(rule.term, date(2026, 6, 1))
        assert months == (6 if kind is ActivityKind.INSPECTION else None if rule.term is None else 0)


# What the longest is


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), 6),
        (date(2026, 1, 1), date(2026, 1, 31), 6),
        (date(2026, 1, 1), date(2026, 2, 1), 9),
        (date(2026, 2, 28), date(2026, 6, 1), 9),
        (date(2026, 3, 1), date(2026, 6, 1), 6),
        (date(2026, 1, 1), date(2030, 1, 1), 9),
        (date(2026, 2, 15), date(2026, 1, 1), 9),  # a clock that was put back
        (date(2000, 1, 1), date(2000, 1, 2), 6),  # before anything was in force (Art. 24)
    ],
)
def test_the_longest_on_any_day(since: date, today: date, months: int) -> None:
    spell = policy((ROUTINE, 9, date(2026, 2, 1), date(2026, 2, 28)))
    assert longest_value(spell, ROUTINE, since, today) == months


def test_no_end_is_the_longest_of_all() -> None:
    ending = policy((SILENT, 12, date(2026, 2, 1), None))
    assert longest_value(ending, SILENT, date(2026, 1, 31), date(2026, 6, 1)) == 0
    assert longest_value(ending, SILENT, date(2026, 2, 1), date(2026, 6, 1)) == 12


def test_the_days_on_which_a_value_may_change() -> None:
    assert CITY_POLICY.changes(ROUTINE) == (IN_FORCE_FROM,)
    spell = policy((ROUTINE, 9, date(2026, 2, 1), date(2026, 2, 28)), (SILENT, 3, date(2026, 5, 1), date.max))
    assert spell.changes(ROUTINE) == (IN_FORCE_FROM, date(2026, 2, 1), date(2026, 3, 1))
    assert spell.changes(SILENT) == (IN_FORCE_FROM, date(2026, 5, 1))
    assert spell.changes("nothing") == ()


@pytest.mark.parametrize(("day", "due_on"), [(date(2026, 6, 30), date(2026, 7, 1)), (date(2027, 1, 1),) * 2])
def test_what_was_promised_stands(day: date, due_on: date) -> None:
    assert no_earlier(DUE, day).due_on == due_on


def test_what_was_promised_without_an_end_has_none() -> None:
    found = no_earlier(DUE, None)
    assert (found.due_on, found.kept, found.article) == (None, Kept.NO_TERM, "Art. 23")
    endless = Term(RetentionClass.EVIDENCE, "Art. 18(2)", kept=Kept.CASE_OPEN)
    assert no_earlier(endless, None) == no_earlier(endless, date(2030, 1, 1)) == endless


def test_a_term_is_over_the_day_after() -> None:
    assert not is_over(DUE.due_on, date(2026, 7, 1))
    assert is_over(DUE.due_on, date(2026, 7, 2))
    assert not is_over(None, date.max)


def test_a_time_without_a_zone_is_refused() -> None:
    footage = Footage(True, ActivityKind.INSPECTION, None, datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="zone"):
        term_of(footage, CITY_POLICY, UTC, date(2026, 1, 1))


# The measure, and which way is stricter


def test_a_term_counts_months_up_to_a_century_and_knows_no_end() -> None:
    assert BOUNDS[Measure.TERM] == (0, 1_200)
    assert LONGEST_YEARS == 100
    for value in (-1, 1_201):
        with pytest.raises(ConfigurationError) as refused:
            policy((SILENT, value, date(2026, 1, 1), None))
        assert refused.value.subject == f"layer.toml: {SILENT}"


@pytest.mark.parametrize(
    ("value", "instead_of", "allowed"),
    [(6, 6, True), (7, 6, True), (5, 6, False), (0, 6, True), (0, 0, True), (6, 0, False), (1_200, 0, False)],
)
def test_longer_is_stricter_and_no_end_the_strictest(value: int, instead_of: int, allowed: bool) -> None:
    assert Strictness.LONGER.allows(value, instead_of) is allowed


def test_every_term_of_retention_may_only_be_made_longer_by_a_unit() -> None:
    names = {rule.term for rule in KINDS.values() if rule.term is not None}
    ways = {name: (PARAMETERS[name].measure, PARAMETERS[name].strictness) for name in names}
    assert ways.pop(ROUTINE) == (Measure.MONTHS, Strictness.HIGHER)
    assert set(ways.values()) == {(Measure.TERM, Strictness.LONGER)}


# Bad input is refused where it is read


@pytest.mark.parametrize(
    ("values", "layer", "subject"),
    [
        ([(ROUTINE, 5, date(2026, 1, 1), None)], Layer.UNIT, ROUTINE),  # below the article's floor
        ([(SILENT, 12, date(2026, 1, 1), None)], Layer.UNIT, SILENT),
        ([(ROUTINE, 0, date(2026, 1, 1), None)], Layer.SECTOR_SUPERIOR, ROUTINE),
        ([("routine_months", 12, date(2026, 1, 1), None)], Layer.SECTOR_SUPERIOR, "routine_months"),
        ([(ROUTINE, 12, date(2026, 3, 1), date(2026, 1, 1))], Layer.SECTOR_SUPERIOR, ROUTINE),
        (
            [(ROUTINE, 12, date(2026, 1, 1), date(2026, 6, 30)), (ROUTINE, 9, date(2026, 6, 30), None)],
            Layer.SECTOR_SUPERIOR,
            ROUTINE,
        ),
        (
            [(ROUTINE, 12, date(2026, 1, 1), date(2026, 1, 31)), (ROUTINE, 12, date(2026, 3, 1), None)],
            Layer.SECTOR_SUPERIOR,
            ROUTINE,
        ),
    ],
)
def test_what_is_no_policy_names_file_key_and_article(
    values: list[tuple[str, int, date, date | None]], layer: Layer, subject: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        policy(*values, layer=layer)
    assert refused.value.subject == f"layer.toml: {subject}"
    assert refused.value.article


def test_the_citys_own_terms_may_not_be_lacking() -> None:
    with pytest.raises(ConfigurationError):
        Policy([PolicyLayer(CITY.layer, CITY.document, tuple(p for p in CITY.provisions if p.name != ROUTINE))])
