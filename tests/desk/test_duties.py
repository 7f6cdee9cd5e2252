"""Duties at the desk: each sees what they owe and what is owed below them, and does what is theirs to do.

Art. 15, 16, 20.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from registry.ledger import verify, verify_rows
from registry.tables import Duty, Filing, Recording
from registry.transitions import docking
from registry.transitions.docking import Probed
from regulation.duties import Clock, DutyKind, DutyState
from regulation.filing import Candidate, FilingDecision, Outcome
from regulation.vocabulary import MediaKind
from tests.desk.test_api import of
from tests.fixtures.counter import Counter
from tests.fixtures.custody import MORNING, City
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter, remote, store

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BAD = "<script>alert(1)</script>"


def waiting(city: City, *candidates: str) -> UUID:
    """A recording of A2 that could belong to these activities; or to none that is known."""
    session = city.open(f"/dock/{uuid4().hex[:8]}")
    [recording] = city.store(session, f"recorded {session.number}")
    found = tuple(Candidate(city.activities[one], 60.0) for one in candidates)
    outcome = Outcome.ASKED if found else Outcome.UNFILED
    with city.act() as act:
        probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=city.people["A2"])
        docking.record_probes(act, session.id, [probed])
        decision = FilingDecision(recording.id, outcome, None, found)
        docking.file_recordings(act, session.id, [decision], rules=Duties(city).rules)
    city.seal(session)
    return recording.id


def duty_about(counter: Counter, kind: DutyKind, subject: UUID, owed_by: str | None = None) -> Duty:
    city = counter.access.city
    person = None if owed_by is None else city.people[owed_by]
    found = [one for one in Duties(city).all(kind) if one.subject_id == subject]
    [duty] = [one for one in found if person in (None, one.owed_by_id)]
    return duty


def state(counter: Counter, duty: Duty) -> DutyState:
    """After the facts were looked at."""
    Duties(counter.access.city).settle()
    return duty_about(counter, duty.kind, duty.subject_id).state


def filing_of(counter: Counter, recording: UUID) -> tuple[Filing, UUID | None]:
    with counter.access.city.registry.reading() as reading:
        found = reading.get_one(Recording, recording)
        return found.filing, found.activity_id


def assert_sound(counter: Counter) -> None:
    registry = counter.access.city.registry
    assert (verify(registry).problems, verify_rows(registry).problems) == ([], [])


def test_whoever_recorded_it_says_where_it_belongs(counter: Counter) -> None:
    city = counter.access.city
    recording = waiting(city, "xf-1", "xf-2")
    duty = duty_about(counter, DutyKind.FILING, recording)
    officer = counter.browser("A2")
    assert "资料归档" in officer.open("/duties")
    place = f"/duties/{duty.id}"
    page = officer.open(place)
    assert all(what in page for what in ("xf-1", "某路", "xf-2", "某街", "录像"))
    assert "免除" not in page, "nobody excuses their own"
    officer.press(place, do="file", activity="xf-2")
    assert filing_of(counter, recording) == (Filing.FILED, city.activities["xf-2"])
    assert state(counter, duty) is DutyState.MET
    assert "已履行" in officer.open(place)
    assert "资料归档" not in officer.open("/duties")
    assert_sound(counter)


def test_what_fits_nothing_is_filed_by_the_number_that_they_name(counter: Counter) -> None:
    city = counter.access.city
    recording = waiting(city)
    place = f"/duties/{duty_about(counter, DutyKind.FILING, recording).id}"
    officer = counter.browser("A2")
    officer.open(place)
    for wrong in (BAD, "xf-99", " "):
        answer = officer.fill(place, do="file", activity=wrong)
        assert (answer.status_code, 'id="wrong-activity"' in answer.text) == (422, True)
        assert BAD not in answer.text
    assert filing_of(counter, recording) == (Filing.UNFILED, None)
    officer.open(place)
    officer.press(place, do="file", activity=" xf-1 ")
    assert filing_of(counter, recording) == (Filing.FILED, city.activities["xf-1"])


@pytest.mark.parametrize(
    ("who", "status"), [("A1", 404), ("B1", 404), ("A2", 200), ("A3", 200), ("L2", 200), ("S1", 200)]
)
def test_a_duty_is_open_to_who_owes_it_and_who_looks_after_it(counter: Counter, who: str, status: int) -> None:
    place = f"/duties/{duty_about(counter, DutyKind.FILING, waiting(counter.access.city)).id}"
    browser = counter.browser(who)
    browser.open(place, status)
    assert ("资料归档" in browser.open("/duties")) == (status == 200)
    browser.open(f"/duties/{uuid4()}", 404)


def test_the_leader_excuses_with_a_reason_and_nobody_else_does(counter: Counter) -> None:
    recording = waiting(counter.access.city)
    duty = duty_about(counter, DutyKind.FILING, recording)
    place = f"/duties/{duty.id}"
    for who in ("A2", "A3"):
        browser = counter.browser(who)
        browser.open(place)
        answer = browser.fill(place, do="excuse", reason="不归档")
        assert answer.status_code == 422
        assert "只有部门负责人或者上级领导可以免除、中止" in answer.text
    leader = counter.browser("L2")
    assert "免除此事项" in leader.open(place)
    assert 'id="wrong-reason"' not in leader.shown
    assert leader.fill(place, do="excuse", reason=" ").status_code == 422
    assert state(counter, duty) is DutyState.RUNNING
    page = leader.press(place, do="excuse", reason=f"误录，与执法无关 {BAD}")
    assert BAD in page and BAD not in leader.get(place).text, "as text"
    assert "已准予免除" in page and "领导 L2" in page
    assert state(counter, duty) is DutyState.EXCUSED
    assert leader.fill(place, do="excuse", reason="再次").status_code == 422
    assert_sound(counter)


def test_the_leader_stops_the_clock_until_a_day(counter: Counter) -> None:
    duty = duty_about(counter, DutyKind.FILING, waiting(counter.access.city))
    place, leader = f"/duties/{duty.id}", counter.browser("L2")
    leader.open(place)
    today = counter.access.city.now.date()
    for wrong in ("", "2026-02-30", str(today - timedelta(days=1)), BAD):
        answer = leader.fill(place, do="pause", until=wrong, reason="出差")
        assert answer.status_code == 422 and BAD not in answer.text, wrong
    until: date = today + timedelta(days=2)
    page = leader.press(place, do="pause", until=str(until), reason="出差在外")
    assert f"已准予中止至 {until} 00:00" in page
    assert duty.due_at is not None
    paused = duty_about(counter, DutyKind.FILING, duty.subject_id)
    assert paused.state is DutyState.PAUSED
    assert paused.due_at is not None and paused.due_at > duty.due_at
    assert_sound(counter)


def test_whoever_recorded_it_confirms_that_it_arrived_over_the_air(counter: Counter) -> None:
    city = counter.access.city
    store(city, "xf-2", "A2", content="over the air", wireless=True)
    Duties(city).settle()
    duty = duty_about(counter, DutyKind.UPLOAD, city.activities["xf-2"], "A2")
    place, officer = f"/duties/{duty.id}", counter.browser("A2")
    page = officer.open(place)
    assert "确认无线传输已可靠到达" in page
    of = page.split('name="of" value="')[1].split('"')[0]
    for wrong in (str(uuid4()), "x", ""):
        assert officer.fill(place, do="confirm", of=wrong).status_code == 422
    page = officer.press(place, do="confirm", of=of)
    assert "确认无线传输已可靠到达" not in page
    assert state(counter, duty) in (DutyState.MET, DutyState.MET_LATE)
    assert officer.fill(place, do="confirm", of=of).status_code == 422
    assert_sound(counter)


def away(counter: Counter) -> Duty:
    """What A2 owes who was on remote work that ended ten hours ago, at eight in the morning."""
    city = counter.access.city
    enter(city, remote())
    city.now = MORNING + timedelta(hours=9)
    Duties(city).settle()
    [duty] = Duties(city).all(DutyKind.RETURN_REPORT)
    return duty


def footage_of(counter: Counter, activity: UUID) -> Duty:
    Duties(counter.access.city).settle()
    return duty_about(counter, DutyKind.UPLOAD, activity)


@pytest.mark.parametrize("who", ["A2", "A3"])
def test_the_return_is_reported_by_who_was_away_or_on_their_word(counter: Counter, who: str) -> None:
    duty = away(counter)
    assert footage_of(counter, duty.subject_id).clock is Clock.AWAITS_RETURN
    place, browser = f"/duties/{duty.id}", counter.browser(who)
    page = browser.open(place)
    assert all(what in page for what in ("返回单位的时间", "xf-9 · 远处", "活动结束时间：2026-11-23 08:00"))
    assert "无须在此销号" not in page
    page = browser.press(place, do="return", returned_at="2026-11-23T16:30")
    assert "返回单位的时间" not in page
    assert state(counter, duty) is DutyState.MET
    footage = footage_of(counter, duty.subject_id)
    assert (footage.clock, footage.clock_started_at) == (Clock.RETURNED, MORNING + timedelta(hours=7, minutes=30))
    again = browser.fill(place, do="return", returned_at="2026-11-23T16:40")
    assert (again.status_code, "该活动已经报告返回单位。" in again.text) == (422, True)
    assert_sound(counter)


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        ("", "时间不正确。", "This is not a time."),
        (BAD, "时间不正确。", "This is not a time."),
        ("2026-02-30T10:00", "时间不正确。", "This is not a time."),
        ("2026-11-23T07:59", "返回时间不能早于执法活动的结束时间。", "The return is not before the end"),
        ("2026-11-24T18:00", "返回时间不能晚于现在。", "The return does not lie in the future."),
    ],
)
def test_a_return_that_cannot_be_is_said_beside_its_field(counter: Counter, typed: str, zh: str, en: str) -> None:
    duty = away(counter)
    place, browser = f"/duties/{duty.id}", counter.browser("A2")
    for language, sentence in (("zh", zh), ("en", en)):
        browser.open(f"{place}?lang={language}")
        answer = browser.fill(f"{place}?lang={language}", do="return", returned_at=typed)
        assert (answer.status_code, sentence in answer.text) == (422, True), language
        assert 'id="wrong-returned_at"' in answer.text
        assert BAD not in answer.text
        assert answer.text.count(sentence) == 1
    assert "Returned to the unit at" in answer.text
    assert state(counter, duty) is DutyState.RUNNING


def test_a_leader_above_sees_that_the_return_is_awaited_and_does_not_report_it(counter: Counter) -> None:
    duty = away(counter)
    place, leader = f"/duties/{duty.id}", counter.browser("L2")
    assert "返回单位的时间" not in leader.open(place)
    answer = leader.fill(place, do="return", returned_at="2026-11-23T16:30")
    assert (answer.status_code, "可以报告返回" in answer.text) == (422, True)
    excused = leader.press(place, do="excuse", reason="已电话报告")
    assert "已准予免除" in excused
    officer = counter.browser("A2")
    assert "返回单位的时间" in officer.open(place), "the clock of the footage waits for it all the same"
    officer.press(place, do="return", returned_at="2026-11-23T16:30")
    assert footage_of(counter, duty.subject_id).clock is Clock.RETURNED
    assert_sound(counter)


def test_no_other_duty_is_about_a_return(counter: Counter) -> None:
    duty = duty_about(counter, DutyKind.FILING, waiting(counter.access.city, "xf-1"))
    place, officer = f"/duties/{duty.id}", counter.browser("A2")
    assert "返回单位的时间" not in officer.open(place)
    answer = officer.fill(place, do="return", returned_at="2026-11-23T16:30")
    assert (answer.status_code, "此事项与返回单位无关。" in answer.text) == (422, True)


def test_programs_report_a_return(counter: Counter) -> None:
    duty = away(counter)
    place, officer, leader = f"/duties/{duty.id}", of(counter, "A2"), of(counter, "L2")
    assert (officer.get(place).json()["may_report"], leader.get(place).json()["may_report"]) == (True, False)
    answer = officer.post(f"{place}/return", json={"returned_at": "2026-11-25T16:30:00+08:00"})
    said = answer.json()
    assert (answer.status_code, said["field"], said["article"]) == (422, "returned_at", "Art. 16")
    assert (said["detail"], said["detail_zh"]) == ("The return does not lie in the future.", "返回时间不能晚于现在。")
    for wrong in ("2026-11-23T16:30:00", "soon", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"):
        answer = officer.post(f"{place}/return", json={"returned_at": wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, "body.returned_at")
    back = {"returned_at": "2026-11-23T16:30:00+08:00"}
    assert leader.post(f"{place}/return", json=back).json()["article"] == "Art. 16"
    assert of(counter, "B1").post(f"{place}/return", json=back).status_code == 404
    assert not officer.post(f"{place}/return", json=back).json()["may_report"]
    assert officer.post(f"{place}/return", json=back).status_code == 409
    assert state(counter, duty) is DutyState.MET
    assert_sound(counter)


def test_what_is_nothing_that_is_done_is_refused(counter: Counter) -> None:
    duty = duty_about(counter, DutyKind.FILING, waiting(counter.access.city))
    place, officer = f"/duties/{duty.id}", counter.browser("A2")
    officer.open(place)
    for fields in ({"do": "tick-off"}, {}):
        assert officer.fill(place, **fields).status_code == 400
    assert officer.post(place, data={"do": "excuse", "reason": "x"}).status_code == 403, "without the form's key"


def test_the_pages_speak_english_too(counter: Counter) -> None:
    duty = duty_about(counter, DutyKind.FILING, waiting(counter.access.city, "xf-1"))
    leader = counter.browser("L2")
    assert "filing" in leader.open("/duties?lang=en")
    page = leader.open(f"/duties/{duty.id}?lang=en")
    assert "To which activity does it belong" in page and "Excuse it" in page


def test_programs_do_the_same(counter: Counter) -> None:
    city = counter.access.city
    recording, other = waiting(city, "xf-1", "xf-2"), waiting(city)
    mine, hopeless = (duty_about(counter, DutyKind.FILING, one) for one in (recording, other))
    officer, leader, stranger = (of(counter, who) for who in ("A2", "L2", "B1"))
    listed = officer.get("/duties").json()
    assert listed["total"] == 2 and {one["kind"] for one in listed["duties"]} == {"filing"}
    assert stranger.get("/duties").json() == {"total": 0, "duties": []}
    assert stranger.get(f"/duties/{mine.id}").status_code == 404
    whole = officer.get(f"/duties/{mine.id}").json()
    assert [one["number"] for one in whole["choices"]] == ["xf-1", "xf-2"]
    assert (whole["may_file"], whole["may_decide"], whole["owed_by"]) == (True, False, "A2")
    assert officer.post(f"/duties/{mine.id}/excuse", json={"reason": "x"}).json()["article"] == "Art. 15"
    assert officer.post(f"/duties/{mine.id}/filing", json={"activity": "xf-9"}).json()["field"] == "activity"
    assert not officer.post(f"/duties/{mine.id}/filing", json={"activity": "xf-2"}).json()["may_file"]
    assert filing_of(counter, recording)[1] == city.activities["xf-2"]
    until = (city.now + timedelta(days=2)).isoformat()
    paused = leader.post(f"/duties/{hopeless.id}/pause", json={"until": until, "reason": "出差"}).json()
    assert (paused["state"], paused["decisions"][0]["by"]["number"]) == ("paused", "L2")
    excused = leader.post(f"/duties/{hopeless.id}/excuse", json={"reason": "误录"}).json()
    assert (excused["state"], [one["kind"] for one in excused["decisions"]]) == ("excused", ["pause", "excuse"])

    session = store(city, "xf-2", "A2", content="over the air", wireless=True)
    Duties(city).settle()
    upload = duty_about(counter, DutyKind.UPLOAD, city.activities["xf-2"], "A2")
    assert officer.get(f"/duties/{upload.id}").json()["unconfirmed"] == [str(session)]
    assert officer.post(f"/duties/{upload.id}/arrivals/{uuid4()}").json()["article"] == "Art. 16"
    assert officer.post(f"/duties/{upload.id}/arrivals/{session}").json()["unconfirmed"] == []
    assert officer.post(f"/duties/{upload.id}/filing", json={"activity": "xf-2"}).status_code == 409
    assert_sound(counter)
