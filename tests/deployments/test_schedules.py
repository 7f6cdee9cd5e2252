"""What is to run by itself is scheduled by the server: without that nobody sweeps, audits or tells (Art. 7, 16, 20)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from deployments.bootstrap import register
from deployments.prefect_yaml import deploy_all
from deployments.server import scheduled_runs
from deployments.system import POOL, prefect_yaml
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.typed import run_custody

pytestmark = pytest.mark.servers


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnPrefect]:
    made = OwnPrefect(tmp_path)
    try:
        made.start_server()
        port = str(made.home.settings.prefect_port)
        for name, value in {**made.home.prefect_environment(), "CUSTODY_PREFECT_PORT": port, "COLUMNS": "300"}.items():
            monkeypatch.setenv(name, value)
        with made.spoken_to():
            register(made.home)
            deploy_all(prefect_yaml(), POOL)
            yield made
    finally:
        made.stop()


def test_every_schedule_becomes_runs_and_the_doctor_counts_them(deployed: OwnPrefect) -> None:
    with get_client(sync_client=True) as client:
        scheduled = {one.id: one.name for one in client.read_deployments() if one.schedules}
        assert len(scheduled) >= 5
        until, waiting = time.monotonic() + 120, set(scheduled)
        while waiting and time.monotonic() < until:
            time.sleep(0.5)
            waiting -= {run.deployment_id for run in client.read_flow_runs(limit=200) if run.auto_scheduled}
    assert {scheduled[one] for one in waiting} == set(), (deployed.home.root / "logs" / "server.log").read_text()[
        -2000:
    ]
    assert scheduled_runs(deployed.home) >= len(scheduled)
    assert "runs wait for their time" in run_custody("doctor").stdout
