"""A return to the unit is reported by whoever was away, or on their word; once, and as it can have been (Art. 16)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from registry import queries
from registry.ledger import verify, verify_rows
from registry.tables import Activity, Duty
from registry.transitions import directory
from registry.transitions.directory import ActivityEntry, AppointmentEntry
from registry.transitions.duties.rechecking import recheck
from registry.transitions.returning import report_return
from registry.types import new_id
from regulation.access_terms import FieldDenied
from regulation.duties import Clock, DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.vocabulary import Role
from tests.fixtures.custody import MORNING, YEAR_BEGIN, City
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter, remote

HOUR = timedelta(hours=1)
ENDED = MORNING - HOUR
BACK = MORNING + 9 * HOUR


@pytest.fixture
def away(duty_city: Duties) -> Duties:
    """A2 was on remote work, and it is ten hours later."""
    enter(duty_city.city, remote())
    duty_city.settle()
    duty_city.city.wait(hours=10)
    return duty_city


def activity_of(city: City, number: str = "xf-9") -> Activity:
    with city.registry.reading() as reading:
        return queries.activities_by_number(reading, [number])[number]


def report(city: City, by: str = "A2", at: datetime = BACK, number: str = "xf-9") -> None:
    with city.act() as act:
        report_return(act, activity_of(city, number).id, at, city.people[by])


def duties_of(duties: Duties, activity_id: UUID) -> tuple[Duty, Duty]:
    """The footage and the report that are owed."""
    [footage], [returned] = (
        [one for one in duties.all(kind) if one.subject_id == activity_id]
        for kind in (DutyKind.UPLOAD, DutyKind.RETURN_REPORT)
    )
    return footage, returned


def facts(city: City, activity_id: UUID) -> dict[str, object]:
    with city.registry.reading() as reading:
        return dict(json.loads(queries.history_of(reading, activity_id)[-1].facts))


def assert_sound(duties: Duties) -> None:
    registry = duties.city.registry
    assert (verify(registry).problems, verify_rows(registry).problems) == ([], [])
    for kind in (DutyKind.UPLOAD, DutyKind.RETURN_REPORT):
        with duties.city.act() as act:
            found = recheck(act, kind, duties.rules, None)
        assert (found.differ, found.lacking) == ([], [])


@pytest.mark.parametrize("by", ["A2", "A3", "head"])
def test_the_report_meets_its_duty_and_starts_the_clock_of_the_upload(away: Duties, by: str) -> None:
    city = away.city
    if by == "head":
        by = head_of_xf(city)
    report(city, by)
    away.settle()

    activity = activity_of(city)
    assert (activity.returned_at, activity.return_reported_at) == (BACK, city.now)
    footage, returned = duties_of(away, activity.id)
    assert (returned.state, returned.met_at) == (DutyState.MET, city.now)
    assert (footage.clock, footage.state, footage.due_at) == (Clock.RETURNED, DutyState.RUNNING, BACK + 24 * HOUR)
    assert city.events(activity.id) == ["activity.entered", "activity.changed"]
    told = facts(city, activity.id)
    assert (told["changed"], told["person_id"]) == (["returned_at", "return_reported_at"], str(city.people[by]))
    assert_sound(away)


def head_of_xf(city: City) -> str:
    """L1 heads the unit that the activity is of, too."""
    with city.act() as act:
        directory.enter_appointments(act, [AppointmentEntry("L1", "xf", Role.DEPARTMENT_HEAD, YEAR_BEGIN)])
    return "L1"


def test_it_is_as_if_it_had_been_imported(away: Duties) -> None:
    """Of two trips of the same course one is reported, the other entered with its return."""
    city, imported = away.city, replace(remote(), number="xf-10")
    enter(city, imported)
    away.settle()
    report(city)
    enter(city, replace(imported, returned_at=BACK))
    away.settle()

    one, other = activity_of(city), activity_of(city, "xf-10")
    assert (one.returned_at, one.return_reported_at) == (other.returned_at, other.return_reported_at)
    told = facts(city, one.id)
    assert told.pop("person_id") == str(city.people["A2"])
    assert told == facts(city, other.id)
    same = [
        [(duty.state, duty.clock, duty.clock_started_at, duty.due_at, duty.met_at) for duty in duties_of(away, each.id)]
        for each in (one, other)
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize("by", ["A1", "B1", "L1", "L2", "L3", "S1"])
def test_nobody_else_reports_it(away: Duties, by: str) -> None:
    entries = away.city.entries()
    with pytest.raises(ActionDenied, match="Only an officer of the activity") as told:
        report(away.city, by)
    assert (told.value.article, activity_of(away.city).returned_at) == ("Art. 16", None)
    assert away.city.entries() == entries


@pytest.mark.parametrize(
    ("at", "why"),
    [(ENDED - timedelta(minutes=1), "not before the end"), (MORNING + timedelta(hours=10, seconds=1), "in the future")],
)
def test_a_return_that_cannot_be_names_its_field(away: Duties, at: datetime, why: str) -> None:
    with pytest.raises(FieldDenied, match=why) as told:
        report(away.city, at=at)
    assert (told.value.field, told.value.article) == ("returned_at", "Art. 16")
    assert activity_of(away.city).returned_at is None


@pytest.mark.parametrize(
    ("at", "clock", "started"),
    [
        (ENDED, Clock.ACTIVITY_ENDED, ENDED + timedelta(seconds=40)),
        (ENDED + timedelta(minutes=1), Clock.RETURNED, ENDED + timedelta(minutes=1)),
        (MORNING + 10 * HOUR, Clock.RETURNED, MORNING + 10 * HOUR),
    ],
)
def test_said_to_the_minute_it_may_be_the_end_of_the_activity_or_now(
    away: Duties, at: datetime, clock: Clock, started: datetime
) -> None:
    enter(away.city, replace(remote(), ended_at=ENDED + timedelta(seconds=40)))
    report(away.city, at=at.astimezone(ZoneInfo("Asia/Shanghai")))
    away.settle()
    footage, _ = duties_of(away, activity_of(away.city).id)
    assert (footage.clock, footage.clock_started_at) == (clock, started)
    assert_sound(away)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (replace(remote(), remote_reason=None), "No remote, continuous or outlying work"),
        (replace(remote(), ended_at=None), "has not ended yet"),
        (replace(remote(), returned_at=BACK), "reported already"),
    ],
)
def test_only_a_return_that_is_awaited_is_reported(away: Duties, entry: ActivityEntry, why: str) -> None:
    enter(away.city, entry)
    entries = away.city.entries()
    with pytest.raises(ActionDenied, match=why) as told:
        report(away.city)
    assert told.value.article == "Art. 16"
    assert away.city.entries() == entries


def test_it_is_reported_once(away: Duties) -> None:
    report(away.city)
    with pytest.raises(ActionDenied, match="reported already"):
        report(away.city, "A3", BACK - HOUR)
    assert activity_of(away.city).returned_at == BACK


def test_there_is_no_return_from_no_activity(away: Duties) -> None:
    with pytest.raises(ActionDenied, match=r"no such activity"), away.city.act() as act:
        report_return(act, new_id(), BACK, away.city.people["A2"])


def test_a_sheet_that_does_not_name_the_return_takes_none_back(away: Duties) -> None:
    """The directory is entered again and again, from where nobody knows what was reported here."""
    city = away.city
    report(city)
    reported_at = city.now
    city.wait(hours=1)
    entries = city.entries()
    enter(city, remote())
    assert city.entries() == entries
    enter(city, replace(remote(), place="更远处"))
    activity = activity_of(city)
    assert (activity.returned_at, activity.return_reported_at) == (BACK, reported_at)
    enter(city, replace(remote(), returned_at=BACK + HOUR))
    activity = activity_of(city)
    assert (activity.returned_at, activity.return_reported_at) == (BACK + HOUR, reported_at), "a correction"
    away.settle()
    assert_sound(away)
