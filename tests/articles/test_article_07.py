"""Art. 7: recorders are checked before use and replaced where they fail; nobody may cut or alter originals; a recorder
whose clock is wrong is found out."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from blocks.vault import Intake, SecondDigest
from flows.upload import upload_dock_session
from registry import ledger
from registry.queries.retention import kept_by
from registry.tables import ClockReading, Condition, Duty
from registry.transitions import directory
from registry.transitions.checks import record_check
from registry.transitions.directory import CustodyEntry
from registry.transitions.fixity import close_incident
from regulation.duties import RULES, Clock, DutyKind, DutyState
from regulation.errors import ActionDenied, CustodyError
from regulation.incidents import Resolution
from regulation.retention import Kept
from regulation.vocabulary import Role
from tests.fixtures.archives import Archived
from tests.fixtures.custody import MORNING
from tests.fixtures.duties import Duties
from tests.fixtures.stations import NOON, Scene

pytestmark = pytest.mark.servers

NAME = "DSJ00001_SL000001_20260521120500_0001.mp4"


@pytest.fixture
def taken_in(scene: Scene, media_samples: dict[str, bytes]) -> Scene:
    """A scene with one sealed original of an activity."""
    scene.activity()
    put(scene, media_samples["mp4"])
    upload_dock_session(scene.dump, station=scene.name)
    return scene


def put(scene: Scene, content: bytes, name: str = NAME) -> None:
    path = scene.dump / name
    path.write_bytes(content)
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))


def test_an_original_is_byte_for_byte_what_the_recorder_held(taken_in: Scene, media_samples: dict[str, bytes]) -> None:
    (original,) = taken_in.originals()
    assert original.read_bytes() == media_samples["mp4"] == (taken_in.dump / NAME).read_bytes()
    assert original.name == sha256(media_samples["mp4"]).hexdigest()


def test_an_original_is_read_only_in_the_vault(taken_in: Scene) -> None:
    (original,) = taken_in.originals()
    assert stat.S_IMODE(original.stat().st_mode) == 0o444


def test_an_original_is_never_replaced_by_other_bytes(taken_in: Scene, tmp_path: Path) -> None:
    (original,) = taken_in.originals()
    key = original.relative_to(taken_in.station.vault.root).as_posix()
    with pytest.raises(CustodyError):
        taken_in.station.vault.put_document(key, b"other bytes")
    held = taken_in.station.vault.check(key, None)
    assert held is not None
    assert held.size == original.stat().st_size


def test_a_lock_can_be_lengthened_and_never_shortened(taken_in: Scene) -> None:
    vault = taken_in.station.vault
    (held,) = vault.originals("chengguan")
    assert held.retain_until is not None
    later = vault.extend_retention(held.key, held.version, held.retain_until + timedelta(days=1))
    with pytest.raises(ActionDenied):
        vault.extend_retention(held.key, held.version, held.retain_until)
    assert later.retain_until == held.retain_until + timedelta(days=1)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE recording SET sha256 = '0'",
        "UPDATE recording SET vault_key = 'elsewhere'",
        "UPDATE recording SET size = 1",
        "DELETE FROM recording",
        "UPDATE ledger_entry SET facts = '{}'",
        "DELETE FROM ledger_entry",
        "UPDATE file_receipt SET document = '{}'",
        "DELETE FROM file_receipt",
    ],
)
def test_the_registry_itself_refuses_to_forget_or_rewrite(taken_in: Scene, act: str) -> None:
    with taken_in.registry.streaming() as connection, pytest.raises(DatabaseError):
        connection.execute(text(act))
    assert ledger.verify(taken_in.registry).problems == []


def test_every_original_is_hashed_when_it_comes_in_and_the_ledger_says_so(
    taken_in: Scene, media_samples: dict[str, bytes]
) -> None:
    (line,) = taken_in.lines().values()
    assert line.sha256 == sha256(media_samples["mp4"]).hexdigest()
    assert line.sm3 is not None
    assert ledger.verify_rows(taken_in.registry).problems == []


def test_the_same_content_is_kept_once_and_read_again_before_it_counts(taken_in: Scene, tmp_path: Path) -> None:
    (original,) = taken_in.originals()
    intake = Intake(taken_in.people["unit"], "chengguan", *_month(original), NOON + timedelta(days=400))
    with (taken_in.dump / NAME).open("rb") as file:
        stored = taken_in.station.vault.store(file.fileno(), intake, second=SecondDigest.NONE, progress=lambda _: None)
    assert stored.already_there
    assert taken_in.originals() == [original]


def _month(original: Path) -> tuple[int, int]:
    year, month = original.parts[-3:-1]
    return int(year), int(month)


def test_a_cut_recording_is_kept_as_it_is_and_told(scene: Scene, media_samples: dict[str, bytes]) -> None:
    cut = media_samples["mp4"][: len(media_samples["mp4"]) // 2]
    put(scene, cut)
    upload_dock_session(scene.dump, station=scene.name)
    (row,) = scene.recordings().values()
    assert row.condition is Condition.DAMAGED
    (original,) = scene.originals()
    assert original.read_bytes() == cut


def test_a_wrong_clock_is_corrected_by_what_was_measured_and_told(
    scene: Scene, media_samples: dict[str, bytes]
) -> None:
    scene.activity()
    with scene.registry.acting("test", NOON) as act:
        read_at = NOON - timedelta(hours=1)
        act.session.add(ClockReading(device_id=scene.people["device"], read_at=read_at, offset_seconds=-7200.0))
    put(scene, media_samples["mp4"], "DSJ00001_SL000001_20260521140500_0001.mp4")
    upload_dock_session(scene.dump, station=scene.name)
    (row,) = scene.recordings().values()
    assert row.started_at == NOON + timedelta(minutes=5)
    assert row.activity_number is not None
    page = (scene.station.receipt_folder / scene.receipt().number / "receipt.html").read_text()
    assert "A7-clock-offset" in page


def test_the_receipt_keeps_what_the_device_called_its_files(taken_in: Scene) -> None:
    (line,) = json.loads(taken_in.receipt().document)["may_be_wiped"]
    assert bytes.fromhex(line["raw_name"]) == NAME.encode()


CHECKED = ("battery_ok", "storage_ok", "clock_ok", "works")


@pytest.mark.parametrize("fails", CHECKED)
def test_whatever_fails_in_the_check_before_use_the_recorder_is_to_be_replaced(duty_city: Duties, fails: str) -> None:
    check(duty_city, **{fails: False})
    [duty] = replacements(duty_city)
    assert (duty.clock, duty.clock_started_at, duty.owed_by_id) == (Clock.CHECK_FAILED, MORNING, None)
    # One working day after Monday, at the same time of day.
    assert duty.due_at == MORNING + timedelta(days=1)
    assert RULES[DutyKind.DEVICE_REPLACEMENT].owed_by is Role.DEVICE_ADMINISTRATOR


def check(duty_city: Duties, device: str = "D1", **found: bool) -> None:
    city = duty_city.city
    with city.act() as act:
        made = record_check(act, city.devices[device], city.people["A2"], checked_at=city.now, **found)
        assert made.passed is all(found.values())


def replacements(duty_city: Duties) -> list[Duty]:
    duty_city.settle()
    return duty_city.all(DutyKind.DEVICE_REPLACEMENT)


def test_a_passed_check_asks_for_nothing(duty_city: Duties) -> None:
    check(duty_city)
    assert replacements(duty_city) == []


@pytest.mark.parametrize(("hours", "state"), [(24, DutyState.MET), (25, DutyState.MET_LATE)])
@pytest.mark.parametrize("how", ["mended", "another"])
def test_it_is_met_by_a_check_that_is_passed_or_by_another_recorder(
    duty_city: Duties, how: str, hours: int, state: DutyState
) -> None:
    check(duty_city, storage_ok=False)
    duty_city.settle()
    duty_city.city.wait(hours=hours)
    if how == "mended":
        check(duty_city)
    else:
        with duty_city.city.act() as act:
            directory.enter_custody(act, [CustodyEntry("D2", "A2", duty_city.city.now)])
    [duty] = replacements(duty_city)
    assert (duty.state, duty.met_at) == (state, duty_city.city.now)


@pytest.mark.parametrize("how", ["another device passes", "the same again", "given to somebody else"])
def test_it_is_met_by_nothing_else(duty_city: Duties, how: str) -> None:
    check(duty_city, works=False)
    duty_city.settle()
    duty_city.city.wait(hours=1)
    if how == "another device passes":
        check(duty_city, "D2")
    elif how == "the same again":
        check(duty_city, works=False)
    else:
        with duty_city.city.act() as act:
            directory.enter_custody(act, [CustodyEntry("D2", "A1", duty_city.city.now)])
    assert {duty.state for duty in replacements(duty_city)} == {DutyState.RUNNING}


def test_not_replaced_in_time_the_administrator_and_then_the_leaders_hear(duty_city: Duties) -> None:
    check(duty_city, battery_ok=False)
    duty_city.settle()
    duty_city.city.now = MORNING + timedelta(days=1, hours=4)
    duty_city.sweep()
    [duty] = replacements(duty_city)
    people = {person: number for number, person in duty_city.city.people.items()}
    heard = {(one.step.value, people[one.person_id]) for one in duty_city.lines() if one.duty_id == duty.id}
    assert heard == {("reminder", "A3"), ("due", "A3"), ("department-head", "L2")}


def test_an_original_that_was_altered_is_found_when_it_is_read_again_and_is_no_longer_destroyed(
    archived: Archived,
) -> None:
    archived.store("录像一", "录像二")
    archived.audit()
    archived.overwrite("录像一", "录像三".encode())
    archived.city.wait(days=183)
    archived.audit()
    assert archived.found() == {("different", "录像一")}
    with archived.city.registry.reading() as reading:
        kept = kept_by(reading.connection(), [archived.recording("录像一").id], MORNING + timedelta(days=3650))
    assert Kept.INCIDENT_OPEN in kept[archived.recording("录像一").id]


def test_nobody_who_has_no_say_settles_that_an_original_was_altered(archived: Archived) -> None:
    archived.store("录像一")
    archived.remove("录像一")
    archived.audit()
    number = archived.incidents()[0].number
    for person, resolution in (("A1", Resolution.EXPLAINED), ("A3", Resolution.RESTORED), ("A3", Resolution.LOST)):
        with pytest.raises(ActionDenied, match=r"Art\. 7"), archived.city.act() as act:
            close_incident(act, number, archived.city.people[person], resolution, "说明")
    with archived.city.act() as act:
        close_incident(act, number, archived.city.people["L3"], Resolution.LOST, "硬盘损坏，无备份")
    assert archived.is_sound()
