"""Excused or paused: by whom, with which reason, and what becomes of the clock (Art. 16, 20)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from registry import queries
from registry.tables import Duty, DutyDecision
from registry.transitions import directory, duties
from registry.transitions.directory import AppointmentEntry
from registry.transitions.duties.deciding import LONGEST_REASON
from regulation.duties import DutyState
from regulation.errors import ActionDenied, ConfigurationError
from regulation.policy import Policy
from regulation.vocabulary import Role
from tests.fixtures.custody import ACTIVITIES, MORNING, YEAR_BEGIN
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter, store, upload_of

DUE = MORNING + timedelta(hours=24)
HOUR = timedelta(hours=1)


@pytest.fixture
def owed(duty_city: Duties) -> Duties:
    """A2 owes the footage of xf-2, whose department is xfa."""
    enter(duty_city.city, replace(ACTIVITIES[1], ended_at=MORNING))
    duty_city.settle()
    return duty_city


def mine(owed: Duties) -> Duty:
    return upload_of(owed, "xf-2", "A2")


def excuse(owed: Duties, by: str, reason: str = "设备损坏", duty_id: UUID | None = None) -> None:
    with owed.city.act() as act:
        duties.excuse_duty(act, duty_id or mine(owed).id, owed.city.people[by], reason, owed.rules)


def pause(owed: Duties, until: datetime, by: str = "L1") -> None:
    with owed.city.act() as act:
        duties.pause_duty(act, mine(owed).id, owed.city.people[by], "复核", until, owed.rules)


@pytest.mark.parametrize("by", ["L1", "L2", "L3"])
def test_the_department_head_and_the_leaders_above_may_excuse(owed: Duties, by: str) -> None:
    excuse(owed, by, "  设备损坏\n")
    assert (mine(owed).state, mine(owed).next_at) == (DutyState.EXCUSED, None)
    with owed.city.registry.reading() as reading:
        [decision] = reading.exec(select(DutyDecision))
    assert (decision.person_id, decision.reason, decision.until) == (owed.city.people[by], "设备损坏", None)


@pytest.mark.parametrize("by", ["A1", "A2", "A3", "B1", "S1"])
def test_nobody_else_may(owed: Duties, by: str) -> None:
    entries = owed.city.entries()
    with pytest.raises(ActionDenied, match=r"Art\. 16"):
        excuse(owed, by)
    assert (mine(owed).state, owed.city.entries()) == (DutyState.RUNNING, entries)


def test_nobody_excuses_their_own_not_even_as_acting_head(owed: Duties) -> None:
    held = AppointmentEntry("A2", "xfa", Role.DEPARTMENT_HEAD, YEAR_BEGIN, acting=True)
    with owed.city.act() as act:
        directory.enter_appointments(act, [held])
    with pytest.raises(ActionDenied, match="nobody their own"):
        excuse(owed, "A2")
    with pytest.raises(ActionDenied):  # now a head's duty: it takes who stands above
        excuse(owed, "L1")
    excuse(owed, "L2")


def test_an_acting_head_may_while_it_lasts(owed: Duties) -> None:
    held = AppointmentEntry("A1", "xfa", Role.DEPARTMENT_HEAD, YEAR_BEGIN, MORNING + HOUR, acting=True)
    with owed.city.act() as act:
        directory.enter_appointments(act, [held])
    owed.city.wait(hours=1)
    with pytest.raises(ActionDenied):
        excuse(owed, "A1")
    owed.city.wait(hours=-0.5)
    excuse(owed, "A1")


@pytest.mark.parametrize("reason", ["", "  \n", "长" * (LONGEST_REASON + 1)])
def test_a_reason_is_given_and_is_no_novel(owed: Duties, reason: str) -> None:
    with pytest.raises(ActionDenied, match="reason"):
        excuse(owed, "L1", reason)


def test_the_ledger_has_who_decided_and_not_the_words(owed: Duties) -> None:
    excuse(owed, "L1", "王某设备损坏")
    with owed.city.registry.reading() as reading:
        entry = queries.history_of(reading, mine(owed).id)[-1]
    assert (entry.event, entry.article) == ("duty.excused", "Art. 16")
    facts = json.loads(entry.facts)
    assert facts["person_id"] == str(owed.city.people["L1"])
    assert len(facts["reason_sha256"]) == 64
    assert "王某" not in entry.facts


def test_what_is_excused_or_met_or_unknown_is_not_decided_about(owed: Duties) -> None:
    excuse(owed, "L1")
    with pytest.raises(ActionDenied, match="no longer owed"):
        excuse(owed, "L1")
    with pytest.raises(ActionDenied, match="no such duty"):
        excuse(owed, "L1", duty_id=uuid4())


def test_excused_it_stays_whatever_the_facts_say_later(owed: Duties) -> None:
    excuse(owed, "L1")
    store(owed.city, "xf-2", "A2")
    owed.settle()
    assert mine(owed).state is DutyState.EXCUSED


def test_a_pause_moves_the_due_time_by_as_long_as_it_lasts(owed: Duties) -> None:
    owed.city.wait(hours=2)
    pause(owed, MORNING + 5 * HOUR)
    assert (mine(owed).state, mine(owed).due_at) == (DutyState.PAUSED, DUE + 3 * HOUR)
    assert mine(owed).next_at == MORNING + 5 * HOUR

    owed.city.now = MORNING + 5 * HOUR
    owed.sweep()
    assert (mine(owed).state, mine(owed).next_at) == (DutyState.RUNNING, DUE - HOUR)
    pause(owed, MORNING + 6 * HOUR)
    assert mine(owed).due_at == DUE + 4 * HOUR


def test_a_clock_is_stopped_once_at_a_time(owed: Duties) -> None:
    pause(owed, MORNING + 5 * HOUR)
    with pytest.raises(ActionDenied, match="stopped already"):
        pause(owed, MORNING + 6 * HOUR)


@pytest.mark.parametrize("hours", [0, -1])
def test_a_pause_ends_ahead_of_now(owed: Duties, hours: int) -> None:
    with pytest.raises(ActionDenied, match="ahead"):
        pause(owed, MORNING + hours * HOUR)


@pytest.mark.parametrize("hours", [24, 25])
def test_a_clock_that_has_run_out_is_not_stopped(owed: Duties, hours: int) -> None:
    owed.city.wait(hours=hours)
    with pytest.raises(ActionDenied, match="clock that runs"):
        pause(owed, MORNING + 99 * HOUR)


def test_a_clock_that_has_not_started_is_not_stopped(duty_city: Duties) -> None:
    duty_city.settle()
    with pytest.raises(ActionDenied, match="clock that runs"):
        pause(duty_city, MORNING + HOUR)


def test_while_the_policy_is_not_sound_nothing_is_decided(owed: Duties) -> None:
    def unsound(_unit: UUID) -> Policy:
        raise ConfigurationError("Not sound.", subject="xf.toml", article="Art. 23")

    entries = owed.city.entries()
    owed.policy_of = unsound
    with pytest.raises(ConfigurationError):
        excuse(owed, "L1")
    assert (mine(owed).state, owed.city.entries()) == (DutyState.RUNNING, entries)
