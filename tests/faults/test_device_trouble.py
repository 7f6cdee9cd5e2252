"""The recorder is pulled out, its memory fails, its files change under the reading: what was read is kept, what was not
stays where it is, and the session ends (Art. 7, 16)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlmodel import col, select

from registry.tables import Condition, DockItem, ItemOutcome
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill, numbers, put, recorded
from tests.faults.promises import assert_finished, assert_kept, assert_sound, assert_wipes_entered, contents_of
from tests.faults.victims import At, Order, Victims
from tests.fixtures.stations import Scene

pytestmark = pytest.mark.servers

Samples = dict[str, bytes]

BIG_FILE_READ = At("blocks.hashing:Slab.fill", call=2, do="hold")
"""One file after the other, the largest first: its second buffer."""


@pytest.fixture
def scene(new_scene: NewScene, media_samples: Samples) -> Scene:
    made = new_scene(files_at_once=1, small_files_at_once=1)
    fill(made.dump, media_samples)
    return made


def take_in(victims: Victims, scene: Scene, *moments: At, meanwhile: Callable[[], object] | None = None) -> None:
    """A run with `wipe` that ends well; what happens while it is held."""
    victim = victims.start(Order(scene.dump, scene.name, wipe=True, moments=moments))
    if meanwhile is not None:
        victim.wait_for()
        meanwhile()
        victim.go_on()
    ended = victim.wait()
    assert ended.receipt is not None, ended
    assert not moments or victim.reached()


def outcomes(scene: Scene) -> dict[str, ItemOutcome]:
    return {name: line.outcome for name, line in scene.lines().items()}


def assert_offered(scene: Scene, *stay: str) -> None:
    """Everything may be wiped but the link and these."""
    assert {name for name, line in scene.lines().items() if not line.may_be_wiped} == {"link.mp4", *stay}


def test_a_file_that_cannot_be_read_to_its_end_stays_and_comes_in_when_it_can(victims: Victims, scene: Scene) -> None:
    before = contents_of(scene.dump)
    take_in(victims, scene, At(BIG_FILE_READ.target, call=BIG_FILE_READ.call, do="EIO"))

    assert outcomes(scene)["big.dat"] is ItemOutcome.UNREADABLE
    assert_offered(scene, "big.dat")
    assert set(contents_of(scene.dump)) == {b"big.dat"}
    assert_sound(scene, before)
    take_in(victims, scene)
    assert_kept(scene, before)
    assert_wipes_entered(scene, before)


def test_a_file_that_may_not_be_opened_stays(victims: Victims, scene: Scene) -> None:
    before = contents_of(scene.dump)
    take_in(victims, scene, At("tasks.dump:_open_quietly", call=2, do="EACCES"))

    [(name, _)] = [(name, one) for name, one in outcomes(scene).items() if one is ItemOutcome.UNREADABLE]
    assert scene.lines()[name].note == "Permission denied"
    assert_offered(scene, name)
    assert_sound(scene, before)
    take_in(victims, scene)
    assert_kept(scene, before)


@pytest.mark.parametrize("opened", [1, 4])
def test_a_recorder_pulled_out_while_it_is_read(victims: Victims, scene: Scene, opened: int) -> None:
    """All that was read before is in, and judged by what the vault has of it."""
    before = contents_of(scene.dump)
    take_in(victims, scene, At("tasks.dump:Dump.open", call=opened, do="EIO", ever_after=True))

    found = list(outcomes(scene).values())
    assert found.count(ItemOutcome.UNREADABLE) == len(before) - (opened - 1)
    conditions = {name: row.condition for name, row in scene.recordings().items()}
    assert conditions.pop("big.dat", Condition.NOT_MEDIA) is Condition.NOT_MEDIA
    assert set(conditions.values()) <= {Condition.WHOLE, Condition.DAMAGED}
    assert contents_of(scene.dump) == before, "nothing of it could be wiped"
    assert_sound(scene, before)
    assert_finished(scene)
    take_in(victims, scene)
    assert_kept(scene, before)
    assert_wipes_entered(scene, before)


def test_a_recorder_pulled_out_while_it_is_wiped(victims: Victims, scene: Scene) -> None:
    before = contents_of(scene.dump)
    wiping = At("tasks.dump:Dump.open", armed_by="flows.upload:wipe_dump", call=4, do="EIO", ever_after=True)
    take_in(victims, scene, wiping)

    assert len(contents_of(scene.dump)) == len(before) - 3
    assert_kept(scene, before)
    assert_wipes_entered(scene, before)
    take_in(victims, scene)
    assert contents_of(scene.dump) == {}
    assert_kept(scene, before)


def test_files_that_go_between_scan_and_reading_are_told(victims: Victims, scene: Scene) -> None:
    def go() -> None:
        (scene.dump / recorded(6, "jpg")).unlink()
        shutil.rmtree(scene.dump / "100MEDIA")

    before = contents_of(scene.dump)
    take_in(victims, scene, At("flows.upload:take_in_files", do="hold"), meanwhile=go)

    gone = {recorded(6, "jpg"), f"100MEDIA/{recorded(7, 'wav')}"}
    assert {name for name, one in outcomes(scene).items() if one is ItemOutcome.VANISHED} == gone
    assert_offered(scene, *gone)
    left = {name: content for name, content in before.items() if os.fsdecode(name) not in gone}
    assert_kept(scene, left)


def test_what_others_take_away_is_never_entered_as_wiped(victims: Victims, scene: Scene, tmp_path: Path) -> None:
    """A pulled recorder looks like an empty one to some file systems."""

    def take_away() -> None:
        for name in os.listdir(scene.dump):
            shutil.move(scene.dump / name, tmp_path)

    before = contents_of(scene.dump)
    take_in(victims, scene, At("flows.upload:wipe_dump", do="hold"), meanwhile=take_away)

    with scene.registry.reading() as reading:
        assert reading.exec(select(DockItem).where(col(DockItem.wiped_at).is_not(None))).all() == []
    assert contents_of(tmp_path) == before
    assert_kept(scene, before)


def test_a_wipe_cut_off_is_not_entered_for_another_folder_in_its_place(
    victims: Victims, scene: Scene, tmp_path: Path
) -> None:
    before = contents_of(scene.dump)
    moment = At("tasks.dump:Dump.remove", "after", call=2)
    assert victims.run(Order(scene.dump, scene.name, wipe=True, moments=(moment,))).killed
    scene.dump.rename(tmp_path / "pulled-out")
    scene.dump.mkdir()

    take_in(victims, scene)

    with scene.registry.reading() as reading:
        assert reading.exec(select(DockItem).where(col(DockItem.wiped_at).is_not(None))).all() == []
    assert len(contents_of(tmp_path / "pulled-out")) == len(before) - 2
    assert_kept(scene, before)
    assert_finished(scene)


def test_a_file_cut_short_while_it_is_read_is_kept_as_it_was_read_and_stays(victims: Victims, scene: Scene) -> None:
    before = contents_of(scene.dump)
    take_in(victims, scene, BIG_FILE_READ, meanwhile=lambda: os.truncate(scene.dump / "big.dat", 5 << 20))

    short = before | {b"big.dat": sha256(numbers(5 << 20)).hexdigest()}
    assert outcomes(scene)["big.dat"] is ItemOutcome.GROWING
    assert_offered(scene, "big.dat")
    assert_kept(scene, short)
    take_in(victims, scene)
    assert_kept(scene, short)
    assert contents_of(scene.dump) == {}


def test_a_growing_file_is_kept_and_never_offered_until_it_is_whole(victims: Victims, scene: Scene) -> None:
    growing = scene.dump / "big.dat"
    take_in(victims, scene, BIG_FILE_READ, meanwhile=lambda: _append(growing, b"more"))

    assert outcomes(scene)["big.dat"] is ItemOutcome.GROWING
    assert_offered(scene, "big.dat")
    assert growing.read_bytes() == numbers(9 << 20) + b"more"
    partly = {content for path in scene.originals() if growing.read_bytes().startswith(content := path.read_bytes())}
    assert len(max(partly, key=len)) > 4 << 20, "what was read of it"
    whole = contents_of(scene.dump)
    take_in(victims, scene)
    assert outcomes(scene)["big.dat"] in (ItemOutcome.STORED, ItemOutcome.DUPLICATE)
    assert not growing.exists()
    assert set(whole.values()) <= {sha256(path.read_bytes()).hexdigest() for path in scene.originals()}


def test_a_file_that_changed_after_it_was_stored_is_not_wiped(victims: Victims, scene: Scene) -> None:
    before = contents_of(scene.dump)
    changed = scene.dump / "again.mp4"
    take_in(victims, scene, At("flows.upload:wipe_dump", do="hold"), meanwhile=lambda: _append(changed, b"more"))

    assert set(contents_of(scene.dump)) == {b"again.mp4"}
    take_in(victims, scene)
    assert contents_of(scene.dump) == {}
    assert_kept(scene, before, also=[sha256(_original(scene, b"more")).hexdigest()])


def test_a_file_written_over_between_two_runs_is_taken_in_anew(victims: Victims, scene: Scene) -> None:
    moment = At("tasks.docking.take_in:_register", "after")
    assert victims.run(Order(scene.dump, scene.name, wipe=True, moments=(moment,))).killed
    first = contents_of(scene.dump)
    stored = [name for name, line in scene.lines().items() if line.outcome is ItemOutcome.STORED]
    put(scene.dump / stored[0], b"written over")

    take_in(victims, scene)

    written_over = first | {os.fsencode(stored[0]): sha256(b"written over").hexdigest()}
    assert_kept(scene, written_over, also=first.values())
    assert contents_of(scene.dump) == {}
    assert_wipes_entered(scene, written_over)


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def _original(scene: Scene, ending: bytes) -> bytes:
    [content] = [content for path in scene.originals() if (content := path.read_bytes()).endswith(ending)]
    return content
