"""Questions to the registry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import queries
from registry.database import Registry
from registry.tables import Filing, ItemOutcome
from registry.transitions import directory
from registry.transitions.directory import ActivityEntry, CustodyEntry
from regulation.vocabulary import ActivityKind, Role
from tests.fixtures.custody import MORNING, YEAR_BEGIN, City, sha, taken_in


def test_units_are_found_by_code(city: City, registry: Registry) -> None:
    with registry.reading() as reading:
        units = queries.units_by_code(reading)
        assert queries.unit_by_code(reading, "xf") == units["xf"]
        assert queries.unit_by_code(reading, "nowhere") is None
    assert sorted(units) == ["city", "jt", "xf", "xfa"]


def test_the_tree_is_walked_down_and_up(city: City, registry: Registry) -> None:
    with registry.reading() as reading:
        ids = {code: unit.id for code, unit in queries.units_by_code(reading).items()}
        assert set(queries.unit_subtree(reading, ids["xf"])) == {ids["xf"], ids["xfa"]}
        assert set(queries.unit_subtree(reading, ids["city"])) == set(ids.values())
        assert set(queries.unit_chain(reading, ids["xfa"])) == {ids["xfa"], ids["xf"], ids["city"]}
        assert queries.unit_chain(reading, ids["city"]) == [ids["city"]]
        assert set(queries.units_of_authority(reading, ids["xf"])) == {ids["xf"], ids["xfa"]}
        assert queries.units_of_authority(reading, ids["city"]) == [ids["city"]]


def test_roles_are_those_of_the_moment(city: City, registry: Registry) -> None:
    person, unit = city.people["A3"], city.unit_id("xf")
    with registry.reading() as reading:
        for at, held in [
            (YEAR_BEGIN - timedelta(seconds=1), False),
            (YEAR_BEGIN, True),
            (MORNING + timedelta(days=30), False),
        ]:
            roles = queries.roles_at(reading, person, at)
            assert [one.role for one in roles] == ([Role.DEVICE_ADMINISTRATOR] if held else [])
            holders = queries.holders_at(reading, [unit], at)
            assert (person in {one.person_id for one in holders}) is held
        [holding] = queries.holdings_of(reading, person)
    assert (holding.acting, holding.unit_id) == (True, unit)


def test_a_recorder_answers_for_whoever_held_it_then(city: City, registry: Registry) -> None:
    device = city.devices["D1"]
    handed_over = MORNING - timedelta(days=10)
    with registry.reading() as reading:
        assert queries.device_holder(reading, device, YEAR_BEGIN - timedelta(days=1)) is None
        assert queries.device_holder(reading, device, YEAR_BEGIN) == city.people["A1"]
        assert queries.device_holder(reading, device, handed_over) == city.people["A2"]
        assert queries.device_holder(reading, device, MORNING + timedelta(days=900)) == city.people["A2"]
        assert queries.device_holder(reading, city.devices["D2"], MORNING) is None
    with city.act() as act:
        directory.enter_custody(act, [CustodyEntry("D2", "A1", YEAR_BEGIN, MORNING)])
    with registry.reading() as reading:
        assert queries.device_holder(reading, city.devices["D2"], MORNING - timedelta(seconds=1)) == city.people["A1"]
        assert queries.device_holder(reading, city.devices["D2"], MORNING) is None


def test_a_clock_is_off_by_what_was_last_read(city: City, registry: Registry) -> None:
    device = city.devices["D1"]
    with city.act() as act:
        for hours, offset in [(0, 10.0), (-48, -5.5)]:
            read_at = MORNING + timedelta(hours=hours)
            directory.record_clock_reading(act, device, read_at=read_at, offset_seconds=offset)
    with registry.reading() as reading:
        assert queries.clock_offset(reading, device, MORNING - timedelta(hours=1)) == -5.5
        assert queries.clock_offset(reading, device, MORNING) == 10.0
        assert queries.clock_offset(reading, device, MORNING - timedelta(days=30)) == -5.5
        assert queries.clock_offset(reading, city.devices["D2"], MORNING) is None


def test_known_content_is_told_for_many_digests_at_once(city: City, registry: Registry) -> None:
    recordings = city.store(city.open(), "a", "b")
    with registry.reading() as reading:
        known = queries.known_content(reading, city.unit_id("xf"), [sha(str(n)) for n in range(2_500)] + [sha("a")])
        assert queries.known_content(reading, city.unit_id("jt"), [sha("a")]) == {}
    assert known == {one.sha256: one.id for one in recordings if one.sha256 == sha("a")}


@pytest.mark.parametrize(
    ("start", "end", "numbers"),
    [
        (-5, -4, []),
        (-4, -3, ["xf-1"]),
        (-2, -1, ["xf-1", "xf-2"]),
        (-1.5, -1.2, []),
        (5, 6, ["xf-2"]),
    ],
)
def test_activities_that_touch_a_time(
    city: City, registry: Registry, start: float, end: float, numbers: list[str]
) -> None:
    with registry.reading() as reading:
        found = queries.activities_overlapping(
            reading, city.unit_id("xf"), MORNING + timedelta(hours=start), MORNING + timedelta(hours=end)
        )
        elsewhere = queries.activities_overlapping(reading, city.unit_id("jt"), YEAR_BEGIN, MORNING)
    assert [one.activity_id for one in found] == [city.activities[number] for number in numbers]
    assert elsewhere == []


def test_activities_bring_their_officers(city: City, registry: Registry) -> None:
    with registry.reading() as reading:
        first, second = queries.activities_overlapping(reading, city.unit_id("city"), YEAR_BEGIN, MORNING)
    assert first.officers == {city.people["A1"]}
    assert second.officers == {city.people["A1"], city.people["A2"]}
    assert (first.end, second.end) == (MORNING - timedelta(hours=2), None)


def test_an_activity_that_lost_its_officers_is_still_there(city: City, registry: Registry) -> None:
    city.tamper("activity_officer", "DELETE FROM activity_officer")
    with registry.reading() as reading:
        found = queries.activities_overlapping(reading, city.unit_id("xf"), YEAR_BEGIN, MORNING)
    assert [one.officers for one in found] == [frozenset(), frozenset()]


def test_items_and_recordings_of_a_session(city: City, registry: Registry) -> None:
    first, second = city.open("/dock/a"), city.open("/dock/b")
    [original] = city.store(first, "x")
    copy, _waiting = city.scan(second, "copy", "waiting")
    city.register(second, [taken_in(copy.id, "x")])
    with registry.reading() as reading:
        assert queries.recordings_of(reading, second.id) == []
        assert list(queries.recordings_listed(reading, second.id)) == [original.id]
        assert queries.recordings_of(reading, first.id, filing=Filing.PENDING) == [original]
        assert queries.recordings_of(reading, first.id, filing=Filing.FILED) == []
        waiting = queries.session_items(reading, second.id, [ItemOutcome.FOUND])
        assert [item.shown_name for item in waiting] == ["waiting"]
        counts = queries.outcome_counts(reading, second.id)
        assert counts == {ItemOutcome.DUPLICATE: 1, ItemOutcome.FOUND: 1}
        assert queries.receipt_by_number(reading, "R-nothing") is None


def test_lookups_by_number_take_any_number_of_numbers(city: City, registry: Registry) -> None:
    extra = [ActivityEntry(f"n-{n}", "xf", ActivityKind.INSPECTION, "某处", ("A1",), MORNING) for n in range(1_200)]
    with city.act() as act:
        directory.enter_activities(act, extra)
    with registry.reading() as reading:
        assert len(queries.activities_by_number(reading, (one.number for one in extra))) == 1_200
        assert list(queries.people_by_number(reading, ["A1", "A1", "none"])) == ["A1"]
        assert list(queries.devices_by_number(reading, ["D2", "none"])) == ["D2"]
