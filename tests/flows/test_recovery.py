"""What crashed is found by the sweep: runs that only Prefect believes in, dock sessions nobody works on (Art. 16)."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Running
from pydantic import SecretStr

from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.signing import new_private_key
from flows.upload import upload_dock_session
from registry.tables import DockSession
from registry.transitions import docking
from tests.fixtures.kept import keep_plain
from tests.fixtures.watches import Watched

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.fixture
def installed(watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The installation is unit xf's, and keeps a station of unit jt as well; Prefect can start uploads."""
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    watched.change()
    for name, unit in (("default", "xf"), ("unit-jt", "jt")):
        station = DockStation(
            unit_code=unit,
            registry=RegistryDatabase(url=SecretStr(f"sqlite:///{tmp_path / 'registry.db'}")),
            vault=DirectoryVault(root=tmp_path / "vault", immutable=False),
            receipt_key=ReceiptKey(private_key=SecretStr(new_private_key())),
            receipt_folder=tmp_path / "receipts",
        )
        keep_plain(station, name)
    upload_dock_session.to_deployment("dock-station").apply()
    return watched


def interrupted(watched: Watched, unit: str) -> DockSession:
    """A dock session of the unit whose run died."""
    session = watched.duties.city.open(f"/dock/{uuid4().hex}", unit)
    with watched.duties.city.act() as act:
        docking.take_lease(act, session.id, "elsewhere:1:1:1", timedelta(minutes=5))
    return session


def started(session: DockSession) -> list[FlowRun]:
    """The runs that were asked for to go on with it."""
    named = FlowRunFilter(name=FlowRunFilterName(any_=[session.number]))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=named)
    return [one for one in runs if one.parameters["folder"] == session.source]


def test_an_interrupted_session_goes_on_at_the_station_of_its_unit(installed: Watched) -> None:
    sessions = {"default": interrupted(installed, "xf"), "unit-jt": interrupted(installed, "jt")}
    installed.sweep()
    assert not any(map(started, sessions.values())), "whoever watches the folders has a while to notice"

    installed.duties.city.wait(minutes=15, seconds=1)
    assert installed.sweep()["sessions_resumed"] == 2
    for station, session in sessions.items():
        [run] = started(session)
        assert run.parameters == {"folder": session.source, "station": station}


def test_a_start_that_came_to_nothing_is_made_again_a_few_times(installed: Watched) -> None:
    installed.duties.city.wait(seconds=7)  # the server knows the other tests' sessions of the same number
    session = interrupted(installed, "xf")
    counts = []
    for minutes in (16, 20, 60, 20, 60, 60, 3000):
        installed.duties.city.wait(minutes=minutes)
        installed.sweep()
        counts.append(len(started(session)))
    assert counts == [1, 1, 2, 2, 3, 3, 3]


def test_a_session_of_a_unit_that_has_no_station_here_is_left_alone(installed: Watched) -> None:
    session = interrupted(installed, "city")
    installed.duties.city.wait(minutes=16)
    assert installed.sweep()["sessions_resumed"] == 0
    assert started(session) == []


def test_a_run_whose_process_is_gone_is_called_crashed(installed: Watched) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    runs = {process: running(process) for process in (gone.pid, os.getpid())}
    elsewhere = running(gone.pid, node="elsewhere")

    assert installed.sweep()["crashed_runs"] == 1
    with get_client(sync_client=True) as client:
        types = {run: client.read_flow_run(run).state_type for run in (*runs.values(), elsewhere)}
    assert types == {
        runs[gone.pid]: StateType.CRASHED,
        runs[os.getpid()]: StateType.RUNNING,
        elsewhere: StateType.RUNNING,
    }


@flow
def anything() -> None:
    """A run to stand there."""


def running(process: int, node: str | None = None) -> UUID:
    """A run that Prefect believes to run in this process of this machine."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(anything, state=Running())
        client.update_flow_run(run.id, infrastructure_pid=f"{node or os.uname().nodename}:{process}")
    return run.id
