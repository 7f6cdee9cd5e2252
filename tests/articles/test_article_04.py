"""Art. 4: whoever uses a recorder keeps it and answers for it; what it recorded is filed in order."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from blocks.device_layouts import Claims
from registry.queries import DeviceHistory
from registry.tables import Device, DeviceCustody, Person
from tasks.docking.claims import Directory

DEVICE = Device(number="QD0007", unit_id=uuid4())
WANG = Person(number="06100001", name="甲", unit_id=DEVICE.unit_id)
LI, ZHAO = uuid4(), uuid4()


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


HISTORY = DeviceHistory(
    custody=(
        DeviceCustody(device_id=DEVICE.id, person_id=LI, issued_at=day(2), returned_at=day(10)),
        DeviceCustody(device_id=DEVICE.id, person_id=ZHAO, issued_at=day(12), returned_at=None),
    ),
    readings=(),
)
DIRECTORY = Directory({DEVICE.number: DEVICE}, {WANG.number: WANG}, {DEVICE.id: HISTORY})


@pytest.mark.parametrize(
    ("at", "answers"),
    [(day(1), None), (day(2), LI), (day(9), LI), (day(10), None), (day(11), None), (day(12), ZHAO), (day(30), ZHAO)],
)
def test_whoever_held_the_recorder_then_answers_for_what_it_recorded(at: datetime, answers: UUID | None) -> None:
    claims = Claims("maker", device="QD0007")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), at) == answers


def test_whom_the_recorder_itself_names_recorded() -> None:
    claims = Claims("maker", device="QD0007", officer="06100001")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), day(5)) == WANG.id


def test_a_number_nobody_has_is_not_believed() -> None:
    claims = Claims("maker", device="QD0007", officer="99999999")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), day(5)) == LI


@pytest.mark.parametrize("claims", [None, Claims("maker"), Claims("maker", device="QD9999")])
def test_nobody_answers_for_a_recorder_that_is_not_known(claims: Claims | None) -> None:
    assert DIRECTORY.device(claims) is None
    assert DIRECTORY.officer(claims, None, day(5)) is None


def test_at_an_unknown_time_the_holder_is_unknown_too() -> None:
    assert DIRECTORY.officer(Claims("maker", device="QD0007"), DEVICE, None) is None
