"""Art. 16: stored within 24 hours after the activity ends, or after the return to the unit.

Remote, continuous or outlying work starts the clock at the return, where its reason is recorded.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prefect import flow
from prefect.client.orchestration import get_client

from blocks.signing import check_signature
from flows.upload import upload_dock_session
from registry.tables import Duty
from registry.transitions import directory, docking
from registry.transitions.directory import ActivityEntry, AppointmentEntry, PersonEntry, UnitEntry
from registry.transitions.returning import report_return
from regulation.articles import Status, clause
from regulation.deadlines import UploadClock, is_late, upload_clock, upload_due
from regulation.duties import Clock, DutyKind, DutyState, Facts, due_at
from regulation.errors import ActionDenied
from regulation.expiry import floor_until
from regulation.ladder import Step, ladder
from regulation.policy import CITY_POLICY
from regulation.vocabulary import ActivityKind, RemoteReason, Role, UnitLevel
from tasks.docking.artifacts import publish_wiping
from tasks.docking.file import file_originals
from tasks.docking.probe import probe_originals
from tasks.docking.scan import scan_dump
from tasks.docking.seal import seal_session
from tasks.docking.take_in import take_in_files
from tasks.docking.wipe import Wiping, wipe_dump
from tasks.docking.work import dock_work
from tasks.progress import watched_by
from tests.fixtures.custody import ACTIVITIES, MORNING, YEAR_BEGIN
from tests.fixtures.duties import Duties
from tests.fixtures.stations import NOON, Scene
from tests.registry.test_duties import enter, remote, store, upload_of

ON = date(2026, 3, 2)
ENDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = ENDED + timedelta(hours=30)
EARLIER = ENDED - timedelta(hours=1)

CLOCK_TABLE = [
    # ended, remote reason, returned -> started, why
    (None, None, None, None, Clock.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, None, None, Clock.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, LATER, None, Clock.AWAITS_END),
    (ENDED, None, None, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, None, LATER, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, RemoteReason.CONTINUOUS_WORK, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.OTHER_PLACE, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.OUTLYING_AREA, None, None, Clock.AWAITS_RETURN),
    (ENDED, RemoteReason.CONTINUOUS_WORK, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OTHER_PLACE, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OUTLYING_AREA, LATER, LATER, Clock.RETURNED),
    (ENDED, RemoteReason.OTHER_PLACE, ENDED, ENDED, Clock.ACTIVITY_ENDED),
    (ENDED, RemoteReason.OTHER_PLACE, EARLIER, ENDED, Clock.ACTIVITY_ENDED),
]


@pytest.mark.parametrize(("ended", "reason", "returned", "started", "why"), CLOCK_TABLE)
def test_when_the_clock_starts_and_why(
    ended: datetime | None,
    reason: RemoteReason | None,
    returned: datetime | None,
    started: datetime | None,
    why: Clock,
) -> None:
    assert upload_clock(ended, reason, returned) == UploadClock(started, why)


def test_the_table_knows_every_state_and_every_reason() -> None:
    assert {row[4] for row in CLOCK_TABLE} == {
        Clock.ACTIVITY_ENDED,
        Clock.RETURNED,
        Clock.AWAITS_END,
        Clock.AWAITS_RETURN,
    }
    assert {row[1] for row in CLOCK_TABLE} - {None} == set(RemoteReason)


def test_footage_is_due_24_hours_after_the_clock_started() -> None:
    assert upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON) == ENDED + timedelta(hours=24)
    back = upload_clock(ENDED, RemoteReason.OUTLYING_AREA, LATER)
    assert upload_due(back, CITY_POLICY, ON) == LATER + timedelta(hours=24)


def test_nothing_is_due_while_the_clock_waits() -> None:
    assert upload_due(upload_clock(ENDED, RemoteReason.OTHER_PLACE, None), CITY_POLICY, ON) is None
    assert upload_due(upload_clock(None, None, None), CITY_POLICY, ON) is None


@pytest.mark.parametrize(("hours", "late"), [(0, False), (23.999, False), (24, False), (24.001, True), (200, True)])
def test_within_24_hours_includes_the_last_moment(hours: float, late: bool) -> None:
    due = upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON)
    assert due is not None
    assert is_late(ENDED + timedelta(hours=hours), due) is late


NAME = "DSJ00001_SL000001_20260521120500_0001.mp4"


@pytest.fixture
def dumped(scene: Scene, media_samples: dict[str, bytes]) -> Path:
    """A recording of an activity, on the recorder."""
    path = scene.dump / NAME
    path.write_bytes(media_samples["mp4"])
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


@pytest.mark.servers
def test_footage_stored_too_late_is_told(scene: Scene, dumped: Path) -> None:
    scene.activity()
    upload_dock_session(scene.dump, station=scene.name)
    page = (scene.station.receipt_folder / scene.receipt().number / "receipt.html").read_text()
    assert "A16-late" in page


@pytest.mark.servers
def test_a_recorder_may_forget_only_what_is_stored_and_verified(scene: Scene, dumped: Path) -> None:
    (scene.dump / "shortcut.mp4").symlink_to("/etc/hostname")
    upload_dock_session(scene.dump, station=scene.name, wipe=True)
    receipt = scene.receipt()
    document = json.loads(receipt.document)
    check_signature(receipt.document, receipt.signature, scene.station.receipt_key.public_key)
    assert [line["name"] for line in document["may_be_wiped"]] == [NAME]
    assert [line["name"] for line in document["stays_on_device"]] == ["shortcut.mp4"]
    assert [path.name for path in scene.dump.iterdir()] == ["shortcut.mp4"]
    (original,) = scene.originals()
    assert original.name == document["may_be_wiped"][0]["sha256"] == sha256(original.read_bytes()).hexdigest()


@pytest.mark.servers
def test_nothing_may_be_forgotten_before_the_session_is_sealed(scene: Scene, dumped: Path) -> None:
    now = lambda: datetime.now(UTC)  # noqa: E731
    with dock_work(scene.station, scene.dump, now) as work:
        scan_dump.fn(work)
        with pytest.raises(ActionDenied, match="sealed"):
            wipe_dump.fn(work)
        with pytest.raises(ActionDenied), work.acting() as act:
            docking.seal_session(
                act, work.session_id, receipt_number="R-chengguan-2026-99999", document="{}", key_id="", signature=""
            )
    assert dumped.exists()


class _Listener:
    """Someone who types the command and reads what it says."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def step(self, title: str, total: int, unit: str) -> None: ...

    def advanced(self, done: int) -> None: ...

    def remark(self, said: str) -> None:
        self.heard.append(said)


