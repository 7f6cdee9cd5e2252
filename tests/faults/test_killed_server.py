"""kill -9 of the Prefect server at every step of a session: sessions come to their end without it, and when it is there
again the same command finds all done."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from sqlmodel import select

from registry.tables import DockSession, SessionState
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.own_prefect import OwnPrefect
from tests.faults.promises import Contents, assert_all_done, contents_of
from tests.faults.victims import At, Ended, Order, Victim, Victims
from tests.fixtures.kept import keep_plain
from tests.fixtures.stations import Scene

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]  # all sessions are suffered before the first test

MOMENTS = (
    At("tasks.docking.work:name_run", do="hold"),
    At("tasks.dump:Dump.entries", do="hold"),
    At("registry.transitions.docking:record_scan", "after", do="hold"),
    At("blocks.folder_writing:Settling.write", "after", call=4, do="hold"),
    At("blocks.folder_writing:Settling._read_back", "after", call=2, do="hold"),
    At("tasks.docking.take_in:_register", call=2, do="hold"),
    At("tasks.docking.probe:_probe_batch", do="hold"),
    At("tasks.docking.file:file_recordings", do="hold"),
    At("registry.transitions.docking:seal_session", "after", do="hold"),
    At("tasks.docking.seal:lay_out", do="hold"),
    At("flows.upload:publish_session", do="hold"),
    At("tasks.docking.wipe:_wipe", call=3, do="hold"),
)
"""At least one in each step: scan, hash and store, verify, register, probe, file, seal, receipt, show, wipe."""


@dataclass
class Fate:
    """A session whose server was killed at a moment: whether it came to its end without, and the run afterwards."""

    scene: Scene
    before: Contents
    order: Order
    done_without: bool = False
    again: Ended | None = None


@pytest.fixture(scope="module")
def fates(
    victims: Victims, new_scene: NewScene, media_samples: dict[str, bytes], own_prefect: OwnPrefect
) -> dict[At, Fate]:
    """All sessions at once, each held at its moment when the server is killed: it takes seconds to start."""
    fates = {moment: prepared(moment, own_prefect, new_scene, media_samples) for moment in MOMENTS}
    held = {moment: victims.start(fate.order) for moment, fate in fates.items()}
    for victim in held.values():
        victim.wait_for()
    own_prefect.kill("server")
    for victim in held.values():
        victim.go_on()
    for moment, victim in held.items():
        fates[moment].done_without = comes_to_its_end(fates[moment].scene, victim)
    own_prefect.start_server()
    with ThreadPoolExecutor(2) as pool:
        orders = [replace(fate.order, moments=()) for fate in fates.values()]
        for fate, ended in zip(fates.values(), pool.map(victims.run, orders), strict=True):
            fate.again = ended
    return fates


def prepared(moment: At, own: OwnPrefect, new_scene: NewScene, samples: dict[str, bytes]) -> Fate:
    scene = new_scene()
    keep_plain(scene.station, scene.name)
    fill(scene.dump, samples)
    before = contents_of(scene.dump)
    return Fate(scene, before, own.order(scene, wipe=True, moments=(moment,)))


def comes_to_its_end(scene: Scene, victim: Victim, seconds: float = 60) -> bool:
    """Whether the session is done by itself. Its process, which still tries to tell a dead server, is then killed."""
    until = time.monotonic() + seconds
    while not (done := is_done(scene)) and victim.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    if victim.poll() is None:
        victim.kill()
    return done or is_done(scene)


def is_done(scene: Scene) -> bool:
    """Sealed, and the lease given back at the very end."""
    with scene.registry.reading() as reading:
        sessions = reading.exec(select(DockSession)).all()
    return [(one.state, one.lease_holder) for one in sessions] == [(SessionState.SEALED, None)]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_session_comes_to_its_end_without_its_server(moment: At, fates: dict[At, Fate]) -> None:
    assert fates[moment].done_without


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_when_the_server_is_back_the_same_command_finds_all_done(moment: At, fates: dict[At, Fate]) -> None:
    fate = fates[moment]
    assert fate.again is not None
    assert fate.again.receipt is not None, fate.again
    assert_all_done(fate.scene, fate.before)
