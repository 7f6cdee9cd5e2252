"""One run a dump: whoever else comes is refused while the first lives, and a run that slept too long steps back."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from registry.database import Registry
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.promises import assert_finished, assert_kept, assert_wipes_entered, contents_of
from tests.faults.victims import HASTY, SMALL_BATCHES, At, Ended, Order, Victims

pytestmark = pytest.mark.servers

Samples = dict[str, bytes]

SECOND = {"seconds": 1}
SHORT_LEASE = SMALL_BATCHES | HASTY | {"tasks.docking.lease:LEASE": SECOND, "tasks.docking.work:LEASE": SECOND}


def freeze(process: int, registry: Registry) -> None:
    """Stop a process at a moment when it holds no lock on the registry's file, which nobody could take from it."""
    for _ in range(200):
        os.kill(process, signal.SIGSTOP)
        with closing(sqlite3.connect(str(registry.engine.url.database), timeout=0.05)) as trial:
            try:
                trial.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(process, signal.SIGCONT)
                time.sleep(0.02)
            else:
                return
    raise AssertionError("it never lets the registry go")


def assert_refused(ended: Ended) -> None:
    assert (ended.error, "Another process is working" in ended.message) == ("ActionDenied", True), ended


def test_of_two_started_at_the_same_moment_one_works(
    victims: Victims, new_scene: NewScene, media_samples: Samples
) -> None:
    scene = new_scene()
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    order = Order(scene.dump, scene.name, wipe=True, moments=(At("flows.upload:scan_dump", do="hold"),))

    both = [victims.start(order), victims.start(order)]
    while not (over := [one for one in both if one.poll() is not None]):
        time.sleep(0.01)
    [refused], [winner] = over, [one for one in both if one not in over]
    winner.wait_for()
    winner.go_on()

    assert_refused(refused.wait())
    assert winner.wait().receipt is not None
    assert_kept(scene, before)
    assert_finished(scene)
    assert_wipes_entered(scene, before)


@pytest.mark.parametrize("moment", [At("flows.upload:take_in_files"), At("tasks.docking.wipe:_wipe", call=2)], ids=str)
def test_a_second_is_refused_while_the_first_lives(
    moment: At, victims: Victims, new_scene: NewScene, media_samples: Samples
) -> None:
    """Also while the first wipes: by then its session is sealed, and the dump is not yet free."""
    scene = new_scene()
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    held = At(moment.target, moment.when, moment.call, do="hold")
    first = victims.start(Order(scene.dump, scene.name, wipe=True, moments=(held,)))
    first.wait_for()

    assert_refused(victims.run(Order(scene.dump, scene.name, wipe=True)))
    first.go_on()
    ended = first.wait()

    assert ended.receipt is not None, ended
    assert_kept(scene, before)
    assert_finished(scene)
    assert_wipes_entered(scene, before)


def test_a_run_that_slept_while_another_took_over_steps_back(
    victims: Victims, new_scene: NewScene, media_samples: Samples
) -> None:
    scene = new_scene(files_at_once=1, small_files_at_once=1)
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    moment = At("blocks.folder_store:FolderStore.store", call=4, do="hold")
    sleeper = victims.start(Order(scene.dump, scene.name, wipe=True, moments=(moment,), values=SHORT_LEASE))
    sleeper.wait_for()
    freeze(sleeper.process, scene.registry)
    time.sleep(1.2)

    assert victims.run(Order(scene.dump, scene.name)).receipt is not None
    sleeper.go_on()
    os.kill(sleeper.process, signal.SIGCONT)

    assert_refused(sleeper.wait())
    assert_kept(scene, before)
    assert contents_of(scene.dump) == before, "it wiped nothing"
    assert_finished(scene)
