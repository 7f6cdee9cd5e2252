"""kill -9 of the worker at every step of a session, alone and with its flow, in runs started as `custody up` has them
started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.deployments import run_deployment
from prefect.states import Crashed

from deployments.bootstrap import register
from deployments.prefect_yaml import deploy_all
from deployments.system import POOL, prefect_yaml
from deployments.watch import DEPLOYMENT
from registry.database import Registry
from tests.faults.dumps import fill
from tests.faults.own_prefect import OwnPrefect
from tests.faults.promises import assert_all_done, assert_kept, assert_sound, contents_of
from tests.faults.victims import At
from tests.fixtures.patience import wait_until
from tests.fixtures.stations import Scene, populate
from tests.fixtures.suspended import ended

pytestmark = pytest.mark.servers


def hold(target: str, when: Literal["before", "after"] = "before", call: int = 1) -> At:
    return At(target, when, call, do="hold")


DIE_WITH_THEIR_FLOWS = (
    hold("tasks.dump:Dump.entries"),
    hold("blocks.folder_writing:Settling.write", "after", 4),
    hold("blocks.folder_writing:Settling._read_back", "after"),  # the first: the one before may leave but one file
    hold("tasks.docking.probe:_probe_batch"),
    hold("tasks.docking.file:file_recordings"),
    hold("registry.transitions.docking:seal_session", "after"),
    hold("tasks.docking.seal:lay_out"),
)
"""In the order of a session, at least one in each step: scan, hash and store, verify, probe, file, seal,
receipt."""
READING = hold("tasks.docking.take_in:_register")
WIPING = hold("tasks.docking.wipe:_wipe", call=3)
STORED = 3
"""From this of `DIE_WITH_THEIR_FLOWS` on everything is stored."""


def give_up(run: UUID) -> None:
    """As an administrator does with a run whose machine went down: else four of them hold the deployment's four places
    until their leases run out, some minutes later."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, Crashed(), force=True)


@pytest.fixture
def scene(own_prefect: OwnPrefect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The system's own station, deployed."""
    own_prefect.home.settings.wipe_allowed = True
    for name, value in own_prefect.home.prefect_environment().items():
        monkeypatch.setenv(name, value)
    registry = Registry(own_prefect.home.settings.registry_url)
    people = populate(registry)
    with own_prefect.spoken_to():
        station = register(own_prefect.home)
        deploy_all(prefect_yaml(), POOL)
        dump = own_prefect.dock / "dump"
        dump.mkdir()
        yield Scene("default", station, registry, own_prefect.dock, dump, people)
    registry.dispose()


def begin(scene: Scene) -> UUID:
    """A run like those of the folder watch."""
    parameters = {"folder": str(scene.dump), "wipe": True}
    return run_deployment(DEPLOYMENT, parameters=parameters, timeout=0, as_subflow=False).id


def held(file: Path) -> int:
    """The process that waits at a moment, once it does."""
    wait_until(file.exists, f"{file.name} never came")
    return int(file.read_text())


@pytest.mark.timeout(900)
def test_workers_killed_at_every_step_with_and_without_their_flows(
    own_prefect: OwnPrefect, scene: Scene, media_samples: dict[str, bytes], tmp_path: Path
) -> None:
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    reading, wiping = tmp_path / "reading", tmp_path / "wiping"

    # One worker after the other dies with its flow; each time the next run goes on where the last one was.
    for place, moment in enumerate(DIE_WITH_THEIR_FLOWS):
        if place == STORED:
            left_alone(own_prefect, scene, reading)
        worker, met = f"worker-{place}", tmp_path / f"moment-{place}"
        run = begin(scene)  # before there is a worker, which looks at once and then only every ten seconds
        own_prefect.start_worker(worker, {met: moment})
        flow = held(met)
        own_prefect.kill(worker)
        os.kill(flow, signal.SIGKILL)  # in a group of its own
        give_up(run)
        assert_sound(scene, before)
        assert contents_of(scene.dump) == before, f"killed {moment}"
        if place >= STORED:
            assert_kept(scene, before)

    # The last loses its worker while it wipes, and comes to its end alone.
    last = begin(scene)
    own_prefect.start_worker("last", {wiping: WIPING})
    held(wiping)
    own_prefect.kill("last", alone=True)
    assert_sound(scene, before)
    wiping.with_suffix(".go").touch()
    completed = ended(last)
    assert completed.state is not None
    assert completed.state.is_completed()
    assert_all_done(scene, before)


def left_alone(own_prefect: OwnPrefect, scene: Scene, reading: Path) -> None:
    """A worker dies while its flow registers files, which lives on; a second run is refused until it dies too."""
    run = begin(scene)
    own_prefect.start_worker("first", {reading: READING})
    orphan = held(reading)
    own_prefect.kill("first", alone=True)

    other = begin(scene)
    own_prefect.start_worker("second", {})
    refused = ended(other)
    assert refused.state is not None
    assert refused.state.is_failed()
    assert "Another process is working on this dock session" in (refused.state.message or "")

    os.kill(orphan, signal.SIGKILL)
    own_prefect.kill("second")
    give_up(run)
