"""Duties worked out again from the facts: what somebody changed by hand, or was left behind, shows (Art. 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from registry import queries
from registry.transitions import duties
from registry.transitions.duties.rechecking import Rechecked, recheck
from regulation.duties import DutyKind
from regulation.errors import ConfigurationError
from regulation.policy import Policy
from tests.fixtures.custody import ACTIVITIES, MORNING
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter, upload_of


@pytest.fixture
def settled(duty_city: Duties) -> Duties:
    enter(duty_city.city, replace(ACTIVITIES[1], ended_at=MORNING))
    duty_city.settle()
    return duty_city


def rechecked(settled: Duties, limit: int = 1) -> Rechecked:
    whole, after = Rechecked(), None
    while True:
        with settled.city.act() as act:
            done = recheck(act, DutyKind.UPLOAD, settled.rules, after, limit)
        whole.add(done)
        if done.last is None:
            return whole
        after = done.last


def test_nothing_differs_and_nothing_is_written(settled: Duties) -> None:
    entries = settled.city.entries()
    settled.city.wait(days=9)  # what time alone changes is left to the sweep
    found = rechecked(settled)
    assert (found.duties, found.differ, found.lacking, found.waiting) == (2, [], [], [])
    assert settled.city.entries() == entries


def test_what_was_changed_by_hand_is_found_and_left_as_it_is(settled: Duties) -> None:
    duty = upload_of(settled, "xf-2", "A2")
    settled.city.tamper("duty", "UPDATE duty SET due_at = '2027-01-01 00:00:00.000000' WHERE owed_by_id IS NOT NULL")
    for _ in range(2):
        assert rechecked(settled).differ == [duty.id]


def test_a_duty_that_is_lacking_is_found(settled: Duties) -> None:
    """Of two officers of one activity one has a duty, the other's row is gone."""
    both = replace(
        ACTIVITIES[0], number="xf-3", unit="xf", officers=("A1", "A2"), started_at=MORNING - timedelta(days=20)
    )
    enter(settled.city, both)
    settled.settle()
    settled.city.tamper("duty", f"DELETE FROM duty WHERE owed_by_id = {_person('A1')}")
    with settled.city.registry.reading() as reading:
        activity = queries.activities_by_number(reading, ["xf-3"])["xf-3"]
    assert rechecked(settled).lacking == [activity.id]


def _person(number: str) -> str:
    return f"(SELECT id FROM person WHERE number = '{number}')"


def test_what_waits_for_the_next_sweep_is_no_difference(settled: Duties) -> None:
    enter(settled.city, replace(ACTIVITIES[1], ended_at=MORNING + timedelta(hours=1)))
    settled.city.wait(hours=2)
    found = rechecked(settled)
    assert (found.differ, found.waiting) == ([], [settled.city.activities["xf-2"]])


def test_what_waits_for_a_sound_policy_is_no_difference(settled: Duties) -> None:
    def unsound(_unit: UUID) -> Policy:
        raise ConfigurationError("Not sound.", subject="xf.toml", article="Art. 23")

    settled.policy_of = unsound
    found = rechecked(settled)
    assert (found.differ, sorted(found.waiting)) == ([], sorted(settled.city.activities.values()))


def test_one_kind_is_not_taken_for_another(settled: Duties) -> None:
    with settled.city.act() as act:
        found = recheck(act, DutyKind.FILING, settled.rules)
        duties.touch(act, DutyKind.FILING, [])
    assert (found.duties, found.last) == (0, None)


def test_a_subject_that_lost_its_only_duty_is_found(settled: Duties) -> None:
    duty = upload_of(settled, "xf-2", "A2")
    settled.city.tamper("duty", f"DELETE FROM duty WHERE subject_id = '{_written(settled, duty.subject_id)}'")
    assert rechecked(settled).lacking == [duty.subject_id]


def _written(settled: Duties, one: UUID) -> str:
    """An id as the engine writes it."""
    return one.hex if settled.city.registry.engine.dialect.name == "sqlite" else str(one)


def test_every_kind_of_duty_says_what_it_can_be_about(settled: Duties) -> None:
    for kind in DutyKind:
        with settled.city.act() as act:
            recheck(act, kind, settled.rules)
