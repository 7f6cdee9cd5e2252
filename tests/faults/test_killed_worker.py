"""kill -9 of the worker, alone and with its flow, in runs started as `custody up` has them started."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun
from prefect.deployments import run_deployment

from deployments.bootstrap import register
from deployments.prefect_yaml import deploy_all
from deployments.system import POOL, prefect_yaml
from deployments.watch import DEPLOYMENT
from registry.database import Registry
from tests.faults.dumps import fill
from tests.faults.own_prefect import OwnPrefect
from tests.faults.promises import assert_all_done, assert_sound, contents_of
from tests.faults.victims import At
from tests.fixtures.stations import Scene, populate

pytestmark = pytest.mark.servers

READING = At("tasks.docking.take_in:_register", do="hold")
SEALED = At("tasks.docking.seal:lay_out", do="hold")
WIPING = At("tasks.docking.wipe:_wipe", call=3, do="hold")


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


def ended(run: UUID, seconds: float = 120) -> FlowRun:
    """The run when it has ended."""
    until = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        while time.monotonic() < until:
            found = client.read_flow_run(run)
            if found.state is not None and found.state.is_final():
                return found
            time.sleep(0.2)
    raise AssertionError(f"it did not end: {found.state}")


def held(file: Path, seconds: float = 120) -> int:
    """The process that waits at a moment, once it does."""
    until = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < until, f"{file.name} never came"
        time.sleep(0.05)
    return int(file.read_text())


def test_workers_killed_with_and_without_their_flows(
    own_prefect: OwnPrefect, scene: Scene, media_samples: dict[str, bytes], tmp_path: Path
) -> None:
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    reading, sealed, wiping = (tmp_path / name for name in ("reading", "sealed", "wiping"))

    own_prefect.start_worker("first", {reading: READING})
    begin(scene)
    orphan = held(reading)
    own_prefect.kill("first", alone=True)

    # Its flow lives on: a second run is refused.
    own_prefect.start_worker("second", {sealed: SEALED})
    refused = ended(begin(scene))
    assert refused.state is not None
    assert refused.state.is_failed()
    assert "Another process is working on this dock session" in (refused.state.message or "")

    # Now the flow dies too: the next run goes on where it was, and dies with its worker just after the seal.
    os.kill(orphan, signal.SIGKILL)
    begin(scene)
    flow = held(sealed)
    own_prefect.kill("second")
    os.kill(flow, signal.SIGKILL)  # in a group of its own
    assert_sound(scene, before)
    assert contents_of(scene.dump) == before

    # The last loses its worker while it wipes, and comes to its end alone.
    own_prefect.start_worker("third", {wiping: WIPING})
    last = begin(scene)
    held(wiping)
    own_prefect.kill("third", alone=True)
    wiping.with_suffix(".go").touch()
    completed = ended(last)
    assert completed.state is not None
    assert completed.state.is_completed()
    assert_all_done(scene, before)
