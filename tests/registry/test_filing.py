"""Where recordings belong: found, asked, answered (Art. 4, 15)."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from registry import queries
from registry.ledger import verify_rows
from registry.tables import Condition, DutyKind, DutyState, Filing, Recording
from registry.transitions import docking, filing
from registry.transitions.docking import Probed
from registry.transitions.duties import Rules
from registry.transitions.duties.subjects import subjects
from registry.types import new_id
from regulation.errors import ActionDenied
from regulation.filing import Candidate, FilingDecision, Outcome
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import CITY, IN_FORCE_FROM
from regulation.policy import Policy
from regulation.vocabulary import MediaKind
from tests.fixtures.custody import CITY_RULES, City


def decide(city: City, session_id: UUID, *decisions: FilingDecision) -> None:
    with city.act() as act:
        docking.file_recordings(act, session_id, decisions, rules=CITY_RULES)


def unfiled(recording_id: UUID) -> FilingDecision:
    return FilingDecision(recording_id, Outcome.UNFILED, None, ())


def asked(city: City, recording_id: UUID) -> FilingDecision:
    candidates = (Candidate(city.activities["xf-1"], 60.0), Candidate(city.activities["xf-2"], 90.0))
    return FilingDecision(recording_id, Outcome.ASKED, None, candidates)


def one_recording(city: City, officer: str | None = "A1") -> Recording:
    session = city.open()
    [recording] = city.store(session, "a")
    if officer is not None:
        probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=city.people[officer])
        with city.act() as act:
            docking.record_probes(act, session.id, [probed])
    return recording


def now(city: City, recording: Recording) -> Recording:
    with city.registry.reading() as reading:
        found = reading.get(Recording, recording.id)
    assert found is not None
    return found


def answer(city: City, recording: Recording, activity: str, by: str) -> None:
    with city.act(f"person:{by}") as act:
        filing.answer_filing(act, recording.id, city.activities[activity], city.people[by])


def test_what_fits_one_activity_is_filed_there(city: City) -> None:
    recording = one_recording(city)
    filed = FilingDecision(recording.id, Outcome.FILED, city.activities["xf-1"], ())
    for _ in range(2):
        decide(city, recording.session_id, filed)

    seen = now(city, recording)
    assert (seen.filing, seen.activity_id) == (Filing.FILED, city.activities["xf-1"])
    assert city.events(recording.id).count("recording.filed") == 1
    with city.registry.reading() as reading:
        assert queries.running_duties(reading, recording.unit_id) == []


def test_what_fits_nothing_becomes_a_duty_of_its_officer(city: City) -> None:
    recording = one_recording(city, "A2")
    for _ in range(2):
        decide(city, recording.session_id, unfiled(recording.id))

    with city.registry.reading() as reading:
        [duty] = queries.running_duties(reading, city.unit_id("city"))
        assert [one.id for one in queries.unfiled(reading, city.unit_id("city"))] == [recording.id]
    assert (duty.kind, duty.article, duty.subject_id) == (DutyKind.FILING, "Art. 15", recording.id)
    assert duty.owed_by_id == city.people["A2"]
    assert duty.due_at == recording.received_at + timedelta(hours=72)
    assert city.events(duty.id) == ["duty.opened"]
    assert city.events(recording.id).count("recording.unfiled") == 1


def test_what_is_no_footage_is_nobodys_to_file(city: City) -> None:
    session = city.open()
    [log] = city.store(session, "log")
    with city.act() as act:
        docking.record_probes(act, session.id, [Probed(log.id, MediaKind.OTHER, Condition.NOT_MEDIA)])
    decide(city, session.id, unfiled(log.id))
    with city.registry.reading() as reading:
        assert queries.running_duties(reading, city.unit_id("city")) == []
        assert queries.unfiled(reading, city.unit_id("city")) == []
    with city.act() as act:
        assert log.id not in subjects(act, DutyKind.FILING, None, 10)


def test_a_stricter_unit_sets_its_own_term(city: City) -> None:
    own = PolicyLayer(Layer.UNIT, "xf rule 1", (Provision("filing_hours", 24, "Art. 15", IN_FORCE_FROM),), unit="xf")
    policy = Policy([CITY, own])
    rules = Rules(lambda _unit: policy, CITY_RULES.is_working_day)
    recording = one_recording(city)
    with city.act() as act:
        docking.file_recordings(act, recording.session_id, [unfiled(recording.id)], rules=rules)

    with city.registry.reading() as reading:
        [duty] = queries.running_duties(reading, recording.unit_id)
        [opened] = queries.history_of(reading, duty.id)
    assert duty.due_at == recording.received_at + timedelta(hours=24)
    assert json.loads(opened.facts)["policy"] == policy.version


def test_what_fits_several_is_asked(city: City) -> None:
    recording = one_recording(city)
    for _ in range(2):
        decide(city, recording.session_id, asked(city, recording.id))

    with city.registry.reading() as reading:
        candidates = queries.candidates_of(reading, [recording.id])
        [duty] = queries.running_duties(reading, recording.unit_id)
    # The longest overlap first.
    assert [one.activity_id for one in candidates[recording.id]] == [city.activities["xf-2"], city.activities["xf-1"]]
    assert now(city, recording).filing is Filing.ASKED
    assert duty.owed_by_id == city.people["A1"]


def test_a_decision_is_not_made_twice(city: City) -> None:
    recording = one_recording(city)
    decide(city, recording.session_id, unfiled(recording.id))

    with pytest.raises(ActionDenied, match="already decided otherwise") as denied:
        decide(city, recording.session_id, asked(city, recording.id))
    assert denied.value.article == "Art. 15"


def test_recordings_of_other_sessions_are_refused(city: City) -> None:
    recording = one_recording(city)

    with pytest.raises(ActionDenied, match="not of the dock session"):
        decide(city, city.open("/dock/b").id, unfiled(recording.id))


@pytest.mark.parametrize("by", ["A1", "A2", "A3"], ids=["the activity's officer", "who recorded", "administrator"])
def test_those_concerned_answer(city: City, by: str) -> None:
    recording = one_recording(city, "A2")
    decide(city, recording.session_id, asked(city, recording.id))
    for _ in range(2):
        answer(city, recording, "xf-1", by)
    entries = city.entries()
    answer(city, recording, "xf-1", by)
    assert city.entries() == entries
    city.settle_duties()

    seen = now(city, recording)
    assert (seen.filing, seen.activity_id) == (Filing.FILED, city.activities["xf-1"])
    with city.registry.reading() as reading:
        running = queries.running_duties(reading, recording.unit_id)
        assert DutyKind.FILING not in {duty.kind for duty in running}
        [filed] = [one for one in queries.history_of(reading, recording.id) if one.event == "recording.filed"]
    assert json.loads(filed.facts)["person_id"] == str(city.people[by])
    assert verify_rows(city.registry).problems == []


def test_the_duty_is_met_by_the_answer(city: City) -> None:
    recording = one_recording(city)
    decide(city, recording.session_id, unfiled(recording.id))
    with city.registry.reading() as reading:
        [duty] = queries.running_duties(reading, recording.unit_id)
    city.wait(hours=1)

    answer(city, recording, "xf-1", "A1")
    city.settle_duties()

    with city.registry.reading() as reading:
        met = reading.get(type(duty), duty.id)
    assert met is not None
    assert (met.state, met.met_at) == (DutyState.MET, city.now)
    assert city.events(duty.id) == ["duty.opened", "duty.met"]


def test_a_pending_recording_can_be_answered_before_it_was_asked(city: City) -> None:
    recording = one_recording(city)

    answer(city, recording, "xf-1", "A1")

    assert now(city, recording).filing is Filing.FILED


def test_another_units_administrator_may_not_answer(city: City) -> None:
    recording = one_recording(city)

    with pytest.raises(ActionDenied) as denied:
        answer(city, recording, "xf-1", "B1")
    assert denied.value.article == "Art. 15"


def test_an_acting_administrator_may_not_answer_any_more_when_the_term_is_over(city: City) -> None:
    recording = one_recording(city)
    city.wait(days=30)

    with pytest.raises(ActionDenied):
        answer(city, recording, "xf-1", "A3")


def test_an_answer_is_not_overwritten(city: City) -> None:
    recording = one_recording(city)
    answer(city, recording, "xf-1", "A1")

    with pytest.raises(ActionDenied, match="filed under another activity"):
        answer(city, recording, "xf-2", "A1")


@pytest.mark.parametrize("missing", ["recording", "activity"])
def test_nothing_is_answered_about_what_is_not_there(city: City, missing: str) -> None:
    recording = one_recording(city)
    ids = {"recording": recording.id, "activity": city.activities["xf-1"]} | {missing: new_id()}

    with city.act() as act, pytest.raises(ActionDenied, match="no such recording or activity"):
        filing.answer_filing(act, ids["recording"], ids["activity"], city.people["A1"])
