"""Duties opened, timed and met by facts, and by nothing else (Art. 6, 7, 15, 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from registry.tables import Duty
from registry.transitions import directory, docking, duties
from registry.transitions.checks import record_check
from registry.transitions.directory import ActivityEntry, CustodyEntry, PersonEntry
from registry.transitions.docking import Probed
from regulation.duties import Clock, DutyKind, DutyState
from regulation.errors import ActionDenied, ConfigurationError
from regulation.filing import FilingDecision, Outcome
from regulation.ladder import Step
from regulation.policy import CITY_POLICY, Policy
from regulation.vocabulary import ActivityKind, MediaKind, RemoteReason
from tests.fixtures.custody import ACTIVITIES, MORNING, City
from tests.fixtures.duties import Duties

DAY = timedelta(days=1)


def enter(city: City, *entries: ActivityEntry) -> None:
    with city.act() as act:
        directory.enter_activities(act, entries)


def remote(number: str = "xf-9") -> ActivityEntry:
    return ActivityEntry(
        number,
        "xf",
        ActivityKind.INSPECTION,
        "远处",
        ("A2",),
        MORNING - timedelta(hours=5),
        MORNING - timedelta(hours=1),
        remote_reason=RemoteReason.OTHER_PLACE,
    )


def store(
    city: City, activity: str, officer: str, content: str = "a", seal: bool = True, wireless: bool = False
) -> UUID:
    """Footage of `officer` taken in, filed under the activity and sealed."""
    with city.act() as act:
        source = f"/dock/{content}"
        session = docking.open_session(act, unit_code="xf", source=source, wireless=wireless)
    [recording] = city.store(session, content)
    probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=city.people[officer])
    with city.act() as act:
        docking.record_probes(act, session.id, [probed])
        decision = FilingDecision(recording.id, Outcome.FILED, city.activities[activity], ())
        docking.file_recordings(act, session.id, [decision], rules=Duties(city).rules)
    if seal:
        city.seal(session)
    return session.id


def upload_of(city_duties: Duties, activity: str, officer: str | None) -> Duty:
    owed_by = None if officer is None else city_duties.city.people[officer]
    subject = city_duties.city.activities[activity]
    [duty] = [one for one in city_duties.all(DutyKind.UPLOAD) if (one.subject_id, one.owed_by_id) == (subject, owed_by)]
    return duty


def test_who_kept_a_recorder_during_an_activity_owes_its_footage(duty_city: Duties) -> None:
    duty_city.settle()

    nobody, a2 = upload_of(duty_city, "xf-1", None), upload_of(duty_city, "xf-2", "A2")
    assert (nobody.clock, nobody.due_at) == (Clock.ACTIVITY_ENDED, MORNING + timedelta(hours=22))
    assert (nobody.state, nobody.next_at) == (DutyState.RUNNING, MORNING + timedelta(hours=18))
    assert (a2.clock, a2.state, a2.due_at, a2.next_at) == (Clock.AWAITS_END, DutyState.WAITING, None, None)
    assert len(duty_city.all(DutyKind.UPLOAD)) == 2


def test_settling_again_changes_nothing(duty_city: Duties) -> None:
    assert duty_city.settle().opened == 2
    entries = duty_city.city.entries()
    with duty_city.city.act() as act:
        duties.touch(act, DutyKind.UPLOAD, duty_city.city.activities.values())
    again = duty_city.settle()
    assert (again.opened, again.changed, again.met) == (0, 0, 0)
    assert duty_city.city.entries() == entries


def test_the_clock_starts_when_the_activity_has_ended(duty_city: Duties) -> None:
    duty_city.settle()
    ended = replace(ACTIVITIES[1], ended_at=MORNING)
    enter(duty_city.city, ended)
    assert duty_city.settle().changed == 1

    duty = upload_of(duty_city, "xf-2", "A2")
    assert (duty.state, duty.clock_started_at, duty.due_at) == (DutyState.RUNNING, MORNING, MORNING + DAY)
    assert duty_city.city.events(duty.id) == ["duty.opened", "duty.changed"]


def test_sealed_footage_of_its_officer_meets_the_duty(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    store(city, "xf-2", "A1", "of another officer")
    store(city, "xf-2", "A2", "not sealed", seal=False)
    duty_city.settle()
    assert upload_of(duty_city, "xf-2", "A2").state is DutyState.RUNNING

    city.wait(hours=5)
    store(city, "xf-2", "A2", "sealed")
    duty_city.settle()
    duty = upload_of(duty_city, "xf-2", "A2")
    assert (duty.state, duty.met_at, duty.next_at) == (DutyState.MET, city.now, None)


def test_footage_that_comes_late_meets_it_late(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    city.wait(hours=24, seconds=1)
    store(city, "xf-2", "A2")
    duty_city.settle()
    assert upload_of(duty_city, "xf-2", "A2").state is DutyState.MET_LATE


def test_what_comes_over_the_air_counts_once_somebody_confirms_it(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    session = store(city, "xf-2", "A2", wireless=True)
    duty_city.settle()
    assert upload_of(duty_city, "xf-2", "A2").state is DutyState.RUNNING

    city.wait(hours=1)
    with pytest.raises(ActionDenied, match=r"Art\. 16"), city.act() as act:
        docking.confirm_arrival(act, session, city.people["B1"])
    with city.act() as act:
        docking.confirm_arrival(act, session, city.people["A2"])
    duty_city.settle()
    duty = upload_of(duty_city, "xf-2", "A2")
    assert (duty.state, duty.met_at) == (DutyState.MET, city.now)


def test_away_on_remote_work_the_return_is_owed_and_starts_the_clock(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, remote())
    duty_city.settle()
    [report] = duty_city.all(DutyKind.RETURN_REPORT)
    [footage] = [one for one in duty_city.all(DutyKind.UPLOAD) if one.clock is Clock.AWAITS_RETURN]
    assert (report.owed_by_id, report.state) == (city.people["A2"], DutyState.RUNNING)
    assert report.due_at == MORNING + timedelta(hours=71)

    city.wait(hours=10)
    enter(city, replace(remote(), returned_at=MORNING + timedelta(hours=9)))
    duty_city.settle()
    [report] = duty_city.all(DutyKind.RETURN_REPORT)
    [footage] = [one for one in duty_city.all(DutyKind.UPLOAD) if one.id == footage.id]
    assert (report.state, report.met_at) == (DutyState.MET, city.now)
    assert (footage.clock, footage.due_at) == (Clock.RETURNED, MORNING + timedelta(hours=33))


@pytest.mark.parametrize("how", ["left", "moved"])
def test_who_leaves_or_moves_gives_the_recorder_back(duty_city: Duties, how: str) -> None:
    city = duty_city.city
    gone = PersonEntry("A2", "乙", "xf", left_on=date(2026, 11, 23)) if how == "left" else PersonEntry("A2", "乙", "jt")
    with city.act() as act:
        directory.enter_people(act, [gone])
    duty_city.settle()
    [recall] = duty_city.all(DutyKind.DEVICE_RECALL)
    assert (recall.owed_by_id, recall.unit_id, recall.clock) == (None, city.unit_id("xf"), Clock.LEFT)
    assert recall.state is DutyState.RUNNING

    city.wait(days=1)
    with city.act() as act:
        returned = CustodyEntry("D1", "A2", MORNING - timedelta(days=10), city.now)
        directory.enter_custody(act, [returned])
    duty_city.settle()
    [recall] = duty_city.all(DutyKind.DEVICE_RECALL)
    assert (recall.state, recall.met_at) == (DutyState.MET, city.now)


@pytest.mark.parametrize("how", ["mended", "another"])
def test_a_recorder_that_fails_its_check_is_replaced(duty_city: Duties, how: str) -> None:
    city = duty_city.city
    with city.act() as act:
        record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now, battery_ok=False)
    duty_city.settle()
    [duty] = duty_city.all(DutyKind.DEVICE_REPLACEMENT)
    assert duty.state is DutyState.RUNNING

    city.wait(hours=2)
    with city.act() as act:
        if how == "mended":
            record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now)
        else:
            directory.enter_custody(act, [CustodyEntry("D2", "A2", city.now)])
    duty_city.settle()
    [duty] = duty_city.all(DutyKind.DEVICE_REPLACEMENT)
    assert (duty.state, duty.met_at) == (DutyState.MET, city.now)


def test_a_check_that_is_passed_or_lies_ahead_opens_nothing(duty_city: Duties) -> None:
    city = duty_city.city
    with city.act() as act:
        record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now)
    with pytest.raises(ActionDenied, match=r"Art\. 7"), city.act() as act:
        record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now + DAY, works=False)
    with pytest.raises(ActionDenied, match=r"Art\. 7"), city.act() as act:
        record_check(act, city.people["A2"], city.people["A2"], checked_at=city.now)
    duty_city.settle()
    assert duty_city.all(DutyKind.DEVICE_REPLACEMENT) == []


def test_a_unit_whose_policy_is_not_sound_waits_and_the_others_do_not(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, ActivityEntry("jt-1", "jt", ActivityKind.INSPECTION, "某桥", ("B1",), MORNING - DAY, MORNING))
    bad = city.unit_id("xf")

    def policy_of(unit_id: UUID) -> Policy:
        if unit_id == bad:
            raise ConfigurationError("Not sound.", subject="xf.toml: upload_hours", article="Art. 23")
        return CITY_POLICY

    duty_city.policy_of = policy_of
    first = duty_city.settle()
    assert (list(first.refused), {one.unit_id for one in duty_city.all()}) == (
        [bad],
        {city.unit_id("jt"), city.unit_id("xfa")},
    )
    duty_city.policy_of = lambda _unit: CITY_POLICY
    assert duty_city.settle().opened == 1


def test_the_ladder_is_climbed_once_however_often_it_is_swept(duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    for _ in range(30):
        city.wait(hours=4)
        duty_city.sweep()
        duty_city.sweep()
    mine = upload_of(duty_city, "xf-2", "A2")
    assert (mine.state, mine.level, mine.next_at) == (DutyState.OVERDUE, len(Step), None)
    told = [step for number, step in duty_city.told() if number == "A2"]
    assert told == [Step.REMINDER, Step.DUE]
    assert city.events(city.unit_id("xfa")).count("duty.overdue") == 1
    above = [number for number, step in duty_city.told() if step not in (Step.REMINDER, Step.DUE)]
    assert above == ["L2", "L1", "L2", "L2", "L3", "L3"]  # xf itself has no head: of xf-1 its L2 hears instead
