"""Duties worked out again from the facts: what somebody changed by hand shows, and nothing is written (Art. 20)."""

from __future__ import annotations

import pytest

from registry.transitions.duties import touch
from registry.transitions.duties.rechecking import Rechecked, recheck
from regulation.duties import DutyKind, DutyState
from regulation.errors import ConfigurationError
from tests.fixtures.duties import Duties


def checked(duties: Duties, kind: DutyKind = DutyKind.UPLOAD, limit: int = 1_000) -> Rechecked:
    whole = Rechecked()
    while True:
        with duties.city.act() as act:
            whole.add(recheck(act, kind, duties.rules, whole.last, limit))
        if whole.last is None:
            return whole


def test_what_the_facts_say_does_not_differ_whatever_time_has_passed(duty_city: Duties) -> None:
    duty_city.settle()
    duty_city.city.wait(days=30)

    found = checked(duty_city)

    assert found.duties == len(duty_city.all(DutyKind.UPLOAD)) > 0
    assert (found.differ, found.lacking, found.waiting) == ([], [], [])


@pytest.mark.parametrize(
    "change",
    [
        "due_at = NULL",
        "met_at = opened_at",
        "state = 'met'",
        "state = 'excused'",
        "next_at = NULL",
        "clock = 'received'",
    ],
)
def test_a_duty_changed_by_hand_is_named_and_left_as_it_is(duty_city: Duties, change: str) -> None:
    duty_city.settle()
    [duty] = [one for one in duty_city.all(DutyKind.UPLOAD) if one.state is DutyState.RUNNING]
    statement = f"UPDATE duty SET {change} WHERE state = 'running' AND kind = 'upload'"
    duty_city.city.tamper("duty", statement)
    before, entries = duty_city.all(), duty_city.city.entries()

    assert checked(duty_city).differ == [duty.id]
    assert duty_city.all() == before
    assert duty_city.city.entries() == entries


def test_a_duty_given_to_somebody_else_by_hand_is_lacking(duty_city: Duties) -> None:
    duty_city.settle()
    city = duty_city.city
    city.tamper("duty", f"UPDATE duty SET owed_by_id = '{city.people['A3'].hex}' WHERE kind = 'upload'")

    assert city.activities["xf-1"] in checked(duty_city).lacking


def test_what_waits_for_the_next_sweep_is_not_called_wrong(duty_city: Duties) -> None:
    duty_city.settle()
    with duty_city.city.act() as act:
        touch(act, DutyKind.UPLOAD, [duty_city.city.activities["xf-1"]])
    duty_city.city.tamper("duty", "UPDATE duty SET due_at = NULL WHERE state = 'running' AND kind = 'upload'")

    found = checked(duty_city)

    assert duty_city.city.activities["xf-1"] in found.waiting
    assert duty_city.city.activities["xf-1"] not in found.differ


def test_a_unit_without_a_sound_policy_waits(duty_city: Duties) -> None:
    duty_city.settle()

    def refuse(_unit: object) -> None:
        raise ConfigurationError("not sound")

    duty_city.policy_of = refuse  # type: ignore[assignment]
    found = checked(duty_city)

    assert found.waiting
    assert not found.differ


def test_many_subjects_are_gone_through_in_chunks(duty_city: Duties) -> None:
    duty_city.settle()

    assert checked(duty_city, limit=1).duties == checked(duty_city).duties > 1
