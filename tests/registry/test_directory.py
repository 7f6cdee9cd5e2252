"""What the directory's transitions enter, change and refuse (Art. 4, 6, 7, 9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import SQLModel, col, select

from registry import queries
from registry.act import Act
from registry.database import Registry
from registry.ledger import verify
from registry.tables import Activity, Appointment, Device, DeviceCustody, LedgerEntry, Person, Unit
from registry.transitions import directory
from registry.transitions.directory import (
    ActivityEntry,
    AppointmentEntry,
    CustodyEntry,
    DeviceEntry,
    DirectoryDenied,
    Entered,
    PersonEntry,
    UnitEntry,
)
from registry.types import new_id
from regulation.errors import ActionDenied
from regulation.vocabulary import ActivityKind, PartyKind, RemoteReason, Role, UnitLevel
from tests.fixtures.custody import (
    ACTIVITIES,
    APPOINTMENTS,
    CUSTODY,
    DEVICES,
    MORNING,
    PEOPLE,
    UNITS,
    YEAR_BEGIN,
    City,
)

DAY = timedelta(days=1)
ENTER: dict[type, Callable[[Act, Sequence[Any]], Entered]] = {
    UnitEntry: directory.enter_units,
    PersonEntry: directory.enter_people,
    AppointmentEntry: directory.enter_appointments,
    DeviceEntry: directory.enter_devices,
    CustodyEntry: directory.enter_custody,
    ActivityEntry: directory.enter_activities,
}


def enter(city: City, *entries: object) -> Entered:
    with city.act() as act:
        return ENTER[type(entries[0])](act, entries)


def faults(city: City, *entries: object) -> list[tuple[int, str]]:
    with pytest.raises(DirectoryDenied) as denied:
        enter(city, *entries)
    return [(fault.index, fault.field) for fault in denied.value.faults]


def told(city: City, subject_id: UUID) -> list[dict[str, object]]:
    with city.registry.reading() as reading:
        return [json.loads(entry.facts) for entry in queries.history_of(reading, subject_id)]


def test_the_same_again_changes_nothing(city: City) -> None:
    entries = city.entries()
    for sheet in (UNITS, PEOPLE, APPOINTMENTS, DEVICES, CUSTODY, ACTIVITIES):
        assert enter(city, *sheet) == Entered(unchanged=len(sheet))
    assert city.entries() == entries
    assert verify(city.registry).problems == []


def test_nothing_to_enter(city: City) -> None:
    with city.act() as act:
        assert directory.enter_people(act, []) == Entered()


@pytest.mark.parametrize(
    ("entry", "changed"),
    [
        (replace(UNITS[2], name="消防二科"), ["name"]),
        (replace(UNITS[3], zone="Asia/Shanghai", parent=None), ["parent_id", "zone"]),
        (
            replace(PEOPLE[0], name="甲甲", joined_on=date(2020, 1, 1), left_on=date(2026, 1, 1)),
            ["name", "joined_on", "left_on"],
        ),
        (replace(PEOPLE[0], unit="jt"), ["unit_id", "moved_at"]),
        (replace(APPOINTMENTS[0], valid_to=MORNING, document="任〔2026〕1号"), ["document", "valid_to"]),
        (replace(DEVICES[0], retired_at=MORNING, maker=None), ["maker", "retired_at"]),
        (replace(CUSTODY[1], returned_at=MORNING, reason="调离"), ["returned_at", "reason"]),
        (replace(ACTIVITIES[0], place="别处", parties=(PartyKind.WITNESS,)), ["place", "parties"]),
        (replace(ACTIVITIES[0], officers=("A2", "A3")), ["officers"]),
        (
            replace(
                ACTIVITIES[1],
                ended_at=MORNING,
                remote_reason=RemoteReason.OTHER_PLACE,
                returned_at=MORNING + DAY,
                officers=("A1",),
            ),
            ["ended_at", "remote_reason", "returned_at", "return_reported_at", "officers"],
        ),
    ],
)
def test_what_differs_is_changed_and_told(city: City, entry: object, changed: list[str]) -> None:
    entries = city.entries()
    assert enter(city, entry) == Entered(changed=1)
    assert enter(city, entry) == Entered(unchanged=1)
    assert city.entries() == entries + 1
    with city.registry.reading() as reading:
        last = json.loads(queries.history_of(reading, _last_subject(city))[-1].facts)
    assert last["changed"] == changed


def _last_subject(city: City) -> UUID:
    with city.registry.reading() as reading:
        return reading.get_one(LedgerEntry, queries.ledger_head(reading).seq).subject_id


def test_no_names_and_places_in_the_ledger(city: City) -> None:
    with city.registry.reading() as reading:
        facts = "".join(entry.facts for entry in reading.exec(select(LedgerEntry)))
    for private in ("甲", "某路", "A1", "消防", "厂"):
        assert private not in facts
    assert str(city.people["A1"]) in facts


class TestUnits:
    def test_children_may_come_before_their_parents(self, registry: Registry) -> None:
        assert enter(City(registry), *reversed(UNITS)) == Entered(created=4)

    def test_a_unit_is_moved(self, city: City) -> None:
        enter(city, UnitEntry("xfa", "消防一科", UnitLevel.DEPARTMENT, "jt"))
        with city.registry.reading() as reading:
            assert city.unit_id("jt") in queries.unit_chain(reading, city.unit_id("xfa"))

    @pytest.mark.parametrize(
        ("unit", "field"),
        [
            (UnitEntry("Capital", "x", UnitLevel.UNIT), "code"),
            (UnitEntry("", "x", UnitLevel.UNIT), "code"),
            (UnitEntry("a" * 33, "x", UnitLevel.UNIT), "code"),
            (UnitEntry("a-b", "x", UnitLevel.UNIT), "code"),
            (UnitEntry("a", "x", UnitLevel.UNIT, zone="Asia/Nowhere"), "zone"),
            (UnitEntry("a", "x", UnitLevel.UNIT, "nowhere"), "parent"),
            (UnitEntry("a", "x", UnitLevel.CITY, "city"), "parent"),
            (UnitEntry("a", "x", UnitLevel.DEPARTMENT), "parent"),
            (UnitEntry("a", "x", UnitLevel.UNIT, "xfa"), "parent"),
            (UnitEntry("a", "x", UnitLevel.UNIT, "a"), "parent"),
        ],
    )
    def test_what_no_unit_can_be(self, city: City, unit: UnitEntry, field: str) -> None:
        assert faults(city, unit) == [(0, field)]

    def test_no_unit_lies_below_itself(self, city: City) -> None:
        circle = [UnitEntry("a", "a", UnitLevel.UNIT, "b"), UnitEntry("b", "b", UnitLevel.UNIT, "a")]
        assert faults(city, *circle, UnitEntry("c", "c", UnitLevel.UNIT, "b")) == [
            (0, "parent"),
            (1, "parent"),
            (2, "parent"),
        ]

    def test_what_lies_below_a_refused_unit_is_refused(self, city: City) -> None:
        above, below = UnitEntry("a", "a", UnitLevel.UNIT, zone="x"), UnitEntry("b", "b", UnitLevel.UNIT, "a")
        assert faults(city, below, above) == [(0, "parent"), (1, "zone")]

    def test_a_code_stands_for_one_unit(self, city: City) -> None:
        assert faults(city, UnitEntry("a", "a", UnitLevel.UNIT), UnitEntry("a", "b", UnitLevel.UNIT)) == [(1, "code")]


class TestPeople:
    @pytest.mark.parametrize(
        ("person", "field"),
        [
            (PersonEntry("", "x", "xf"), "number"),
            (PersonEntry("9" * 33, "x", "xf"), "number"),
            (PersonEntry("C1\0", "x", "xf"), "number"),
            (PersonEntry("C1\u200b", "x", "xf"), "number"),
            (PersonEntry(" C1", "x", "xf"), "number"),
            (PersonEntry("C1", "x", "xf\0"), "unit"),
            (PersonEntry("C1", "x", "\ud800"), "unit"),
            (PersonEntry("C1", "x", "nowhere"), "unit"),
            (PersonEntry("C1", "x", "xf", date(2026, 2, 1), date(2026, 1, 31)), "left_on"),
        ],
    )
    def test_what_no_person_can_be(self, city: City, person: PersonEntry, field: str) -> None:
        assert faults(city, person) == [(0, field)]

    def test_all_faults_are_told_at_once_and_nothing_is_entered(self, city: City) -> None:
        sound, twin = PersonEntry("C1", "x", "xf"), PersonEntry("C1", "y", "nowhere")
        assert faults(city, sound, twin) == [(1, "number"), (1, "unit")]
        with city.registry.reading() as reading:
            assert queries.people_by_number(reading, ["C1"]) == {}

    def test_hostile_text_can_be_kept(self, city: City) -> None:
        enter(city, PersonEntry("C1", "a\0\udc80b", "xf"))
        assert enter(city, PersonEntry("C1", "a\0\udc80b", "xf")) == Entered(unchanged=1)
        with city.registry.reading() as reading:
            assert queries.people_by_number(reading, ["C1"])["C1"].name == "a\ufffd\ufffdb"


class TestAppointments:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"person": "Z9"}, "person"),
            ({"person": "A1\0"}, "person"),
            ({"unit": "nowhere"}, "unit"),
            ({"valid_to": YEAR_BEGIN}, "valid_to"),
        ],
    )
    def test_what_no_appointment_can_be(self, city: City, change: dict[str, object], field: str) -> None:
        sound = AppointmentEntry("A1", "xf", Role.DEPARTMENT_HEAD, YEAR_BEGIN)
        assert faults(city, replace(sound, **change)) == [(0, field)]  # type: ignore[arg-type]

    def test_one_role_begins_once(self, city: City) -> None:
        role = AppointmentEntry("A1", "xf", Role.DEPARTMENT_HEAD, YEAR_BEGIN)
        assert faults(city, role, replace(role, acting=True)) == [(1, "valid_from")]
        assert enter(city, role, replace(role, valid_from=MORNING)) == Entered(created=2)


class TestDevices:
    @pytest.mark.parametrize(
        ("device", "field"),
        [
            (DeviceEntry("", "xf"), "number"),
            (DeviceEntry("d" * 65, "xf"), "number"),
            (DeviceEntry("D9\0", "xf"), "number"),
            (DeviceEntry("D9", "no"), "unit"),
        ],
    )
    def test_what_no_recorder_can_be(self, city: City, device: DeviceEntry, field: str) -> None:
        assert faults(city, device) == [(0, field)]

    def test_a_number_stands_for_one_recorder(self, city: City) -> None:
        assert faults(city, DeviceEntry("D9", "xf"), DeviceEntry("D9", "jt")) == [(1, "number")]

    def test_a_clock_is_read_once_a_moment(self, city: City) -> None:
        for _ in range(2):
            with city.act() as act:
                directory.record_clock_reading(act, city.devices["D1"], read_at=MORNING, offset_seconds=1.5)
        assert told(city, city.devices["D1"])[1:] == [{"offset_seconds": 1.5, "read_at": "2026-11-23T01:00:00.000000Z"}]
        with city.act() as act, pytest.raises(ActionDenied, match="read differently"):
            directory.record_clock_reading(act, city.devices["D1"], read_at=MORNING, offset_seconds=2.0)
        with city.act() as act, pytest.raises(ActionDenied, match="no such recorder"):
            directory.record_clock_reading(act, new_id(), read_at=MORNING, offset_seconds=2.0)


class TestCustody:
    """D1 was kept by A1 until ten days ago, since then by A2."""

    HANDED_OVER = MORNING - 10 * DAY

    @pytest.mark.parametrize(
        ("custody", "field"),
        [
            (CustodyEntry("D9", "A1", MORNING), "device"),
            (CustodyEntry("D1\0", "A1", MORNING), "device"),
            (CustodyEntry("D2", "Z9", MORNING), "person"),
            (CustodyEntry("D2", "A1", MORNING, MORNING), "returned_at"),
            (CustodyEntry("D1", "A1", MORNING), "issued_at"),
            (CustodyEntry("D1", "A1", YEAR_BEGIN + DAY, YEAR_BEGIN + 2 * DAY), "issued_at"),
            (CustodyEntry("D1", "A1", YEAR_BEGIN - 2 * DAY, YEAR_BEGIN + DAY), "issued_at"),
            (CustodyEntry("D1", "A1", YEAR_BEGIN - 2 * DAY), "issued_at"),
        ],
    )
    def test_a_recorder_is_in_one_hand(self, city: City, custody: CustodyEntry, field: str) -> None:
        assert faults(city, custody) == [(0, field)]

    def test_back_and_out_again_at_the_same_moment(self, city: City) -> None:
        returned = CustodyEntry("D1", "A2", self.HANDED_OVER, MORNING)
        assert enter(city, returned, CustodyEntry("D1", "A3", MORNING)) == Entered(created=1, changed=1)

    def test_the_later_of_two_new_entries_is_to_blame(self, city: City) -> None:
        first, second = CustodyEntry("D2", "A1", MORNING - DAY), CustodyEntry("D2", "A2", MORNING)
        assert faults(city, second, first) == [(0, "issued_at")]
        assert faults(city, first, first) == [(1, "issued_at")]


class TestActivities:
    SOUND = ActivityEntry("xf-9", "xf", ActivityKind.ENFORCEMENT, "某处", ("A1",), MORNING)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"number": ""}, "number"),
            ({"number": "n" * 65}, "number"),
            ({"number": "n\0"}, "number"),
            ({"unit": "nowhere"}, "unit"),
            ({"officers": ()}, "officers"),
            ({"officers": ("A1", "Z9")}, "officers"),
            ({"officers": ("A1", "A\0")}, "officers"),
            ({"ended_at": MORNING - DAY}, "ended_at"),
        ],
    )
    def test_what_no_activity_can_be(self, city: City, change: dict[str, object], field: str) -> None:
        assert faults(city, replace(self.SOUND, **change)) == [(0, field)]  # type: ignore[arg-type]

    def test_a_number_stands_for_one_activity(self, city: City) -> None:
        assert faults(city, self.SOUND, self.SOUND) == [(1, "number")]

    def test_officers_come_and_go(self, city: City) -> None:
        enter(city, replace(ACTIVITIES[0], officers=("A2", "A3", "A2")))
        with city.registry.reading() as reading:
            first, _ = queries.activities_overlapping(reading, city.unit_id("xf"), YEAR_BEGIN, MORNING)
        assert first.officers == {city.people["A2"], city.people["A3"]}


def test_every_field_of_an_entry_reaches_its_row(city: City) -> None:
    """A field forgotten in a transition would be lost in silence."""
    full = [
        UnitEntry("full", "全", UnitLevel.UNIT, "city", "Asia/Urumqi"),
        PersonEntry("F1", "全", "xf", date(2020, 1, 1), date(2030, 1, 1)),
        PersonEntry("F1", "全", "full", date(2020, 1, 1), date(2030, 1, 1)),
        AppointmentEntry("F1", "full", Role.SUPERVISOR, YEAR_BEGIN, MORNING, True, "文"),
        DeviceEntry("FD", "full", "厂", "型", MORNING),
        CustodyEntry("FD", "F1", YEAR_BEGIN, MORNING, "因"),
        ActivityEntry(
            "F-1", "full", ActivityKind.DISPUTE_PRONE, "地", ("F1",), YEAR_BEGIN, MORNING, (PartyKind.OTHER,), "案",
            RemoteReason.CONTINUOUS_WORK, MORNING,
        ),
    ]  # fmt: skip
    for entry in full:
        enter(city, entry)
    with city.registry.reading() as reading:
        person = queries.people_by_number(reading, ["F1"])["F1"]
        unit = queries.unit_by_code(reading, "full")
        assert unit is not None
        rows: list[SQLModel] = [
            unit,
            person,
            reading.exec(select(Appointment).where(col(Appointment.person_id) == person.id)).one(),
            queries.devices_by_number(reading, ["FD"])["FD"],
            reading.exec(select(DeviceCustody).where(col(DeviceCustody.person_id) == person.id)).one(),
            queries.activities_by_number(reading, ["F-1"])["F-1"],
        ]
    assert (unit.level, unit.zone, unit.parent_id) == (UnitLevel.UNIT, "Asia/Urumqi", city.unit_id("city"))
    for row, model in zip(rows, (Unit, Person, Appointment, Device, DeviceCustody, Activity), strict=True):
        assert type(row) is model
        assert None not in row.model_dump().values()
