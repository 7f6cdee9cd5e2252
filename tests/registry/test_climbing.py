"""The ladder being climbed: who hears of which duty, once, whatever crashes or is missing (Art. 16, 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import select

from registry.queries.organisation import organisation_at
from registry.tables import Duty, NoticeLine
from registry.transitions import directory, duties, notices
from registry.transitions.directory import PersonEntry
from regulation.duties import DutyState
from regulation.errors import ConfigurationError
from regulation.ladder import Step
from regulation.policy import CITY_POLICY, Policy
from regulation.vocabulary import Role
from tests.fixtures.custody import ACTIVITIES, APPOINTMENTS, MORNING, City
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter, upload_of

DUE = MORNING + timedelta(hours=24)
HOUR = timedelta(hours=1)


@pytest.fixture
def late(duty_city: Duties) -> Duties:
    """Activity xf-2 has ended: its footage is due in 24 hours. That of xf-1 is excused, to be out of the way."""
    enter(duty_city.city, replace(ACTIVITIES[1], ended_at=MORNING))
    duty_city.settle()
    other = upload_of(duty_city, "xf-1", None)
    with duty_city.city.act() as act:
        duties.excuse_duty(act, other.id, duty_city.city.people["L2"], "设备损坏", duty_city.rules)
    return duty_city


def mine(late: Duties) -> Duty:
    return upload_of(late, "xf-2", "A2")


def lines(late: Duties) -> list[tuple[str, Step, Role | None, Role | None]]:
    """Who was told at which step, as what, in whose place."""
    numbers = {person: number for number, person in late.city.people.items()}
    with late.city.registry.reading() as reading:
        rows = list(reading.exec(select(NoticeLine)))
    return sorted((numbers[one.person_id], one.step, one.role, one.instead_of) for one in rows)


def test_each_rung_has_its_very_moment(late: Duties) -> None:
    for moment, level in (
        (DUE - 4 * HOUR - timedelta(microseconds=1), 0),
        (DUE - 4 * HOUR, 1),
        (DUE - timedelta(microseconds=1), 1),
        (DUE, 2),
        (DUE + 4 * HOUR, 3),
        (DUE + 24 * HOUR, 4),
        (DUE + 72 * HOUR, 5),
    ):
        late.city.now = moment
        late.sweep()
        assert mine(late).level == level
    assert mine(late).next_at is None


def test_at_the_very_moment_it_is_due_it_is_not_overdue_yet(late: Duties) -> None:
    late.city.now = DUE
    late.sweep()
    assert (mine(late).state, mine(late).next_at) == (DutyState.RUNNING, DUE + timedelta(microseconds=1))
    late.city.wait(minutes=5)
    late.sweep()
    assert (mine(late).state, mine(late).next_at) == (DutyState.OVERDUE, DUE + 4 * HOUR)


def test_after_an_outage_every_rung_is_caught_up_in_one_sweep_and_one_notice_a_person(late: Duties) -> None:
    late.city.now = DUE + timedelta(days=20)
    done = late.sweep()
    assert (done.considered, done.overdue, done.lines) == (1, 1, 6)
    assert done.behind == timedelta(days=20, hours=4)
    assert [step for _, step in late.told()] == [Step.REMINDER, Step.DUE, Step.DUE, *list(Step)[2:]]
    assert len(late.notices()) == len({one.person_id for one in late.notices()}) == 5


def test_who_is_away_is_stood_in_for_by_who_acts_at_that_moment(late: Duties) -> None:
    acting = replace(
        APPOINTMENTS[1], person="A1", unit="xfa", role=Role.DEPARTMENT_HEAD, valid_from=DUE, valid_to=DUE + 5 * HOUR
    )
    with late.city.act() as act:
        directory.enter_appointments(act, [replace(acting, acting=True)])
    late.city.now = DUE + 4 * HOUR
    late.sweep()
    assert ("A1", Step.DEPARTMENT_HEAD, Role.DEPARTMENT_HEAD, None) in lines(late)


def test_an_acting_appointment_that_has_ended_is_told_nothing(late: Duties) -> None:
    acting = replace(
        APPOINTMENTS[1], person="A1", unit="xfa", role=Role.DEPARTMENT_HEAD, valid_to=DUE + 4 * HOUR, acting=True
    )
    with late.city.act() as act:
        directory.enter_appointments(act, [acting])
    late.city.now = DUE + 4 * HOUR
    late.sweep()
    assert [number for number, step in late.told(Step.DEPARTMENT_HEAD)] == ["L1"]


def test_a_vacant_role_is_told_one_up_and_says_so(late: Duties) -> None:
    leave(late.city, "L1")
    late.city.now = DUE + 4 * HOUR
    late.sweep()
    assert ("L2", Step.DEPARTMENT_HEAD, Role.SUPERVISING_LEADER, Role.DEPARTMENT_HEAD) in lines(late)


def leave(city: City, *numbers: str) -> None:
    """Their last day is over."""
    units = {"L1": "xfa", "L2": "xf", "L3": "xf", "S1": "city"}
    gone = [PersonEntry(one, "领导", units[one], left_on=date(2026, 11, 20)) for one in numbers]
    with city.act() as act:
        directory.enter_people(act, gone)


def test_where_there_is_nobody_at_all_it_is_asked_again_within_the_hour(late: Duties) -> None:
    leave(late.city, "L1", "L2", "L3", "S1")
    late.city.now = DUE + 4 * HOUR
    done = late.sweep()
    assert (done.untold, mine(late).level, mine(late).next_at) == (1, 2, late.city.now + HOUR)

    with late.city.act() as act:
        directory.enter_people(act, [PersonEntry("L1", "领导", "xfa")])
    late.city.wait(hours=1)
    assert late.sweep().lines == 1
    assert (mine(late).level, mine(late).next_at) == (3, DUE + 24 * HOUR)


def test_a_pause_is_waited_for_and_what_it_hid_is_told_at_its_end(late: Duties) -> None:
    late.city.now = DUE - HOUR
    with late.city.act() as act:
        duties.pause_duty(act, mine(late).id, late.city.people["L1"], "复核", DUE + 9 * HOUR, late.rules)
    assert (mine(late).state, mine(late).due_at) == (DutyState.PAUSED, DUE + 10 * HOUR)
    late.sweep()
    assert mine(late).level == 0

    late.city.now = DUE + 9 * HOUR
    late.sweep()
    assert (mine(late).state, mine(late).level, mine(late).next_at) == (DutyState.RUNNING, 1, DUE + 10 * HOUR)


def test_a_pause_that_lasts_longer_than_the_row_says_still_holds(late: Duties) -> None:
    """The row's next moment is only a hint; the decision is what counts."""
    late.city.now = DUE - HOUR
    with late.city.act() as act:
        duties.pause_duty(act, mine(late).id, late.city.people["L1"], "复核", DUE + 9 * HOUR, late.rules)
    with late.city.act() as act:
        act.connection.execute(text("UPDATE duty SET next_at = :now WHERE state = 'paused'"), {"now": "2026-11-23"})
    late.city.now = DUE + 8 * HOUR
    assert late.sweep().lines == 0
    assert (mine(late).state, mine(late).next_at) == (DutyState.PAUSED, DUE + 9 * HOUR)