@pytest.mark.servers
def test_what_was_left_on_the_recorder_is_told_with_its_reason(scene: Scene, dumped: Path) -> None:
    second = dumped.with_name(NAME.replace("0001.mp4", "0002.mp4"))
    second.write_bytes(b"another recording")
    upload_dock_session(scene.dump, station=scene.name)
    listener = _Listener()

    @flow
    def changed_before_it_is_wiped() -> tuple[str, Wiping]:
        with dock_work(scene.station, scene.dump, lambda: datetime.now(UTC)) as work:
            scan_dump(work)
            take_in_files(work)
            probe_originals(work)
            file_originals(work)
            seal_session(work)
            second.write_bytes(b"another recordinG")
            wiping = wipe_dump(work)
            publish_wiping(work, wiping)
            return work.number, wiping

    with watched_by(listener):
        number, wiping = changed_before_it_is_wiped()
    assert (wiping.wiped, [one.name for one in wiping.left]) == (1, [second.name])
    assert not dumped.exists() and second.read_bytes() == b"another recordinG"
    assert listener.heard == ["1 wiped, 1 left", f"{second.name}: {wiping.left[0].why}"]
    assert "another content than the receipt says" in wiping.left[0].why
    with get_client(sync_client=True) as client:
        [told] = [one for one in client.read_latest_artifacts() if one.key == f"wiped-{number.lower()}"]
    assert "another content" in str(told.data) and "1 wiped, 1 left" in str(told.description)


