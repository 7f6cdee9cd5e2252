"""kill -9 of the flow at every step of a session, then the same command again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace

import pytest

from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.fates import fates_of
from tests.faults.promises import assert_finished, assert_kept, assert_sound, assert_wipes_entered, contents_of
from tests.faults.victims import At, Order, Victims

pytestmark = pytest.mark.servers

DOCKING = "registry.transitions.docking"
COMMIT = "registry.act:Act.commit"
STORE = "blocks.folder_store:FolderStore"

SESSION = (
    At(f"{DOCKING}:open_session", "after"),
    At("tasks.docking.work:name_run"),
    At(f"{DOCKING}:take_lease", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:take_lease"),
)
SCAN = (
    At("tasks.dump:Dump.entries"),
    At(f"{DOCKING}:record_scan"),
    At(f"{DOCKING}:record_scan", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:record_scan"),
)
READ = (
    At("tasks.docking.known:KnownContent.find", call=3),
    At("blocks.folder_store:read_slab"),
    At("blocks.folder_store:read_slab", "after", call=5),
    At("blocks.folder_writing:Settling.write"),
    At("os:pwrite", "after", call=2),
    At("blocks.folder_writing:Settling.write", "after", call=4),
)
STORED = (
    At("blocks.folder_writing:Settling.finish"),
    At("os:fsync", armed_by="blocks.folder_writing:Settling.finish"),
    At("os:fsync", "after", armed_by="blocks.folder_writing:Settling.finish"),
    At("blocks.folder_writing:Settling._read_back", "after", call=2),
    At("os:fchmod", "after", armed_by=f"{STORE}._place"),
    At("blocks.folder_store:publish"),
    At("blocks.folder_store:publish", "after"),
    At("blocks.folder_store:publish", "after", call=3),
    At("os:link", "after"),
    At("blocks.filesystem:DirectorySync.sync", "after", armed_by="blocks.folder_store:publish"),
    At(f"{STORE}._recheck"),
    At(f"{STORE}._recheck", "after"),
    At(f"{STORE}.store", "after"),
    At(f"{STORE}.store", "after", call=5),
)
REGISTERED = (
    At("tasks.docking.take_in:_register"),
    At(f"{DOCKING}:register_originals", "after"),
    At(COMMIT, armed_by=f"{DOCKING}:register_originals"),
    At("registry.act:append", "after", armed_by=f"{DOCKING}:register_originals"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:register_originals"),
    At("tasks.docking.take_in:_register", "after", call=2),
)
PROBED = (
    At("tasks.docking.probe:_probe_batch"),
    At("tasks.probing.pool:ProbePool.probe", "after"),
    At(f"{DOCKING}:record_probes", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:record_probes"),
    At("tasks.docking.probe:_probe_batch", call=2),
)
FILED = (
    At("tasks.docking.file:file_recordings"),
    At(f"{DOCKING}:file_recordings", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:file_recordings"),
)
SEALED = (
    At("tasks.docking.seal:receipt_document", "after"),
    At(f"{DOCKING}:seal_session", "after"),
    At("registry.act:append", "after", armed_by=f"{DOCKING}:seal_session"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:seal_session"),
)
RECEIPT = (
    At("tasks.docking.seal:lay_out"),
    At("tasks.docking.seal:_write"),
    At("tasks.docking.seal:_write", "after"),
    At(f"{STORE}.put_document"),
    At("blocks.folder_store:publish", "after", armed_by=f"{STORE}.put_document"),
    At("tasks.docking.seal:lay_out", "after"),
)
SHOWN = (
    At("flows.upload:publish_session"),
    At("tasks.docking.artifacts:create_table_artifact"),
    At("flows.upload:publish_session", "after"),
)
WIPED = (
    At("tasks.docking.wipe:_wipe"),
    At("tasks.docking.wipe:_check_vault", "after"),
    At("os:unlink", armed_by="tasks.dump:Dump.remove"),
    At("os:unlink", "after", armed_by="tasks.dump:Dump.remove"),
    At("tasks.dump:Dump.remove", "after", call=2),
    At("tasks.dump:Dump.remove", "after", call=8),
    At(f"{DOCKING}:record_wiped", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:record_wiped"),
    At(f"{DOCKING}:announce_wiping", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:announce_wiping"),
    At(f"{DOCKING}:renew_lease", "after", call=9),
    At(f"{DOCKING}:release_lease", "after"),
    At(COMMIT, "after", armed_by=f"{DOCKING}:release_lease"),
)
MOMENTS = (
    *SESSION, *SCAN, *READ, *STORED, *REGISTERED, *PROBED, *FILED, *SEALED, *RECEIPT, *SHOWN, *WIPED,
)  # fmt: skip


Fates = dict[At, Future[None]]


@pytest.fixture(scope="module")
def fates(
    request: pytest.FixtureRequest, victims: Victims, new_scene: NewScene, media_samples: dict[str, bytes]
) -> Iterator[Fates]:
    """All moments that were asked for, several at once: a victim mostly waits for its disk and for Prefect."""
    yield from fates_of(request, lambda moment: suffer(moment, victims, new_scene, media_samples))


def suffer(moment: At, victims: Victims, new_scene: NewScene, samples: dict[str, bytes]) -> None:
    """Killed at the moment, and the same command again."""
    scene = new_scene()
    scene.activity()
    fill(scene.dump, samples)
    before = contents_of(scene.dump)
    order = Order(scene.dump, scene.name, wipe=True, no_rename=moment.target == "os:link")

    ended = victims.run(replace(order, moments=(moment,)))
    assert ended.killed, ended
    assert_sound(scene, before)

    again = victims.run(order)
    assert again.receipt is not None, again
    assert_kept(scene, before)
    assert contents_of(scene.dump) == {}, "what may be wiped was not"
    assert_finished(scene)
    assert_wipes_entered(scene, before)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_killed_and_run_again_nothing_is_lost_or_double(moment: At, fates: Fates) -> None:
    fates[moment].result()
