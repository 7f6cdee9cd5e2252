"""Limits in hours and in working days: where they end, whatever the clocks do, and which of two is stricter."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.measures import SPANS, Measure, Strictness
from regulation.parameters import CITY, IN_FORCE_FROM, PARAMETERS
from regulation.policy import CITY_POLICY, Policy, _digest, layer_from

ON = date(2026, 3, 2)
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
ZONES = [SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]
EITHER = [one.name for one in PARAMETERS.values() if one.either]


def weekday(day: date) -> bool:
    return day.weekday() < 5


def every_day(_: date) -> bool:
    return True


def layer(
    value: int, measure: Measure | None, name: str = "filing_hours", rank: Layer = Layer.SECTOR_SUPERIOR
) -> PolicyLayer:
    provision = Provision(name, value, "Art. 3", IN_FORCE_FROM, None, measure)
    return PolicyLayer(rank, "部执法规〔2026〕1号", (provision,), "chengguan", f"{rank}.toml")


def working_days(count: int) -> Policy:
    return Policy([CITY, layer(count, Measure.WORKING_DAYS)])


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [
        (1, datetime(2026, 3, 2, 9, 30), datetime(2026, 3, 3, 9, 30)),  # Monday
        (1, datetime(2026, 3, 6, 23, 59), datetime(2026, 3, 9, 23, 59)),  # over a weekend
        (1, datetime(2026, 3, 7, 0, 0), datetime(2026, 3, 9, 0, 0)),  # from a Saturday
        (2, datetime(2026, 3, 6, 17, 0), datetime(2026, 3, 10, 17, 0)),
        (3, datetime(2026, 2, 26, 8, 0), datetime(2026, 3, 3, 8, 0)),  # over the month's end
        (2, datetime(2024, 2, 28, 8, 0), datetime(2024, 3, 1, 8, 0)),  # a leap day is a day
        (1, datetime(2025, 12, 31, 8, 0), datetime(2026, 1, 1, 8, 0)),
    ],
)
def test_working_days_end_at_the_same_time_of_day(days: int, start: datetime, end: datetime) -> None:
    found = working_days(days).end("filing_hours", start.replace(tzinfo=SHANGHAI), SHANGHAI, weekday)
    assert (found, found.tzinfo) == (end.replace(tzinfo=SHANGHAI), UTC)


def test_the_day_is_the_units_not_the_worlds() -> None:
    """Friday 17:00 in the world is Saturday at the unit: a working day after that is Monday."""
    start = datetime(2026, 3, 6, 17, tzinfo=UTC)
    assert working_days(1).end("filing_hours", start, SHANGHAI, weekday) == datetime(2026, 3, 8, 17, tzinfo=UTC)
    assert working_days(1).end("filing_hours", start, UTC, weekday) == datetime(2026, 3, 9, 17, tzinfo=UTC)


def test_an_hour_the_clocks_skip_and_one_they_show_twice_are_read_as_a_recorders_are() -> None:
    policy = working_days(1)
    skipped = policy.end("filing_hours", datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN), BERLIN, every_day)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    twice = policy.end("filing_hours", datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN), BERLIN, every_day)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert policy.end("filing_hours", second, BERLIN, every_day) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_a_working_day_keeps_its_time_of_day_when_the_clocks_are_changed() -> None:
    friday = datetime(2026, 3, 27, 17, tzinfo=BERLIN)
    assert working_days(1).end("filing_hours", friday, BERLIN, weekday) == datetime(2026, 3, 30, 15, tzinfo=UTC)
    autumn = datetime(2026, 10, 23, 17, tzinfo=BERLIN)
    assert working_days(1).end("filing_hours", autumn, BERLIN, weekday) == datetime(2026, 10, 26, 16, tzinfo=UTC)


def test_hours_are_elapsed_even_over_a_night_that_loses_one() -> None:
    start = datetime(2026, 3, 28, 18, tzinfo=BERLIN)
    end = CITY_POLICY.end("upload_hours", start, BERLIN, weekday)
    assert (end - start.astimezone(UTC), end.tzinfo) == (timedelta(hours=24), UTC)


moments = st.datetimes(datetime(2022, 5, 25), datetime(2035, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
holidays = st.frozensets(st.dates(date(2022, 5, 25), date(2036, 3, 1)), max_size=30)


@given(moments, st.integers(1, 30), st.sampled_from(ZONES), holidays)
def test_between_start_and_end_lie_as_many_working_days_as_given(
    start: datetime, count: int, zone: ZoneInfo, closed: frozenset[date]
) -> None:
    def works(day: date) -> bool:
        return weekday(day) and day not in closed

    end = working_days(count).end("filing_hours", start, zone, works)
    first, last = start.astimezone(zone).date(), (end + timedelta(hours=1)).astimezone(zone).date()
    days = [first + timedelta(days=place) for place in range(1, (last - first).days + 1)]
    counted = [day for day in days if works(day)]
    assert len(counted) - count in (0, 1)  # one more where an hour added to the end reaches midnight
    assert end >= start + timedelta(hours=23) * count


@given(moments, st.integers(1, 20), st.sampled_from(ZONES))
def test_more_working_days_never_end_earlier(start: datetime, count: int, zone: ZoneInfo) -> None:
    ends = [working_days(days).end("filing_hours", start, zone, weekday) for days in (count, count + 1)]
    assert ends[0] < ends[1]


@given(st.datetimes(datetime(1930, 1, 2), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_the_calendar_of_any_year_and_zone_carries_working_days(shown: datetime, zone: ZoneInfo) -> None:
    """Historical summer times too: a policy is only ever asked from 2022 on, the arithmetic need not know."""
    since = Provision("filing_hours", 2, "Art. 3", date(1900, 1, 1), None, Measure.WORKING_DAYS)
    policy = working_days(2)
    policy.layers = (replace(policy.layers[1], provisions=(since,)),)
    start = shown.replace(tzinfo=zone).astimezone(UTC)
    end = policy.end("filing_hours", start, zone, every_day)
    local = start.astimezone(zone)
    assert timedelta(hours=46) <= end - start <= timedelta(hours=50)
    assert (end.astimezone(zone).date() - local.date()).days in (2, 3)


def test_a_time_without_a_zone_has_no_end() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        CITY_POLICY.end("upload_hours", datetime(2026, 3, 2), SHANGHAI, weekday)


@pytest.mark.parametrize("name", ["routine_retention_months", "quiet_from_hour", "training_before_issue"])
def test_what_is_no_limit_has_no_end(name: str) -> None:
    with pytest.raises(ConfigurationError, match="no span of time"):
        CITY_POLICY.end(name, datetime(2026, 3, 2, tzinfo=UTC), SHANGHAI, weekday)


def test_working_days_are_no_span_of_time() -> None:
    with pytest.raises(ConfigurationError, match="working days is no span"):
        working_days(3).span("filing_hours", ON)
    with pytest.raises(ConfigurationError, match="working days is no span"):
        CITY_POLICY.span("device_recall_days", ON)


# What a document may say


def document(name: str, measure: object) -> PolicyLayer:
    head: dict[str, object] = {"layer": "unit", "document": "城管办法", "unit": "chengguan"}
    entry = {"value": 1, "valid_from": ON, "article": "Art. 2", "measure": measure}
    return layer_from({**head, "parameters": {name: entry}}, "unit.toml")


@pytest.mark.parametrize("name", EITHER)
@pytest.mark.parametrize("measure", SPANS)
def test_a_limit_may_be_counted_in_hours_or_in_working_days(name: str, measure: Measure) -> None:
    [provision] = document(name, str(measure)).provisions
    assert provision.measure is measure


def test_which_limits_may_be_counted_either_way() -> None:
    assert set(EITHER) == {
        "device_recall_days",
        "device_replacement_days",
        "exemption_record_hours",
        "interruption_report_hours",
        "filing_hours",
        "return_report_hours",
        "access_decision_days",
        "copy_return_days",
        "disposal_step_days",
        "conversion_step_days",
        "exemption_review_days",
        "interruption_notice_days",
        "deletion_failure_days",
    }
    assert all(PARAMETERS[name].strictness is Strictness.LOWER for name in EITHER)


@pytest.mark.parametrize(
    ("name", "article"),
    [("upload_hours", "Art. 16"), ("upload_reminder_hours", "Art. 16"), ("routine_retention_months", "Art. 18(1)")],
)
@pytest.mark.parametrize("measure", SPANS)
def test_the_24_hours_are_hours_and_other_numbers_have_their_own_measure(
    name: str, article: str, measure: Measure
) -> None:
    with pytest.raises(ConfigurationError) as told:
        document(name, str(measure))
    assert (told.value.subject, told.value.article) == (f"unit.toml: {name}", article)
    assert "states no measure" in told.value.message


@pytest.mark.parametrize("measure", ["months", "days", "", 24, True, ["hours"], {}])
def test_a_measure_that_is_none_is_refused(measure: object) -> None:
    with pytest.raises(ConfigurationError) as told:
        document("filing_hours", measure)
    assert (told.value.subject, told.value.article) == ("unit.toml: parameters.filing_hours.measure", "Art. 23")


def test_a_layer_made_by_code_is_held_to_the_same() -> None:
    with pytest.raises(ConfigurationError, match="hours or working days, not months"):
        Policy([CITY, layer(3, Measure.MONTHS)])


@pytest.mark.parametrize(("value", "measure"), [(367, Measure.WORKING_DAYS), (8_785, Measure.HOURS)])
def test_the_bounds_are_those_of_the_measure_stated(value: int, measure: Measure) -> None:
    with pytest.raises(ConfigurationError, match=f"It must be 1 to {value - 1} {measure}"):
        Policy([CITY, layer(value, measure)])


# Which is stricter


HOURS, DAYS = Measure.HOURS, Measure.WORKING_DAYS


@pytest.mark.parametrize(
    ("superior", "unit", "allowed"),
    [
        ((3, DAYS), (3, DAYS), True),
        ((3, DAYS), (4, DAYS), False),
        ((3, DAYS), (72, HOURS), True),  # three working days are at least 72 hours
        ((3, DAYS), (73, HOURS), False),
        ((3, DAYS), (48, None), True),
        ((72, HOURS), (72, HOURS), True),
        ((72, HOURS), (1, DAYS), False),  # a working day may be nine days away
        ((72, None), (1, DAYS), False),
    ],
)
def test_a_unit_may_only_be_stricter_whatever_it_counts(
    superior: tuple[int, Measure | None], unit: tuple[int, Measure | None], allowed: bool
) -> None:
    layers = [CITY, layer(*superior), layer(*unit, rank=Layer.UNIT)]
    if allowed:
        assert Policy(layers).value("filing_hours", ON) == unit[0]
        return
    with pytest.raises(ConfigurationError) as told:
        Policy(layers)
    assert told.value.subject == "unit.toml: filing_hours"
    assert f"laxer than the {superior[0]} {superior[1] or HOURS}" in told.value.message


@given(st.integers(1, 40), st.integers(1, 1_000), moments)
def test_hours_that_are_allowed_in_place_of_working_days_never_end_later(
    days: int, hours: int, start: datetime
) -> None:
    try:
        both = Policy([CITY, layer(days, DAYS), layer(hours, HOURS, rank=Layer.UNIT)])
    except ConfigurationError:
        assert hours > 24 * days
        return
    ends = [policy.end("filing_hours", start, SHANGHAI, weekday) for policy in (both, working_days(days))]
    assert ends[0] <= ends[1]


# What a policy says of itself


def test_a_value_names_the_measure_it_was_stated_in() -> None:
    assert "filing_hours = 3 working days: Art. 3 of" in str(working_days(3).explain("filing_hours", ON))
    assert "device_recall_days = 3 working days" in str(CITY_POLICY.explain("device_recall_days", ON))


def test_a_layer_that_states_no_measure_has_the_version_it_always_had() -> None:
    """Written down before layers could state one: old decisions name such versions."""
    city = tuple(one for one in CITY.provisions if one.name == "routine_retention_months")
    before = PolicyLayer(Layer.CITY, "启依法办发〔2022〕8号", city)
    assert _digest([before]) == "422402985b1c5291cbbf86e7d66b2ab4"


def test_the_measure_is_part_of_the_version() -> None:
    versions = {Policy([CITY, layer(3, measure)]).version for measure in (None, HOURS, DAYS)}
    assert len(versions) == 3


def test_policies_of_one_version_are_equal() -> None:
    assert working_days(3) == working_days(3) and hash(working_days(3)) == hash(working_days(3))
    assert working_days(3) != working_days(4)
    assert working_days(3) != "a policy"


def test_a_policy_file_may_state_its_measure() -> None:
    text = """
        layer = "sector-superior"
        document = "部执法规〔2026〕1号"
        [parameters.filing_hours]
        value = 2
        measure = "working days"
        valid_from = 2026-01-01
        article = "Art. 5"
    """
    policy = Policy([CITY, layer_from(tomllib.loads(text), "superior.toml")])
    friday = datetime(2026, 3, 6, 9, tzinfo=SHANGHAI)
    assert policy.end("filing_hours", friday, SHANGHAI, weekday) == datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