@pytest.mark.servers
def test_every_original_is_locked_for_at_least_the_article_s_floor(scene: Scene, dumped: Path) -> None:
    upload_dock_session(scene.dump, station=scene.name)
    (held,) = scene.station.vault.originals("chengguan")
    assert held.retain_until is not None
    months = CITY_POLICY.value("routine_retention_months", ON)
    assert held.retain_until >= floor_until(datetime.now(UTC) - timedelta(days=1), UTC, months)


# The duty: who answers for the footage, when it is due, what meets it, who hears of it when it is not met.

HOUR = timedelta(hours=1)
DUE = MORNING + 24 * HOUR
"""Of the footage of xf-2, which ends at MORNING: nine o'clock on Monday in Shanghai."""


@pytest.mark.parametrize("demand", ["16-1a", "16-2", "16-3"])
def test_the_demand_is_enforced(demand: str) -> None:
    assert clause(demand).status is Status.ENFORCED


@pytest.mark.parametrize(
    ("ended", "zone", "due"),
    [
        ("2026-01-31T18:00", "Asia/Shanghai", "2026-02-01T18:00"),  # over the end of a month
        ("2026-12-31T23:59", "Asia/Shanghai", "2027-01-01T23:59"),  # and of a year
        ("2028-02-28T12:00", "Asia/Shanghai", "2028-02-29T12:00"),  # a leap day is a day
        ("2027-02-28T12:00", "Asia/Shanghai", "2027-03-01T12:00"),
        ("2026-03-28T12:00", "Europe/Berlin", "2026-03-29T13:00"),  # hours are elapsed: the clock is put forward
        ("2026-10-24T12:00", "Europe/Berlin", "2026-10-25T11:00"),  # and back
        ("2026-03-29T01:59", "Europe/Berlin", "2026-03-30T02:59"),
    ],
)
def test_24_hours_are_24_hours_whatever_the_calendar_does(ended: str, zone: str, due: str) -> None:
    local = ZoneInfo(zone)
    begun = datetime.fromisoformat(ended).replace(tzinfo=local)
    found = due_at(
        DutyKind.UPLOAD, Facts(Clock.ACTIVITY_ENDED, begun.astimezone(UTC)), CITY_POLICY, local, lambda _: False
    )
    assert found is not None
    assert found - begun.astimezone(UTC) == 24 * HOUR
    assert found.astimezone(local).isoformat()[:16] == due


def test_the_ladder_has_five_rungs_from_four_hours_before_to_three_days_after() -> None:
    rungs = ladder(DutyKind.UPLOAD, DUE, CITY_POLICY, MORNING.date())
    assert [(rung.step, (rung.at - DUE) / HOUR) for rung in rungs] == [
        (Step.REMINDER, -4),
        (Step.DUE, 0),
        (Step.DEPARTMENT_HEAD, 4),
        (Step.SUPERVISING_LEADER, 24),
        (Step.PRINCIPAL_LEADER, 72),
    ]


@pytest.fixture
def owed(duty_city: Duties) -> Duties:
    """A2 owes the footage of xf-2, due in 24 hours."""
    enter(duty_city.city, replace(ACTIVITIES[1], ended_at=MORNING))
    duty_city.settle()
    return duty_city


def mine(owed: Duties) -> Duty:
    return upload_of(owed, "xf-2", "A2")


def heard(owed: Duties, step: Step) -> list[tuple[str, str | None, str | None]]:
    """Who was told of it at this step, as what, in whose place."""
    people = {person: number for number, person in owed.city.people.items()}
    lines = [one for one in owed.lines() if (one.duty_id, one.step) == (mine(owed).id, step)]
    return sorted((people[one.person_id], one.role, one.instead_of) for one in lines)


LADDER = [
    # hours from due, who hears, as what, in whose place
    (Step.REMINDER, -4, [("A2", None, None)]),
    (Step.DUE, 0, [("A2", None, None), ("A3", Role.DEVICE_ADMINISTRATOR, None)]),
    (Step.DEPARTMENT_HEAD, 4, [("L1", Role.DEPARTMENT_HEAD, None)]),
    (Step.SUPERVISING_LEADER, 24, [("L2", Role.SUPERVISING_LEADER, None)]),
    (Step.PRINCIPAL_LEADER, 72, [("L3", Role.PRINCIPAL_LEADER, None)]),
]


