"""A deployed run of a request on a real server and worker: it sleeps without a process, and waking it decides nothing
(Art. 17)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from deployments.bootstrap import register_watch
from deployments.prefect_yaml import _prefect
from deployments.server import free_port
from deployments.system import POOL, prefect_yaml
from flows import deadline_escalation
from regulation.access_states import RequestState
from tasks.access.nudge import APPROVAL, nudge, run_name
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.access import Access

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("make_database", ["sqlite"], indirect=True),
]

SECONDS = 180


@pytest.fixture
def system(
    access_city: Access, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OwnPrefect]:
    """A system that is up as `custody up` has it, over the small city."""
    made = OwnPrefect(tmp_path)
    made.home.settings.database_url = SecretStr(database_url)
    for name, value in made.home.prefect_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(deadline_escalation, "now", lambda: access_city.city.now)
    try:
        made.start_server()
        with made.spoken_to():
            register_watch(made.home)
            deploy(APPROVAL.partition("/")[2])
            made.start_worker("places", {})
            yield made
    finally:
        made.stop()


def deploy(name: str) -> None:
    """Only this one of prefect.yaml: no schedule sweeps beside the test."""
    file = prefect_yaml()
    _prefect(file.parent, "work-pool", "create", POOL, "--type", "process", "--overwrite")
    _prefect(file.parent, "--no-prompt", "deploy", "--name", name, "--prefect-file", str(file))


def runs_of(number: str) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return [one for one in client.read_flow_runs() if one.name == run_name(number)]


def wait(number: str, until: Callable[[FlowRun], bool]) -> FlowRun:
    """The one run of this request, once it is so."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        runs = runs_of(number)
        assert len(runs) <= 1, "one run a request"
        if runs and until(runs[0]):
            return runs[0]
        time.sleep(0.3)
    raise AssertionError(f"it never was: {[one.state for one in runs]}")


def sleeps(run: FlowRun) -> bool:
    return run.state_name == "Suspended"


def slept_again(before: FlowRun) -> Callable[[FlowRun], bool]:
    return lambda run: sleeps(run) and run.state_id != before.state_id


def shown(number: str) -> str:
    with get_client(sync_client=True) as client:
        return next(str(one.data) for one in client.read_latest_artifacts() if one.key == f"access-{number.lower()}")


def resume(run: FlowRun) -> None:
    """As the button in the UI does."""
    with get_client(sync_client=True) as client:
        client.resume_flow_run(run.id)


def told(city: Access, request: UUID) -> tuple[str, Any]:
    row = city.request(request)
    return row.number, row.changed_at


def test_it_sleeps_until_it_is_decided_and_waking_it_decides_nothing(system: OwnPrefect, access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    number, changed_at = told(access_city, request)
    assert nudge(number, changed_at)
    asleep = wait(number, sleeps)
    assert asleep.state is not None and asleep.state.state_details.pause_timeout is None, "it would fail by itself"
    assert "待审批 pending" in shown(number)

    entries = access_city.city.entries()
    resume(asleep)
    again = wait(number, slept_again(asleep))
    assert access_city.city.entries() == entries
    assert access_city.state(request) is RequestState.PENDING

    access_city.city.wait(hours=1)
    access_city.decide(request, "L2")
    assert access_city.grant(request) is not None, "effective at once, whatever the run does"
    access_city.city.wait(minutes=5)
    assert deadline_escalation.escalate_deadlines()["requests_followed"] == 1  # the desk's own nudge was lost
    ended = wait(number, lambda run: run.state is not None and run.state.is_final())
    assert (ended.id, ended.state_name) == (again.id, "Completed")
    assert "已批准 approved" in shown(number)
    followed = access_city.request(request)
    assert followed.followed_at == followed.changed_at
    assert deadline_escalation.escalate_deadlines().get("requests_followed", 0) == 0


def test_a_prefect_that_is_down_hinders_nobody(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    nowhere = f"http://127.0.0.1:{free_port('127.0.0.1')}/api"
    with temporary_settings({PREFECT_API_URL: nowhere, PREFECT_API_AUTH_STRING: "nobody:nothing"}):
        began = time.monotonic()
        assert not nudge(*told(access_city, request))
    assert time.monotonic() - began < 5
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.APPROVED
