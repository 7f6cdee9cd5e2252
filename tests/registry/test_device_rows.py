"""Recorders, who kept them, their clocks and checks before use, against the ledger (Art. 4, 6, 7)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from registry.ledger import verify_rows
from registry.transitions.checks import record_check
from registry.transitions.directory import DeviceEntry, enter_devices, record_clock_reading
from tests.fixtures.custody import MORNING, City

B1 = "(SELECT id FROM person WHERE number = 'B1')"
D2 = "(SELECT id FROM device WHERE number = 'D2')"
LATER = "'2099-01-01 00:00:00.000000'"


@pytest.fixture
def city(city: City) -> City:
    """The small city; the clock of D1 was read twice, that of D2 once, and A1 checked D1 before use."""
    d1, d2 = city.devices["D1"], city.devices["D2"]
    with city.act() as act:
        for device, hours, off in [(d1, 3, -1.5), (d1, 2, 2.0), (d2, 3, -1.5)]:
            record_clock_reading(act, device, read_at=MORNING - timedelta(hours=hours), offset_seconds=off)
        record_check(act, d1, city.people["A1"], checked_at=MORNING - timedelta(hours=3), battery_ok=False)
    return city


def named(city: City, table: str, *statements: str) -> list[tuple[str, str]]:
    """What is found once somebody who owns the database ran these."""
    assert verify_rows(city.registry).problems == []
    for statement in statements:
        if city.registry.engine.dialect.name == "postgresql":
            statement = statement.replace(".000000'", ".000000+00:00'")
        city.tamper(table, statement)
    return [(one.table, one.column) for one in verify_rows(city.registry).problems]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", "'D9'"),
        ("retired_at", LATER),
        ("unit_id", "(SELECT id FROM unit WHERE code = 'jt')"),
    ],
)
def test_a_recorder_that_was_changed_is_named(city: City, column: str, value: str) -> None:
    assert named(city, "device", f"UPDATE device SET {column} = {value} WHERE number = 'D1'") == [("device", column)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("person_id", B1),
        ("device_id", D2),
        ("issued_at", LATER),
        ("returned_at", LATER),
    ],
)
def test_a_recorder_that_was_handed_over_is_named(city: City, column: str, value: str) -> None:
    change = f"UPDATE device_custody SET {column} = {value} WHERE returned_at IS NULL"
    assert named(city, "device_custody", change) == [("device_custody", column)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("person_id", B1),
        ("device_id", D2),
        ("checked_at", LATER),
        ("battery_ok", "true"),
        ("storage_ok", "false"),
        ("clock_ok", "false"),
        ("works", "false"),
    ],
)
def test_a_check_that_found_something_else_is_named(city: City, column: str, value: str) -> None:
    assert named(city, "device_check", f"UPDATE device_check SET {column} = {value}") == [("device_check", column)]


def test_a_clock_that_was_set_is_named(city: City) -> None:
    change = "UPDATE clock_reading SET offset_seconds = 7 WHERE offset_seconds = 2"
    assert named(city, "clock_reading", change) == [("clock_reading", "offset_seconds")]


def test_a_reading_of_another_moment_is_named_and_that_it_took_the_place_of(city: City) -> None:
    change = f"UPDATE clock_reading SET read_at = {LATER} WHERE offset_seconds = 2"
    assert named(city, "clock_reading", change) == [("clock_reading", "read_at"), ("clock_reading", "id")]


@pytest.mark.parametrize("table", ["device_custody", "device_check", "clock_reading"])
def test_what_is_gone_is_named(city: City, table: str) -> None:
    assert set(named(city, table, f"DELETE FROM {table}")) == {(table, "id")}


def test_a_recorder_that_is_gone_is_named(city: City) -> None:
    with city.act() as act:
        enter_devices(act, [DeviceEntry("D3", "xf")])
    assert named(city, "device", "DELETE FROM device WHERE number = 'D3'") == [("device", "id")]


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("device", "id, number, unit_id", "x, 'D3', (SELECT unit_id FROM device WHERE number = 'D1')"),
        ("device_custody", "id, device_id, person_id, issued_at", f"x, {D2}, {B1}, {LATER}"),
        ("clock_reading", "id, device_id, read_at, offset_seconds", f"x, {D2}, {LATER}, 1"),
        (
            "device_check",
            "id, device_id, person_id, checked_at, battery_ok, storage_ok, clock_ok, works",
            f"x, {D2}, {B1}, {LATER}, true, true, true, true",
        ),
    ],
)
def test_what_was_put_in_by_hand_is_named(city: City, table: str, columns: str, values: str) -> None:
    row = values.replace("x,", f"'{UUID(int=7).hex}',")
    found = named(city, table, f"INSERT INTO {table} ({columns}) VALUES ({row})")
    assert found == [(table, "read_at" if table == "clock_reading" else "id")]