@pytest.mark.parametrize(("step", "hours", "who"), LADDER)
def test_each_rung_is_told_at_its_very_moment_and_not_before(
    owed: Duties, step: Step, hours: int, who: list[tuple[str, str | None, str | None]]
) -> None:
    owed.city.now = DUE + hours * HOUR - timedelta(microseconds=1)
    owed.sweep()
    assert heard(owed, step) == []
    owed.city.now = DUE + hours * HOUR
    owed.sweep()
    assert heard(owed, step) == who


LEADS = [
    (Step.DEPARTMENT_HEAD, 4, "L1", "xfa", Role.DEPARTMENT_HEAD, ("L2", Role.SUPERVISING_LEADER)),
    (Step.SUPERVISING_LEADER, 24, "L2", "xf", Role.SUPERVISING_LEADER, ("L3", Role.PRINCIPAL_LEADER)),
    (Step.PRINCIPAL_LEADER, 72, "L3", "xf", Role.PRINCIPAL_LEADER, ("S1", Role.SUPERVISOR)),
]


@pytest.mark.parametrize(("step", "hours", "leader", "unit", "role", "above"), LEADS)
def test_at_a_vacancy_the_next_one_up_hears_and_is_told_for_whom(
    owed: Duties, step: Step, hours: int, leader: str, unit: str, role: Role, above: tuple[str, Role]
) -> None:
    with owed.city.act() as act:
        gone = PersonEntry(leader, "领导", unit, left_on=date(2026, 11, 20))
        directory.enter_people(act, [gone])
    owed.city.now = DUE + hours * HOUR
    owed.sweep()
    assert heard(owed, step) == [(*above, role)]


@pytest.mark.parametrize(("step", "hours", "leader", "unit", "role", "above"), LEADS)
@pytest.mark.parametrize(
    ("begins", "ends", "hears"),
    [
        (0, 1, True),  # from that very moment on
        (-1, 0, False),  # over at that very moment
        (timedelta(microseconds=1) / HOUR, 1, False),  # a moment too late
    ],
)
def test_who_acts_for_a_leader_hears_while_the_appointment_lasts_and_only_then(
    owed: Duties,
    step: Step,
    hours: int,
    leader: str,
    unit: str,
    role: Role,
    above: tuple[str, Role],
    begins: float,
    ends: float,
    hears: bool,
) -> None:
    moment = DUE + hours * HOUR
    with owed.city.act() as act:
        acting = AppointmentEntry("A1", unit, role, moment + begins * HOUR, moment + ends * HOUR, acting=True)
        directory.enter_appointments(act, [acting])
    owed.city.now = moment
    owed.sweep()
    assert (("A1", role, None) in heard(owed, step)) is hears
    assert (leader, role, None) in heard(owed, step)


def test_what_is_stored_in_time_is_heard_of_by_nobody_above(owed: Duties) -> None:
    owed.city.now = DUE
    store(owed.city, "xf-2", "A2")
    for _ in range(4):
        owed.sweep()
        owed.city.wait(days=1)
    assert (mine(owed).state, owed.told(Step.DEPARTMENT_HEAD)) == (
        DutyState.MET,
        [("L2", Step.DEPARTMENT_HEAD)],  # of another activity, xf-1
    )
    assert [heard(owed, step) for step in Step] == [[]] * len(Step)


def test_a_moment_after_the_24_hours_is_late(owed: Duties) -> None:
    owed.city.now = DUE + timedelta(microseconds=1)
    store(owed.city, "xf-2", "A2")
    owed.settle()
    assert mine(owed).state is DutyState.MET_LATE


def test_away_nothing_is_due_until_the_return_and_then_24_hours_after_it(duty_city: Duties) -> None:
    enter(duty_city.city, remote())
    duty_city.settle()
    [footage] = away(duty_city)
    assert (footage.clock, footage.state, footage.due_at) == (Clock.AWAITS_RETURN, DutyState.WAITING, None)

    duty_city.city.wait(days=20)
    duty_city.sweep()
    [footage] = away(duty_city)
    assert footage.due_at is None
    enter(duty_city.city, replace(remote(), returned_at=duty_city.city.now))
    duty_city.settle()
    [footage] = away(duty_city)
    assert (footage.clock, footage.due_at) == (Clock.RETURNED, duty_city.city.now + 24 * HOUR)


