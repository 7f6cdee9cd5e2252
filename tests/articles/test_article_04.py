"""Art. 4: whoever uses a recorder keeps it and answers for it, and uses it for nothing else; what it recorded is held
centrally, filed in order, and strictly confidential.

That recordings are made at once (同步摄录) is out of the software's reach; Art. 9 and 10 see what was not recorded.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from blocks.device_layouts import Claims
from flows.upload import upload_dock_session
from registry import queries
from registry.ledger import verify, verify_rows
from registry.queries import DeviceHistory
from registry.tables import Condition, Device, DeviceCustody, Duty, DutyState, Filing, Person, Recording
from registry.transitions import docking
from registry.transitions.docking import Probed
from registry.transitions.filing import answer_filing
from regulation.access_states import RequestState
from regulation.duties import Clock, DutyKind
from regulation.errors import ActionDenied
from regulation.filing import FilingDecision, Outcome
from regulation.retention import Kept
from regulation.vocabulary import MediaKind
from tasks.docking.claims import Directory
from tests.faults.dumps import put, recorded
from tests.faults.promises import assert_kept, contents_of
from tests.fixtures.access import Access
from tests.fixtures.custody import CITY_RULES, MORNING, City
from tests.fixtures.disposal import Disposal
from tests.fixtures.stations import NOON, Scene

DEVICE = Device(number="QD0007", unit_id=uuid4())
WANG = Person(number="06100001", name="甲", unit_id=DEVICE.unit_id)
LI, ZHAO = uuid4(), uuid4()


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


HISTORY = DeviceHistory(
    custody=(
        DeviceCustody(device_id=DEVICE.id, person_id=LI, issued_at=day(2), returned_at=day(10)),
        DeviceCustody(device_id=DEVICE.id, person_id=ZHAO, issued_at=day(12), returned_at=None),
    ),
    readings=(),
)
DIRECTORY = Directory({DEVICE.number: DEVICE}, {WANG.number: WANG}, {DEVICE.id: HISTORY})


# 谁使用、谁保管、谁负责


@pytest.mark.parametrize(
    ("at", "answers"),
    [(day(1), None), (day(2), LI), (day(9), LI), (day(10), None), (day(11), None), (day(12), ZHAO), (day(30), ZHAO)],
)
def test_whoever_held_the_recorder_then_answers_for_what_it_recorded(at: datetime, answers: UUID | None) -> None:
    claims = Claims("maker", device="QD0007")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), at) == answers


def test_whom_the_recorder_itself_names_recorded() -> None:
    claims = Claims("maker", device="QD0007", officer="06100001")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), day(5)) == WANG.id


def test_a_number_nobody_has_is_not_believed() -> None:
    claims = Claims("maker", device="QD0007", officer="99999999")
    assert DIRECTORY.officer(claims, DIRECTORY.device(claims), day(5)) == LI


@pytest.mark.parametrize("claims", [None, Claims("maker"), Claims("maker", device="QD9999")])
def test_nobody_answers_for_a_recorder_that_is_not_known(claims: Claims | None) -> None:
    assert DIRECTORY.device(claims) is None
    assert DIRECTORY.officer(claims, None, day(5)) is None


def test_at_an_unknown_time_the_holder_is_unknown_too() -> None:
    assert DIRECTORY.officer(Claims("maker", device="QD0007"), DEVICE, None) is None


def taken_in(city: City, officer: str | None, kind: MediaKind = MediaKind.VIDEO) -> Recording:
    """A recording that fits no activity, of that officer or of one who could not be found out."""
    session = city.open()
    [recording] = city.store(session, "a")
    with city.act() as act:
        found = None if officer is None else city.people[officer]
        docking.record_probes(act, session.id, [Probed(recording.id, kind, recording.condition, officer_id=found)])
        unfiled = FilingDecision(recording.id, Outcome.UNFILED, None, ())
        docking.file_recordings(act, session.id, [unfiled], rules=CITY_RULES)
    city.seal(session)
    return recording


def filing_duty(city: City) -> Duty:
    city.settle_duties()
    with city.registry.reading() as reading:
        [duty] = [one for one in queries.running_duties(reading, city.unit_id("xf")) if one.kind is DutyKind.FILING]
    return duty


def test_where_nobody_is_known_to_have_recorded_finding_out_is_the_units_duty(city: City) -> None:
    recording = taken_in(city, officer=None)
    duty = filing_duty(city)
    assert (duty.subject_id, duty.owed_by_id, duty.unit_id) == (recording.id, None, city.unit_id("xf"))


# 未经批准严禁使用执法记录仪进行其他活动


def test_what_belongs_to_no_activity_must_be_explained_by_who_recorded_it(city: City) -> None:
    recording = taken_in(city, "A2")
    duty = filing_duty(city)
    assert (duty.subject_id, duty.owed_by_id, duty.state) == (recording.id, city.people["A2"], DutyState.RUNNING)
    assert (duty.clock, duty.due_at) == (Clock.RECEIVED, recording.received_at + timedelta(hours=72))
    with city.registry.reading() as reading:
        assert [one.id for one in queries.unfiled(reading, city.unit_id("city"))] == [recording.id]


def test_it_stays_to_be_explained_until_it_is(city: City) -> None:
    recording = taken_in(city, "A2")
    city.wait(days=400)
    assert filing_duty(city).met_at is None
    with city.act() as act:
        answer_filing(act, recording.id, city.activities["xf-2"], city.people["A2"])
    city.settle_duties()
    with city.registry.reading() as reading:
        assert queries.unfiled(reading, city.unit_id("city")) == []
        kinds = {one.kind for one in queries.running_duties(reading, city.unit_id("xf"))}
    assert DutyKind.FILING not in kinds


def test_it_is_never_destroyed_meanwhile(disposal_city: Disposal) -> None:
    disposal_city.settle()
    assert disposal_city.term("video").kept is Kept.UNFILED
    disposal_city.later(disposal_city.city.now + timedelta(days=3650))
    disposal_city.list_due()
    assert "old" in disposal_city.listed()
    assert "video" not in disposal_city.listed()


# 集中管理，规范归档


@pytest.mark.servers
def test_every_file_of_a_recorder_is_held_centrally_and_filed_whatever_it_is(
    scene: Scene, media_samples: dict[str, bytes]
) -> None:
    scene.activity()
    scene.activity(start=NOON + timedelta(minutes=20), minutes=30)
    put(scene.dump / recorded(5, "mp4"), media_samples["mp4"])
    put(scene.dump / recorded(25, "jpg"), media_samples["jpg"])
    put(scene.dump / recorded(90, "wav"), media_samples["wav"])
    put(scene.dump / "of-nobody.mov", media_samples["mov"])
    put(scene.dump / "broken.mp4", media_samples["mp4"][:2000])
    put(scene.dump / "log.txt", b"text")
    before = contents_of(scene.dump)

    upload_dock_session(scene.dump, station=scene.name)

    # Each is an original of the unit's vault, stored once.
    assert_kept(scene, before)
    held = {one.key for one in scene.station.vault.originals()}
    assert len(held) == 6
    assert {key.split("/")[:2] == ["originals", "chengguan"] for key in held} == {True}

    # Each recording names recorder and officer where they are known, and nothing is left undecided.
    rows = scene.recordings()
    assert {name: row.filing for name, row in rows.items()} == {
        recorded(5, "mp4"): Filing.FILED,
        recorded(25, "jpg"): Filing.ASKED,
        recorded(90, "wav"): Filing.UNFILED,
        "of-nobody.mov": Filing.UNFILED,
        "broken.mp4": Filing.UNFILED,
        "log.txt": Filing.UNFILED,
    }
    assert rows["broken.mp4"].condition is Condition.DAMAGED
    known = [rows[recorded(minute, kind)] for minute, kind in ((5, "mp4"), (25, "jpg"), (90, "wav"))]
    assert {row.device_number for row in known} == {"DSJ00001"}
    with scene.registry.reading() as reading:
        officers = {reading.get_one(Recording, row.recording_id).officer_id for row in known}
    assert officers == {scene.people["officer"]}

    # Footage that is not filed is somebody's to file; what is no footage is nobody's.
    with scene.registry.reading() as reading:
        owed = {one.subject_id: one.owed_by_id for one in queries.running_duties(reading, scene.people["unit"])}
    mine, units = scene.people["officer"], None
    expected = {recorded(25, "jpg"): mine, recorded(90, "wav"): mine, "of-nobody.mov": units, "broken.mp4": units}
    assert {rows[name].recording_id: who for name, who in expected.items()}.items() <= owed.items()
    assert rows["log.txt"].recording_id not in owed


# 严格保密


def test_nobody_sees_footage_without_leave_of_their_own(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    assert access_city.state(request) is not RequestState.APPROVED
    assert access_city.grant(request) is None, "there is nothing to look with"
    access_city.decide(request, "L2")
    for other in ("A2", "L3"):
        with pytest.raises(ActionDenied):
            access_city.look(request, "video", other)
    access_city.look(request, "video", "A1")


def test_the_registers_own_record_of_custody_names_nobody(access_city: Access) -> None:
    """It is handed to others as proof."""
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    with access_city.city.registry.reading() as reading:
        facts = " ".join(one.facts for one in queries.history_of(reading, access_city.recordings["video"]))
    assert facts
    assert not any(name in facts for name in ("甲", "乙", "丙", "丁"))
    registry = access_city.city.registry
    assert (verify(registry).problems, verify_rows(registry).problems) == ([], [])
    assert access_city.city.now >= MORNING
