"""Prefect itself tells the desk when a run crashes, the worker is gone or the sweep is late; on a server of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events import Event, Resource
from prefect.events.schemas.automations import AutomationCore
from prefect.flows import Flow
from prefect.states import Crashed

from deployments.alarm_checks import holds
from deployments.automations import apply
from flows.deadline_escalation import escalate_deadlines
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.mail import MakeWebhook, Webhook
from tests.fixtures.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.servers

NAMES = {"custody-run-failed", "custody-worker-gone", "custody-sweep-late"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPrefect]:
    """A whole Prefect server, for the tests' shared one evaluates no automations."""
    made = OwnPrefect(tmp_path_factory.mktemp("automations"))
    try:
        made.start_server()
        with made.spoken_to():
            yield made
    finally:
        made.stop()


@pytest.fixture
def desk(own: OwnPrefect, make_webhook: MakeWebhook) -> Webhook:
    """What plays the desk and keeps what it is told; the automations are applied to it."""
    hook = make_webhook()
    own.home.settings.pages_port = hook.port
    apply(own.home)
    return hook


def told(desk: Webhook, kind: str) -> dict[str, Any]:
    """The first alert of the kind, waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for asked in desk.asked:
            if asked.body.get("kind") == kind:
                return {"path": asked.path, "key": asked.headers.get("Authorization"), "about": asked.body["about"]}
        time.sleep(0.2)
    raise AssertionError(f"nobody was told of {kind}: {[asked.body for asked in desk.asked]}")


def test_a_crashed_run_of_ours_is_told_to_the_desk(own: OwnPrefect, desk: Webhook) -> None:
    with get_client(sync_client=True) as client:
        run_id = crashed_run(client, escalate_deadlines)

    alert = told(desk, "run-failed")

    assert alert["path"] == "/alerts"
    assert alert["key"] is None, "a key would lie in Prefect"
    assert holds(own.home, "run-failed", alert["about"])
    assert alert["about"] == f"escalate-deadlines/{run_id}"


def crashed_run(client: SyncPrefectClient, flow: Flow[..., Any]) -> str:
    """A run of a deployment in our pool, set to crashed as a worker does."""
    client.create_work_pool(WorkPoolCreate(name="custody", type="process"), overwrite=True)
    flow_id = client.create_flow(flow)
    deployment_id = client.create_deployment(flow_id, f"of-{uuid4().hex[:8]}", work_pool_name="custody")
    run = client.create_flow_run_from_deployment(deployment_id)
    client.set_flow_run_state(run.id, Crashed(message="killed"), force=True)
    return str(run.id)


def test_a_worker_that_is_gone_is_told_to_the_desk(own: OwnPrefect, desk: Webhook) -> None:
    resource = {"prefect.resource.id": f"prefect.work-pool.{uuid4()}", "prefect.resource.name": "custody"}
    event = Event(event="prefect.work-pool.not-ready", resource=Resource(resource))
    with get_client(sync_client=True) as client:  # this process's own emitter may talk to another test's server
        client.request("POST", "/events", json=[event.model_dump(mode="json")])

    assert told(desk, "worker-gone")["about"] == "custody"


def test_what_is_not_so_is_not_believed(own: OwnPrefect, desk: Webhook) -> None:
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="custody", type="process"), overwrite=True)
        sound = client.create_flow_run(escalate_deadlines)
        elsewhere = client.create_flow_run(escalate_deadlines, state=Crashed())

    for about in (f"escalate-deadlines/{sound.id}", f"x/{elsewhere.id}", f"x/{uuid4()}", "escalate-deadlines"):
        assert not holds(own.home, "run-failed", about)
    assert not holds(own.home, "worker-gone", "another-pool")
    assert holds(own.home, "worker-gone", "custody"), "no worker was ever there"
    assert holds(own.home, "sweep-late", "every-5-minutes"), "no sweep ever came to its end"


def test_a_sweep_that_does_not_come_to_its_end_is_told_to_the_desk(own: OwnPrefect, desk: Webhook) -> None:
    with get_client(sync_client=True) as client:
        [late] = client.read_automations_by_name("custody-sweep-late")
        told_of = late.model_dump(mode="json", exclude={"id", "owner_resource"})
        assert told_of["trigger"]["within"] == timedelta(minutes=15).total_seconds()
        told_of["trigger"]["within"] = 10  # no test waits a quarter of an hour
        client.update_automation(late.id, AutomationCore.model_validate(told_of))

    assert told(desk, "sweep-late")["about"] == "every-5-minutes"


def test_applied_again_there_is_one_of_each(own: OwnPrefect, desk: Webhook) -> None:
    apply(own.home)

    with get_client(sync_client=True) as client:
        found = [one.name for one in client.read_automations()]
    assert sorted(found) == sorted(NAMES)


def test_the_file_can_be_given_to_prefect_s_own_command(own: OwnPrefect, desk: Webhook, tmp_path: Path) -> None:
    environment = os.environ | own.home.prefect_environment() | {"CUSTODY_HOME": str(own.home.root)}
    with get_client(sync_client=True) as client:
        for one in client.read_automations():
            client.delete_automation(one.id)
    made = subprocess.run(
        [sys.executable, "-m", "deployments.automations"], env=environment, capture_output=True, check=True
    )
    file = tmp_path / "automations.yaml"
    file.write_bytes(made.stdout)

    created = subprocess.run(
        [sys.executable, "-m", "prefect", "automation", "create", "--from-file", str(file)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert created.returncode == 0, created.stdout + created.stderr
    with get_client(sync_client=True) as client:
        assert {one.name for one in client.read_automations()} == NAMES


@pytest.mark.parametrize("auth", [None, ("custody", "guessed"), ("", "")], ids=["none", "guessed", "empty"])
def test_without_its_password_prefect_answers_nobody(own: OwnPrefect, auth: tuple[str, str] | None) -> None:
    address = own.home.settings.api_url
    for place in ("flow_runs", "deployments", "block_documents", "artifacts", "variables", "logs", "events", "flows"):
        answer = httpx.post(f"{address}/{place}/filter", json={}, auth=auth, trust_env=False)
        assert answer.status_code == 401, place
    started = httpx.post(f"{address}/flow_runs/", json={"flow_id": str(uuid4())}, auth=auth, trust_env=False)
    assert started.status_code == 401
    assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
