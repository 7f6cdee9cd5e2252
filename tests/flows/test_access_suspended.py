"""A deployed run of a request on a real server and worker: it sleeps without a process, and waking it decides nothing
(Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from deployments.bootstrap import register_watch
from deployments.server import free_port
from flows import deadline_escalation
from regulation.access_states import RequestState
from tasks.access.nudge import APPROVAL, nudge, run_name
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.access import Access
from tests.fixtures.suspended import asleep, asleep_again, deploy_alone, ended, resume, runs_named, shown

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("make_database", ["sqlite"], indirect=True),
]


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
            deploy_alone(APPROVAL)
            made.start_worker("places", {})
            yield made
    finally:
        made.stop()


def told(city: Access, request: UUID) -> tuple[str, Any]:
    row = city.request(request)
    return row.number, row.changed_at


def test_it_sleeps_until_it_is_decided_and_waking_it_decides_nothing(system: OwnPrefect, access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    number, changed_at = told(access_city, request)
    assert nudge(number, changed_at)
    run = asleep(run_name(number))
    assert run.state is not None and run.state.state_details.pause_timeout is None, "it would fail by itself"
    assert "待审批 pending" in shown(f"access-{number}")

    entries = access_city.city.entries()
    resume(run)
    run = asleep_again(run)
    assert access_city.city.entries() == entries
    assert access_city.state(request) is RequestState.PENDING

    access_city.city.wait(hours=1)
    access_city.decide(request, "L2")
    assert access_city.grant(request) is not None, "effective at once, whatever the run does"
    access_city.city.wait(minutes=5)
    assert deadline_escalation.escalate_deadlines()["requests_followed"] == 1  # the desk's own nudge was lost
    assert ended(run.id).state_name == "Completed"
    assert len(runs_named(run_name(number))) == 1
    assert "已批准 approved" in shown(f"access-{number}")
    followed = access_city.request(request)
    assert followed.followed_at == followed.changed_at
    assert deadline_escalation.escalate_deadlines().get("requests_followed", 0) == 0


def test_a_prefect_that_is_down_hinders_nobody(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    nowhere = f"http://127.0.0.1:{free_port('127.0.0.1')}/api"
    with temporary_settings({PREFECT_API_URL: nowhere, PREFECT_API_AUTH_STRING: "nobody:nothing"}):
        assert not nudge(*told(access_city, request))
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.APPROVED
