"""Art. 15: who enforces, files.

A recording goes under the one activity of its officer that it overlaps; else a person says where it belongs: an officer
of that activity, the officer who recorded, or the unit's device administrator at that moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from registry.tables import Duty
from registry.transitions import docking
from registry.transitions.docking import Probed
from registry.transitions.filing import answer_filing
from regulation.authority import FilingQuestion, Holding, can_answer_filing, check_answer_filing
from regulation.duties import Clock, DutyKind, DutyState, Facts, due_at
from regulation.errors import ActionDenied
from regulation.filing import ActivitySpan, Candidate, FilingDecision, Outcome, RecordedSpan, file_recordings
from regulation.policy import CITY_POLICY
from regulation.vocabulary import MediaKind, Role
from tests.fixtures.custody import MORNING as RECEIVED
from tests.fixtures.duties import Duties

WANG, LI = uuid4(), uuid4()
MORNING, NOON, AFTERNOON = uuid4(), uuid4(), uuid4()
TOLERANCE = timedelta(minutes=2)


def at(clock: str) -> datetime:
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return datetime(2026, 3, 2, hours, minutes, *seconds, tzinfo=UTC)


def activity(which: UUID, start: str, end: str | None, *officers: UUID) -> ActivitySpan:
    return ActivitySpan(which, frozenset(officers or (WANG,)), at(start), None if end is None else at(end))


def filed(start: str | None, end: str | None, *activities: ActivitySpan, officer: UUID | None = WANG) -> FilingDecision:
    span = RecordedSpan(uuid4(), officer, start and at(start), end and at(end))  # type: ignore[arg-type]
    [decision] = file_recordings([span], activities, tolerance=TOLERANCE)
    assert decision.recording_id == span.recording_id
    return decision


def test_what_fits_one_activity_is_filed_under_it() -> None:
    decision = filed("09:10", "09:40", activity(MORNING, "09:00", "10:00"), activity(AFTERNOON, "14:00", "15:00"))
    assert (decision.outcome, decision.activity_id, decision.candidates) == (Outcome.FILED, MORNING, ())


def test_what_fits_none_is_unfiled() -> None:
    decision = filed("12:00", "12:30", activity(MORNING, "09:00", "10:00"), activity(AFTERNOON, "14:00", "15:00"))
    assert (decision.outcome, decision.activity_id, decision.candidates) == (Outcome.UNFILED, None, ())


def test_what_fits_several_is_asked_most_overlap_first_and_never_guessed() -> None:
    decision = filed("09:50", "10:40", activity(MORNING, "09:00", "10:00"), activity(NOON, "10:00", "11:00"))
    assert (decision.outcome, decision.activity_id) == (Outcome.ASKED, None)
    assert decision.candidates == (Candidate(NOON, 2400.0), Candidate(MORNING, 600.0))


def test_an_activity_the_officer_took_no_part_in_does_not_count() -> None:
    assert filed("09:10", "09:40", activity(MORNING, "09:00", "10:00", LI)).outcome is Outcome.UNFILED
    together = activity(MORNING, "09:00", "10:00", LI, WANG)
    assert filed("09:10", "09:40", together, activity(NOON, "09:00", "10:00", LI)).activity_id == MORNING


@pytest.mark.parametrize(("start", "end", "officer"), [("09:10", "09:40", None), (None, None, WANG)])
def test_an_unknown_officer_or_time_fits_nothing(start: str | None, end: str | None, officer: UUID | None) -> None:
    assert filed(start, end, activity(MORNING, "09:00", "10:00"), officer=officer).outcome is Outcome.UNFILED


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        ("08:00", "08:57:59", Outcome.UNFILED),
        ("08:00", "08:58", Outcome.FILED),
        ("08:59", "08:59:30", Outcome.FILED),
        ("10:02", "10:30", Outcome.FILED),
        ("10:02:01", "10:30", Outcome.UNFILED),
    ],
)
def test_the_tolerance_reaches_a_little_beyond_both_ends(start: str, end: str, outcome: Outcome) -> None:
    assert filed(start, end, activity(MORNING, "09:00", "10:00")).outcome is outcome


def test_a_true_overlap_is_preferred_to_what_only_the_tolerance_reaches() -> None:
    decision = filed("10:01", "10:30", activity(MORNING, "09:00", "10:00"), activity(NOON, "10:00", "11:00"))
    assert (decision.outcome, decision.activity_id) == (Outcome.FILED, NOON)


def test_where_only_the_tolerance_reaches_several_a_person_is_asked_nearest_first() -> None:
    decision = filed("10:01:30", "10:01:40", activity(MORNING, "09:00", "10:00"), activity(NOON, "10:02", "11:00"))
    assert decision.outcome is Outcome.ASKED
    assert decision.candidates == (Candidate(NOON, 0.0), Candidate(MORNING, 0.0))


def test_back_to_back_activities_do_not_both_claim_a_recording_that_ends_between_them() -> None:
    decision = filed("09:30", "10:00", activity(MORNING, "09:00", "10:00"), activity(NOON, "10:00", "11:00"))
    assert (decision.outcome, decision.activity_id) == (Outcome.FILED, MORNING)


@pytest.mark.parametrize(
    ("moment", "which"), [("09:00", MORNING), ("09:30", MORNING), ("10:00", None), ("11:00", NOON)]
)
def test_a_photo_is_a_moment_and_lies_within_an_activity_its_ends_included(moment: str, which: UUID | None) -> None:
    decision = filed(moment, moment, activity(MORNING, "09:00", "10:00"), activity(NOON, "10:00", "11:00"))
    assert decision.activity_id == which
    assert decision.outcome is (Outcome.ASKED if which is None else Outcome.FILED)


def test_an_activity_still_going_on_takes_whatever_comes_after_its_start() -> None:
    assert filed("23:00", "23:30", activity(MORNING, "09:00", None)).activity_id == MORNING
    assert filed("08:00", "08:30", activity(MORNING, "09:00", None)).outcome is Outcome.UNFILED


def test_an_unfiled_recording_is_due_72_hours_after_it_was_received() -> None:
    received = Facts(Clock.RECEIVED, at("09:00"))
    due = due_at(DutyKind.FILING, received, CITY_POLICY, UTC, lambda _: True)
    assert due == at("09:00") + timedelta(hours=72)


UNIT, CITY = uuid4(), uuid4()
OTHER_UNIT = uuid4()
ADMINISTRATOR, LEADER = uuid4(), uuid4()
QUESTION = FilingQuestion(activity_officers={WANG}, recording_officer=LI, unit_chain=(UNIT, CITY))


def appointed(unit: UUID, role: Role = Role.DEVICE_ADMINISTRATOR, *, acting: bool = False) -> Holding:
    return Holding(ADMINISTRATOR, unit, role, acting, at("09:00"), at("17:00"))


@pytest.mark.parametrize(
    ("person", "holding", "moment", "may"),
    [
        (WANG, None, "12:00", True),  # took part in the activity
        (LI, None, "12:00", True),  # made the recording
        (LEADER, None, "12:00", False),
        (ADMINISTRATOR, appointed(UNIT), "12:00", True),
        (ADMINISTRATOR, appointed(CITY), "12:00", True),  # of the unit above
        (ADMINISTRATOR, appointed(UNIT, acting=True), "12:00", True),
        (ADMINISTRATOR, appointed(OTHER_UNIT), "12:00", False),
        (ADMINISTRATOR, appointed(UNIT, Role.PRINCIPAL_LEADER), "12:00", False),
        (ADMINISTRATOR, appointed(UNIT), "08:59", False),  # not yet
        (ADMINISTRATOR, appointed(UNIT), "09:00", True),
        (ADMINISTRATOR, appointed(UNIT), "17:00", False),  # no longer
    ],
)
def test_who_may_say_where_a_recording_belongs(person: UUID, holding: Holding | None, moment: str, may: bool) -> None:
    holdings = [] if holding is None else [holding]
    assert can_answer_filing(person, QUESTION, holdings, at(moment)) is may
    if may:
        check_answer_filing(person, QUESTION, holdings, at(moment))
    else:
        with pytest.raises(ActionDenied) as refused:
            check_answer_filing(person, QUESTION, holdings, at(moment))
        assert refused.value.article == "Art. 15"


def test_an_unknown_recording_officer_is_nobody() -> None:
    question = FilingQuestion(activity_officers=(), recording_officer=None, unit_chain=(UNIT,))
    assert not can_answer_filing(WANG, question, [], at("12:00"))


@pytest.fixture
def unfiled(duty_city: Duties) -> UUID:
    """A recording of A1 that fits no activity, taken in and sealed."""
    city = duty_city.city
    session = city.open()
    [recording] = city.store(session, "a")
    with city.act() as act:
        probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=city.people["A1"])
        docking.record_probes(act, session.id, [probed])
        decision = FilingDecision(recording.id, Outcome.UNFILED, None, ())
        docking.file_recordings(act, session.id, [decision], rules=duty_city.rules)
    city.seal(session)
    return recording.id


def filing_duty(duty_city: Duties) -> Duty:
    duty_city.settle()
    [duty] = duty_city.all(DutyKind.FILING)
    return duty


def answer(duty_city: Duties, recording: UUID, by: str = "A1") -> None:
    city = duty_city.city
    with city.act() as act:
        answer_filing(act, recording, city.activities["xf-1"], city.people[by])


def test_what_fits_nothing_is_owed_by_the_officer_who_recorded_it(duty_city: Duties, unfiled: UUID) -> None:
    duty = filing_duty(duty_city)
    assert (duty.subject_id, duty.owed_by_id, duty.clock) == (unfiled, duty_city.city.people["A1"], Clock.RECEIVED)
    assert (duty.state, duty.due_at) == (DutyState.RUNNING, RECEIVED + timedelta(hours=72))


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(hours=1), DutyState.MET),
        (timedelta(hours=72), DutyState.MET),
        (timedelta(hours=72, microseconds=1), DutyState.MET_LATE),
    ],
)
def test_the_answer_meets_it_and_nobody_ticks_it_off(
    duty_city: Duties, unfiled: UUID, after: timedelta, state: DutyState
) -> None:
    assert filing_duty(duty_city).met_at is None
    duty_city.city.now += after
    answer(duty_city, unfiled)
    duty = filing_duty(duty_city)
    assert (duty.state, duty.met_at, duty.next_at) == (state, duty_city.city.now, None)


def test_the_administrators_answer_meets_the_officers_duty(duty_city: Duties, unfiled: UUID) -> None:
    answer(duty_city, unfiled, "A3")
    duty = filing_duty(duty_city)
    assert (duty.state, duty.owed_by_id) == (DutyState.MET, duty_city.city.people["A1"])


def test_an_answer_by_somebody_who_may_not_meets_nothing(duty_city: Duties, unfiled: UUID) -> None:
    with pytest.raises(ActionDenied, match=r"Art\. 15"):
        answer(duty_city, unfiled, "B1")
    assert filing_duty(duty_city).state is DutyState.RUNNING


def test_once_answered_nobody_hears_of_it_any_more(duty_city: Duties, unfiled: UUID) -> None:
    duty_city.city.wait(hours=69)
    duty_city.sweep()
    answer(duty_city, unfiled)
    duty_city.city.wait(days=30)
    duty_city.sweep()
    duty = filing_duty(duty_city)
    assert [one.step.value for one in duty_city.lines() if one.duty_id == duty.id] == ["reminder"]