@pytest.mark.parametrize(
    ("back_hours", "clock", "due_hours"), [(30, Clock.RETURNED, 30 + 24), (0, Clock.ACTIVITY_ENDED, 24)]
)
def test_who_was_away_reports_the_return_and_the_24_hours_run_from_it(
    duty_city: Duties, back_hours: int, clock: Clock, due_hours: int
) -> None:
    """Neither the moment of the report nor a leader's word moves the clock: only the return does."""
    city, ended = duty_city.city, MORNING - HOUR
    enter(city, remote())
    duty_city.settle()
    city.now = ended + 40 * HOUR
    [footage] = away(duty_city)
    with pytest.raises(ActionDenied, match=r"Art\. 16"), city.act() as act:
        report_return(act, footage.subject_id, ended + back_hours * HOUR, city.people["L3"])
    with city.act() as act:
        report_return(act, footage.subject_id, ended + back_hours * HOUR, city.people["A2"])
    duty_city.settle()
    [report] = duty_city.all(DutyKind.RETURN_REPORT)
    [footage] = away(duty_city)
    assert (report.state, report.met_at) == (DutyState.MET, city.now)
    assert (footage.clock, footage.due_at) == (clock, ended + due_hours * HOUR)


def away(duty_city: Duties) -> list[Duty]:
    known = {duty_city.city.activities[one.number] for one in ACTIVITIES}
    return [one for one in duty_city.all(DutyKind.UPLOAD) if one.subject_id not in known]


def test_who_never_reports_the_return_does_not_stop_the_clock_for_ever(duty_city: Duties) -> None:
    """The report of the return is a duty of its own: 72 hours after the activity ended somebody asks."""
    enter(duty_city.city, remote())
    duty_city.city.now = MORNING - HOUR + (72 + 4) * HOUR
    duty_city.sweep()
    [report] = duty_city.all(DutyKind.RETURN_REPORT)
    assert (report.state, report.level) == (DutyState.OVERDUE, 3)
    assert {one.step for one in duty_city.lines() if one.duty_id == report.id} == set(list(Step)[:3])


def test_what_came_by_wireless_counts_from_when_somebody_confirms_that_it_is_there(owed: Duties) -> None:
    session = store(owed.city, "xf-2", "A2", wireless=True)
    owed.city.now = DUE + HOUR
    owed.settle()
    assert mine(owed).met_at is None
    with owed.city.act() as act:
        docking.confirm_arrival(act, session, owed.city.people["A2"])
    owed.settle()
    assert (mine(owed).state, mine(owed).met_at) == (DutyState.MET_LATE, DUE + HOUR)


def test_only_what_came_by_wireless_and_is_stored_is_confirmed_and_the_first_time_counts(owed: Duties) -> None:
    people = owed.city.people
    by_cable = store(owed.city, "xf-2", "A2", "cable")
    unsealed = store(owed.city, "xf-2", "A2", "unsealed", seal=False, wireless=True)
    for session in (by_cable, unsealed):
        with pytest.raises(ActionDenied, match=r"Art\. 16"), owed.city.act() as act:
            docking.confirm_arrival(act, session, people["A2"])
    session = store(owed.city, "xf-2", "A2", "air", wireless=True)
    for by in ("A3", "A2"):  # the administrator, then the officer
        with owed.city.act() as act:
            docking.confirm_arrival(act, session, people[by])
        owed.city.wait(hours=1)
    assert owed.city.events(session).count("arrival.confirmed") == 1


def test_a_unit_in_another_zone_has_the_same_24_hours(duty_city: Duties) -> None:
    with duty_city.city.act() as act:
        directory.enter_units(act, [UnitEntry("be", "柏林", UnitLevel.UNIT, "city", "Europe/Berlin")])
    ended = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight there, an hour before the clock is put back
    far = ActivityEntry("be-1", "be", ActivityKind.INSPECTION, "远处", ("B1",), YEAR_BEGIN, ended)
    enter(duty_city.city, far)
    duty_city.settle()
    [duty] = away(duty_city)
    assert duty.due_at == ended + 24 * HOUR
