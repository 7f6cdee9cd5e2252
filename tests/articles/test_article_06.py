"""Art. 6: on transfer or leaving the recorder is taken back and issued anew; the device administrator sees to it.

The clock starts when the keeper no longer belongs to the recorder's unit: with the transfer, or after the last day of
duty. The text sets no time; three working days are given (chosen).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.tables import Duty
from registry.transitions import directory
from registry.transitions.directory import CustodyEntry, PersonEntry
from regulation.articles import Status, clause
from regulation.duties import RULES, Clock, DutyKind, DutyState
from regulation.ladder import Step
from regulation.vocabulary import Role
from tests.fixtures.custody import MORNING, YEAR_BEGIN
from tests.fixtures.duties import Duties

ISSUED = MORNING - timedelta(days=10)
"""To A2 of unit xf, who has kept D1 since then. Today is Monday, 23 November 2026."""

MIDNIGHT = datetime(2026, 11, 23, 16, tzinfo=UTC)
"""When Tuesday begins in Shanghai."""


def enter_person(duty_city: Duties, unit: str = "xf", left_on: date | None = None) -> None:
    with duty_city.city.act() as act:
        directory.enter_people(act, [PersonEntry("A2", "乙", unit, left_on=left_on)])


def give_back(duty_city: Duties, at: datetime) -> None:
    with duty_city.city.act() as act:
        directory.enter_custody(act, [CustodyEntry("D1", "A2", ISSUED, at)])


def recalls(duty_city: Duties) -> list[Duty]:
    duty_city.settle()
    return duty_city.all(DutyKind.DEVICE_RECALL)


def test_the_demand_is_enforced_and_owed_by_the_device_administrator() -> None:
    assert clause("6-3").status is Status.ENFORCED
    assert RULES[DutyKind.DEVICE_RECALL].owed_by is Role.DEVICE_ADMINISTRATOR


def test_while_nobody_leaves_nothing_is_recalled(duty_city: Duties) -> None:
    assert recalls(duty_city) == []


def test_a_transfer_to_another_unit_starts_the_clock_at_once(duty_city: Duties) -> None:
    enter_person(duty_city, "jt")
    [recall] = recalls(duty_city)
    assert (recall.clock, recall.clock_started_at, recall.owed_by_id) == (Clock.LEFT, MORNING, None)
    # Three working days after Monday, at the same time of day: Thursday.
    assert recall.due_at == MORNING + timedelta(days=3)


def test_it_is_owed_in_the_recorders_unit_wherever_its_keeper_went(duty_city: Duties) -> None:
    enter_person(duty_city, "jt")
    [recall] = recalls(duty_city)
    assert recall.unit_id == duty_city.city.unit_id("xf")


def test_the_last_day_is_still_one_of_duty(duty_city: Duties) -> None:
    enter_person(duty_city, left_on=date(2026, 11, 23))
    [recall] = recalls(duty_city)
    assert (recall.clock_started_at, recall.state) == (MIDNIGHT, DutyState.RUNNING)


def test_a_recorder_given_back_on_the_last_day_is_no_recall(duty_city: Duties) -> None:
    duty_city.city.wait(hours=8)
    give_back(duty_city, duty_city.city.now)
    enter_person(duty_city, left_on=date(2026, 11, 23))
    assert recalls(duty_city) == []


def test_a_leaving_entered_only_after_a_late_return_is_still_on_record(duty_city: Duties) -> None:
    duty_city.city.wait(days=10)
    give_back(duty_city, duty_city.city.now)
    assert recalls(duty_city) == []
    enter_person(duty_city, left_on=date(2026, 11, 23))
    [recall] = recalls(duty_city)
    assert (recall.clock_started_at, recall.state) == (MIDNIGHT, DutyState.MET_LATE)


def test_a_second_transfer_does_not_start_the_clock_again(duty_city: Duties) -> None:
    enter_person(duty_city, "jt")
    [first] = recalls(duty_city)
    duty_city.city.wait(days=2)
    enter_person(duty_city, "city")
    [second] = recalls(duty_city)
    assert (second.clock_started_at, second.due_at) == (first.clock_started_at, first.due_at)
    enter_person(duty_city, "city", left_on=date(2026, 11, 27))
    [third] = recalls(duty_city)
    assert (third.clock_started_at, third.due_at) == (first.clock_started_at, first.due_at)


def test_a_weekend_does_not_count(duty_city: Duties) -> None:
    """Friday the 27th is the last day: the clock starts with Saturday, three working days after it is Wednesday."""
    enter_person(duty_city, left_on=date(2026, 11, 27))
    [recall] = recalls(duty_city)
    assert recall.clock_started_at == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert recall.due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(("days", "state"), [(2, DutyState.MET), (4, DutyState.MET_LATE)])
def test_the_return_meets_it_and_nothing_else(duty_city: Duties, days: int, state: DutyState) -> None:
    enter_person(duty_city, "jt")
    duty_city.city.wait(days=days)
    assert recalls(duty_city)[0].met_at is None
    give_back(duty_city, duty_city.city.now)
    [recall] = recalls(duty_city)
    assert (recall.state, recall.met_at) == (state, duty_city.city.now)


def test_taken_back_it_is_issued_anew_and_the_next_keeper_owes_nothing(duty_city: Duties) -> None:
    enter_person(duty_city, "jt")
    duty_city.settle()
    duty_city.city.wait(days=1)
    give_back(duty_city, duty_city.city.now)
    with duty_city.city.act() as act:
        directory.enter_custody(act, [CustodyEntry("D1", "A1", duty_city.city.now)])
    [recall] = recalls(duty_city)
    assert recall.state is DutyState.MET


def test_who_kept_it_before_and_gave_it_back_long_ago_is_free_to_go(duty_city: Duties) -> None:
    with duty_city.city.act() as act:
        directory.enter_people(act, [PersonEntry("A1", "甲", "jt")])
    assert recalls(duty_city) == []


def test_who_comes_back_still_has_the_recall_until_the_recorder_was_returned(duty_city: Duties) -> None:
    enter_person(duty_city, "jt")
    duty_city.settle()
    duty_city.city.wait(days=1)
    enter_person(duty_city, "xf")
    [recall] = recalls(duty_city)
    assert (recall.state, recall.clock_started_at) == (DutyState.RUNNING, MORNING)


def test_the_administrator_is_reminded_then_the_leaders_hear(duty_city: Duties) -> None:
    """The duty names no officer: the one who left need not do anything, and hears nothing."""
    enter_person(duty_city, "jt")
    due = MORNING + timedelta(days=3)
    duty_city.settle()
    heard: dict[Step, set[str]] = {}
    for step, offset in ((Step.REMINDER, -4), (Step.DUE, 0), (Step.DEPARTMENT_HEAD, 4), (Step.SUPERVISING_LEADER, 24)):
        duty_city.city.now = due + timedelta(hours=offset)
        duty_city.sweep()
        heard[step] = readers(duty_city, step)
    duty_city.city.now = due + timedelta(hours=72)
    duty_city.sweep()
    assert heard == {
        Step.REMINDER: {"A3"},
        Step.DUE: {"A3"},
        Step.DEPARTMENT_HEAD: {"L2"},  # unit xf itself has no head: one up
        Step.SUPERVISING_LEADER: {"L2"},
    }
    assert readers(duty_city, Step.PRINCIPAL_LEADER) == {"L3"}


def readers(duty_city: Duties, step: Step) -> set[str]:
    """Who was told of recalls at this step."""
    people = {person: number for number, person in duty_city.city.people.items()}
    [recall] = duty_city.all(DutyKind.DEVICE_RECALL)
    return {people[one.person_id] for one in duty_city.lines() if (one.duty_id, one.step) == (recall.id, step)}


def test_a_recorder_lent_from_another_unit_is_its_own_units_to_recall(duty_city: Duties) -> None:
    """B1 of unit jt keeps a recorder of xf, has never moved, and leaves: xf takes it back."""
    with duty_city.city.act() as act:
        directory.enter_custody(act, [CustodyEntry("D2", "B1", YEAR_BEGIN)])
    assert recalls(duty_city) == []
    with duty_city.city.act() as act:
        directory.enter_people(act, [PersonEntry("B1", "丁", "jt", left_on=date(2026, 11, 20))])
    [recall] = recalls(duty_city)
    assert recall.unit_id == duty_city.city.unit_id("xf")
