"""Who owes a word about a disposal list, and who sees to what was not destroyed (Art. 18, 20)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.tables import Duty
from registry.transitions import duties
from registry.transitions.duties.rechecking import recheck
from regulation.disposal import DisposalStage
from regulation.duties import Clock, DutyKind, DutyState
from tests.fixtures.disposal import Disposal

DAY = timedelta(days=1)


def owed(city: Disposal, kind: DutyKind = DutyKind.DISPOSAL_STEP) -> list[tuple[str | None, DutyState]]:
    """By whom, and how it stands; settled first."""
    city.city.settle_duties(city.rules)
    numbers = {person: number for number, person in city.city.people.items()}
    return [
        (None if one.owed_by_id is None else numbers[one.owed_by_id], one.state)
        for one in sorted(city.access.duties.all(kind), key=lambda one: (one.opened_at, str(one.owed_by_id)))
    ]


def step_duty(city: Disposal, stage: DisposalStage) -> Duty:
    return next(one for one in city.access.duties.all(DutyKind.DISPOSAL_STEP) if one.subject_id == city.step(stage))


@pytest.fixture
def listed(disposal_city: Disposal) -> Disposal:
    disposal_city.later()
    disposal_city.list_due()
    return disposal_city


def differs(city: Disposal) -> list[object]:
    found = []
    for kind in (DutyKind.DISPOSAL_STEP, DutyKind.DELETION_FAILURE):
        with city.city.act() as act:
            done = recheck(act, kind, city.rules)
        found += [*done.differ, *done.lacking]
    return found


def test_each_step_is_owed_by_whom_it_asks_and_met_by_their_word(listed: Disposal) -> None:
    running, met = DutyState.RUNNING, DutyState.MET
    assert owed(listed) == [(None, running)]
    duty = step_duty(listed, DisposalStage.APPRAISAL)
    assert (duty.clock, duty.clock_started_at) == (Clock.ASKED, listed.city.now)
    assert duty.due_at == listed.city.now + 7 * DAY  # five working days from a Tuesday
    listed.city.wait(hours=1)
    listed.appraise()
    listed.submit()
    assert owed(listed) == [(None, met), ("L3", running)]
    listed.city.wait(hours=1)
    listed.approve()
    assert sorted(owed(listed)[2:]) == [("A1", running), ("A2", running)]
    listed.city.wait(hours=1)
    listed.witness("A1")
    listed.replace("A2", "L1")
    listed.witness("L1")
    assert {state for _, state in owed(listed)} == {met}
    assert differs(listed) == []


def test_what_ends_a_list_ends_what_is_owed_about_it(listed: Disposal) -> None:
    listed.appraise()
    listed.submit()
    owed(listed)
    listed.hold("old", "older")
    assert {state for _, state in owed(listed)} == {DutyState.MET}
    assert differs(listed) == []


def test_where_nobody_may_approve_it_is_owed_by_nobody_yet(listed: Disposal) -> None:
    """And the ladder says so to those above."""
    listed.appraise()
    listed.access.leave("L3", "xf")
    listed.access.leave("S1", "city")
    listed.submit()
    assert owed(listed)[-1] == (None, DutyState.RUNNING)


def test_who_does_not_answer_is_reported_upwards(listed: Disposal) -> None:
    owed(listed)
    listed.city.wait(days=8)
    listed.access.duties.sweep()
    assert "A3" in {number for number, _ in listed.access.duties.told()}
    assert owed(listed) == [(None, DutyState.OVERDUE)]
    listed.appraise()
    listed.submit()
    assert owed(listed)[0] == (None, DutyState.MET_LATE)


def test_what_was_not_destroyed_is_somebodys_to_see_to(disposal_city: Disposal) -> None:
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin(), "locked")
    failed_at = disposal_city.city.now
    assert owed(disposal_city, DutyKind.DELETION_FAILURE) == [(None, DutyState.RUNNING)] * 2
    [duty, _] = disposal_city.access.duties.all(DutyKind.DELETION_FAILURE)
    assert (duty.clock, duty.clock_started_at) == (Clock.NOT_DESTROYED, failed_at)
    assert differs(disposal_city) == []
    disposal_city.city.wait(hours=2)
    disposal_city.retry()
    assert owed(disposal_city, DutyKind.DELETION_FAILURE) == [(None, DutyState.RUNNING)] * 2
    disposal_city.finish(disposal_city.go_on())
    assert owed(disposal_city, DutyKind.DELETION_FAILURE) == [(None, DutyState.MET)] * 2
    assert differs(disposal_city) == []
    assert disposal_city.problems() == []


def test_what_is_kept_after_all_is_seen_to(disposal_city: Disposal) -> None:
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin(), "locked")
    owed(disposal_city, DutyKind.DELETION_FAILURE)
    disposal_city.hold("old")
    assert sorted(owed(disposal_city, DutyKind.DELETION_FAILURE)) == [(None, DutyState.MET), (None, DutyState.RUNNING)]
    assert differs(disposal_city) == []


def test_a_failure_that_lasts_is_overdue(disposal_city: Disposal) -> None:
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin(), "locked")
    disposal_city.city.wait(days=4)
    disposal_city.access.duties.sweep()
    assert owed(disposal_city, DutyKind.DELETION_FAILURE) == [(None, DutyState.OVERDUE)] * 2
    with disposal_city.city.act() as act:
        assert duties.touched(act, DutyKind.DELETION_FAILURE, None, 10) == []
