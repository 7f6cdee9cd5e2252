"""The upload lifecycle on a real Prefect server: what goes in, what comes out, again and again."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from blocks.signing import check_signature
from blocks.unit_policy import UnitPolicy
from flows.upload import upload_dock_session
from registry import ledger, queries
from registry.queries.ledger import has_entry
from registry.tables import Condition, Filing, ItemOutcome, Recording
from regulation.errors import ActionDenied, ConfigurationError, FixityError
from regulation.vocabulary import MediaKind
from tests.fixtures.stations import NOON, MakeScene, Scene

pytestmark = pytest.mark.servers


Samples = dict[str, bytes]


def put(scene: Scene, sample: bytes, name: str, at: float = NOON.timestamp()) -> Path:
    path = scene.dump / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sample)
    os.utime(path, (at, at))
    return path


def recorded(minute: int, extension: str = "mp4") -> str:
    at = NOON + timedelta(hours=8, minutes=minute)
    return f"DSJ00001_SL000001_{at:%Y%m%d%H%M%S}_{minute:04d}.{extension}"


def run(scene: Scene, **options: bool) -> str:
    return upload_dock_session(scene.dump, station=scene.name, **options)


def assert_sound(scene: Scene) -> None:
    assert ledger.verify(scene.registry).problems == []
    assert ledger.verify_rows(scene.registry).problems == []


def test_a_dump_becomes_sealed_verified_filed_originals_with_a_receipt(scene: Scene, media_samples: Samples) -> None:
    activity = scene.activity()
    video = put(scene, media_samples["mp4"], recorded(5))
    photo = put(scene, media_samples["jpg"], recorded(6, "jpg"))

    number = run(scene)

    receipt = scene.receipt()
    assert receipt.number == number
    document = json.loads(receipt.document)
    assert [line["name"] for line in document["may_be_wiped"]] == [video.name, photo.name]
    assert document["stays_on_device"] == []
    with scene.registry.reading() as session:
        assert has_entry(session, document["ledger"]["entry"], document["ledger"]["hash"])
    check_signature(receipt.document, receipt.signature, scene.station.receipt_key.public_key)
    rows = scene.recordings()
    assert {row.media_kind for row in rows.values()} == {MediaKind.VIDEO, MediaKind.PHOTO}
    assert {row.condition for row in rows.values()} == {Condition.WHOLE}
    assert {row.filing for row in rows.values()} == {Filing.FILED}
    with scene.registry.reading() as session:
        streams = set(session.exec(select(Recording.streams)))
    assert streams == {"h264 640x360 15/s; aac 16000 Hz x1", "jpeg 640x480"}
    assert activity is not None
    assert len(scene.originals()) == 2
    assert video.exists(), "nothing is wiped unless it is asked for"
    assert_sound(scene)


def test_the_same_dump_again_is_all_duplicates_and_stores_nothing_twice(scene: Scene, media_samples: Samples) -> None:
    put(scene, media_samples["mp4"], recorded(5))
    first = run(scene)
    held = scene.originals()
    second = run(scene)
    assert first != second
    assert scene.originals() == held
    assert [line.outcome for line in scene.lines().values()] == [ItemOutcome.DUPLICATE]
    assert all(line.may_be_wiped for line in scene.lines().values())
    assert_sound(scene)


def test_what_is_wrong_with_a_file_is_told_and_keeps_nothing_out(scene: Scene, media_samples: Samples) -> None:
    whole = put(scene, media_samples["mp4"], recorded(1))
    broken = put(scene, media_samples["mov"], recorded(2))
    os.truncate(broken, broken.stat().st_size * 6 // 10)
    put(scene, whole.read_bytes(), "again.mp4")
    put(scene, media_samples["jpg"], "picture.mp4")
    (scene.dump / "empty.mp4").touch()
    (scene.dump / "readme.txt").write_text("text")

    run(scene)

    lines, rows = scene.lines(), scene.recordings()
    twice = {lines[name].outcome: name for name in (recorded(1), "again.mp4")}
    assert set(twice) == {ItemOutcome.DUPLICATE, ItemOutcome.STORED}, "whichever was read first is the original"
    assert rows[recorded(2)].condition == Condition.DAMAGED
    assert rows["picture.mp4"].condition == Condition.WRONG_EXTENSION
    assert rows["empty.mp4"].condition == Condition.EMPTY
    assert rows["readme.txt"].condition == Condition.NOT_MEDIA
    assert all(line.may_be_wiped for line in lines.values())
    assert len(scene.originals()) == 5
    with scene.registry.reading() as reading:
        owed = {duty.subject_id for duty in queries.running_duties(reading, scene.people["unit"])}
    original = twice[ItemOutcome.STORED]
    assert owed == {rows[name].recording_id for name in ("picture.mp4", "empty.mp4", original, recorded(2))}


def test_nothing_outside_the_dump_is_read_and_nothing_but_files_is_taken(scene: Scene, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"not of this dump")
    (scene.dump / "link.mp4").symlink_to(secret)
    (scene.dump / "folder").symlink_to(tmp_path)
    os.mkfifo(scene.dump / "pipe.mp4")

    run(scene, wipe=True)

    assert {line.outcome for line in scene.lines().values()} == {ItemOutcome.NOT_A_FILE}
    assert not any(line.may_be_wiped for line in scene.lines().values())
    assert scene.originals() == []
    assert secret.read_bytes() == b"not of this dump"
    assert sorted(os.listdir(scene.dump)) == ["folder", "link.mp4", "pipe.mp4"]


def test_wiping_removes_exactly_what_the_receipt_names(scene: Scene, media_samples: Samples) -> None:
    put(scene, media_samples["mp4"], recorded(5))
    put(scene, media_samples["jpg"], "sub/" + recorded(6, "jpg"))
    (scene.dump / "link.mp4").symlink_to("/etc/passwd")

    run(scene, wipe=True)

    assert sorted(path.name for path in scene.dump.rglob("*")) == ["link.mp4", "sub"]
    assert len(scene.originals()) == 2
    assert_sound(scene)


def test_a_file_changed_after_the_receipt_is_not_wiped(
    scene: Scene, media_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = put(scene, media_samples["mp4"], recorded(5))
    publish = upload_dock_session.fn.__globals__["publish_session"]

    def change_then_publish(*arguments: object) -> None:
        content = bytearray(video.read_bytes())
        content[100] ^= 1
        video.write_bytes(content)
        publish(*arguments)

    monkeypatch.setitem(upload_dock_session.fn.__globals__, "publish_session", change_then_publish)
    run(scene, wipe=True)
    assert video.exists()


def test_a_run_from_prefect_reads_only_below_the_dock_folders(scene: Scene, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(ActionDenied, match="not below a dock folder"):
        upload_dock_session(elsewhere, station=scene.name)
    (scene.dock / "way-out").symlink_to(elsewhere)
    with pytest.raises(ActionDenied, match="not below a dock folder"):
        upload_dock_session(scene.dock / "way-out", station=scene.name)


def test_a_run_from_prefect_wipes_only_where_the_station_allows_it(make_scene: MakeScene) -> None:
    scene = make_scene(wipe_allowed=False)
    (scene.dump / "a.txt").write_text("a")
    with pytest.raises(ActionDenied, match="does not allow"):
        run(scene, wipe=True)
    assert (scene.dump / "a.txt").exists()


def test_a_recording_of_no_activity_becomes_a_duty_and_of_several_a_question(
    scene: Scene, media_samples: Samples
) -> None:
    scene.activity(start=NOON, minutes=30)
    scene.activity(start=NOON + timedelta(minutes=20), minutes=30)
    put(scene, media_samples["mp4"], recorded(25))
    put(scene, media_samples["jpg"], recorded(59, "jpg"))
    run(scene)
    rows = scene.recordings()
    assert rows[recorded(25)].filing == Filing.ASKED
    assert rows[recorded(59, "jpg")].filing == Filing.UNFILED


def test_an_original_gone_from_the_vault_is_never_offered_for_wiping(scene: Scene) -> None:
    (scene.dump / "a.txt").write_text("a")
    run(scene)
    for original in scene.originals():
        original.unlink()
    run(scene)
    assert [line.outcome for line in scene.lines().values()] == [ItemOutcome.MISMATCHED]
    assert not any(line.may_be_wiped for line in scene.lines().values())


def test_a_forged_receipt_wipes_nothing(scene: Scene) -> None:
    receipt_text = '{"may_be_wiped":[]}'
    with pytest.raises(FixityError):
        check_signature(receipt_text, scene.station.receipt_key.sign("other"), scene.station.receipt_key.public_key)


def rule(unit: str, parameter: str, value: int) -> str:
    head = f'layer = "unit"\nunit = "{unit}"\ndocument = "某办法"\n[parameters.{parameter}]\n'
    return f'{head}value = {value}\nvalid_from = 2026-01-01\narticle = "Art. 18"\n'


def test_a_unit_docks_by_its_own_rules_whatever_another_one_has(make_scene: MakeScene, media_samples: Samples) -> None:
    """Art. 23: what is locked for longer than the unit's own rule asks cannot be unlocked again."""
    months = "routine_retention_months"
    layers = [rule("chengguan", months, 12), rule("jiaotong", months, 24), rule("huanbao", "no_such_rule", 1)]
    scene = make_scene(policy=UnitPolicy(layers=layers))
    put(scene, media_samples["jpg"], recorded(5, "jpg"))

    run(scene)

    with scene.registry.reading() as session:
        [original] = session.exec(select(Recording)).all()
    assert original.retain_until is not None
    assert 365 <= (original.retain_until - original.received_at).days <= 368
    assert_sound(scene)


def test_a_unit_whose_own_rules_are_not_sound_docks_nothing(make_scene: MakeScene, media_samples: Samples) -> None:
    scene = make_scene(policy=UnitPolicy(layers=[rule("chengguan", "no_such_rule", 1)]))
    put(scene, media_samples["jpg"], recorded(5, "jpg"))

    with pytest.raises(ConfigurationError, match="no_such_rule"):
        run(scene)
    assert scene.originals() == []
