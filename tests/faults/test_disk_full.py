"""The disk of the vault, of the registry or of the receipts is full: said clearly, and once there is room the next run
finishes (Art. 16)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from blocks.directory_vault import DirectoryVault
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.promises import assert_all_done, assert_sound, contents_of
from tests.faults.victims import At, Order, Victims
from tests.fixtures.parts import disk_in_memory, remount
from tests.fixtures.stations import Scene

pytestmark = pytest.mark.servers

Samples = dict[str, bytes]


class SmallDisk:
    """A file system in memory of a size of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, size: str) -> None:
        """Make room, or less of it."""
        remount(self.folder, f"size={size}")

    def fill(self) -> None:
        """Leave not one byte."""
        with suppress(OSError), (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while filler.write(bytes(size)):
                        pass

    def free(self) -> None:
        """Give it back."""
        (self.folder / "filler").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with disk_in_memory(tmp_path / "small", "6m") as folder:
        yield SmallDisk(folder)


def assert_finishes(victims: Victims, scene: Scene, before: dict[bytes, str]) -> None:
    """Now that there is room."""
    ended = victims.run(Order(scene.dump, scene.name, wipe=True))
    assert ended.receipt is not None, ended
    assert_all_done(scene, before)


def assert_unavailable(
    victims: Victims, scene: Scene, *moments: At, meanwhile: Callable[[], object] | None = None
) -> None:
    victim = victims.start(Order(scene.dump, scene.name, wipe=True, moments=moments))
    if meanwhile is not None:
        victim.wait_for()
        meanwhile()
        victim.go_on()
    ended = victim.wait()
    assert (ended.error, ended.receipt) == ("Unavailable", None), ended


def test_a_vault_without_room_is_said_clearly_and_finished_once_there_is(
    victims: Victims, new_scene: NewScene, media_samples: Samples, small_disk: SmallDisk
) -> None:
    scene = new_scene(vault=DirectoryVault(root=small_disk.folder / "vault", immutable=False))
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)

    assert_unavailable(victims, scene)
    assert contents_of(scene.dump) == before
    assert_sound(scene, before)
    small_disk.resize("64m")
    assert_finishes(victims, scene, before)


def test_a_vault_without_room_is_waited_for(
    victims: Victims, new_scene: NewScene, media_samples: Samples, small_disk: SmallDisk
) -> None:
    scene = new_scene(vault=DirectoryVault(root=small_disk.folder / "vault", immutable=False))
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    full = At("blocks.filesystem:as_custody_error", do="note")
    victim = victims.start(Order(scene.dump, scene.name, wipe=True, moments=(full,)))
    victim.wait_for()
    small_disk.resize("64m")

    ended = victim.wait()
    assert ended.receipt is not None, ended
    assert_all_done(scene, before)


@pytest.mark.parametrize(
    "moment",
    [
        At("tasks.docking.take_in:_register", do="hold"),
        At("registry.transitions.docking:seal_session", do="hold"),
        At("registry.transitions.docking:record_wiped", do="hold"),
    ],
    ids=str,
)
def test_a_registry_without_room_is_said_clearly_and_finished_once_there_is(
    moment: At,
    victims: Victims,
    new_scene: NewScene,
    media_samples: Samples,
    small_disk: SmallDisk,
    sqlite_template: Path,
) -> None:
    path = small_disk.folder / "registry.db"
    path.write_bytes(sqlite_template.read_bytes())
    scene = new_scene(url=f"sqlite:///{path}")
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)

    assert_unavailable(victims, scene, moment, meanwhile=small_disk.fill)
    small_disk.free()
    assert_sound(scene, before)
    assert_finishes(victims, scene, before)


@pytest.mark.parametrize(
    "moment",
    [
        At("flows.upload:scan_dump"),
        At("blocks.folder_writing:Settling.write", call=3),
        At("tasks.docking.take_in:_register"),
        At("tasks.docking.seal:lay_out"),
        At("blocks.folder_store:FolderStore.put_document"),
        At("flows.upload:wipe_dump"),
    ],
    ids=str,
)
def test_when_no_file_grows_any_more_the_run_says_so_and_the_next_finishes(
    moment: At, victims: Victims, new_scene: NewScene, media_samples: Samples
) -> None:
    scene = new_scene()
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)

    assert_unavailable(victims, scene, At(moment.target, moment.when, moment.call, do="fill the disk"))
    assert_sound(scene, before)
    if moment.target != "flows.upload:wipe_dump":
        assert os.path.lexists(scene.dump / "link.mp4")
        assert contents_of(scene.dump) == before
    assert_finishes(victims, scene, before)