def test_a_unit_without_a_sound_policy_is_left_out_and_named_and_caught_up_later(late: Duties) -> None:
    bad = late.city.unit_id("xfa")

    def policy_of(unit_id: UUID) -> Policy:
        if unit_id == bad:
            raise ConfigurationError("Not sound.", subject="xfa.toml: upload_hours", article="Art. 23")
        return CITY_POLICY

    late.city.now = DUE + HOUR
    with late.city.act() as act:
        sweep_id = notices.begin_sweep(act, "deadline-escalation", "test")
    assert sweep_id is not None
    climber = duties.Climber(duties.Rules(policy_of, late.rules.is_working_day), notices.Gathering(sweep_id))
    with late.city.act() as act:
        assert climber.climb(act, organisation_at(act.session, act.at)).considered == 0
    assert list(climber.refused) == [bad]
    assert late.sweep().lines == 3


def test_batches_of_one_go_on_until_nothing_is_left(duty_city: Duties) -> None:
    enter(duty_city.city, replace(ACTIVITIES[1], ended_at=MORNING))
    duty_city.city.now = DUE + HOUR
    done = duty_city.sweep(batch=1)
    assert (done.considered, done.lines) == (2, 5)
    people = [one.person_id for one in duty_city.notices()]
    assert len(people) == len(set(people))


def test_what_is_overdue_already_when_it_is_opened_is_entered_as_such(duty_city: Duties) -> None:
    """Activities are entered afterwards: then settling, not the clock, is where a duty becomes overdue."""
    city = duty_city.city
    city.now = DUE + HOUR
    assert (duty_city.settle().overdue, duty_city.sweep().overdue) == (1, 0)
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    assert (duty_city.settle().overdue, duty_city.sweep().overdue) == (1, 0)
    for unit in ("xf", "xfa"):
        assert city.events(city.unit_id(unit)).count("duty.overdue") == 1


def test_two_of_one_unit_in_one_batch_are_told_to_the_same_people(duty_city: Duties) -> None:
    for number in ("xf-2", "xf-3"):
        enter(duty_city.city, replace(ACTIVITIES[1], number=number, ended_at=MORNING, officers=("A2",)))
    duty_city.city.now = DUE + 4 * HOUR
    duty_city.sweep()
    assert sorted(number for number, _ in duty_city.told(Step.DEPARTMENT_HEAD)) == ["L1", "L1", "L2"]
