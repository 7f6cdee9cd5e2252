"""The watch over duties as a real Prefect server has it: every five minutes, one at a time (Art. 16)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Pending, Running, Scheduled

from deployments.prefect_yaml import deploy_all
from deployments.system import POOL, prefect_yaml
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.servers

SWEEP = "escalate-deadlines/every-5-minutes"
DELIVERY = "deliver-notices/every-minute"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncPrefectClient]:
    """A server of its own to which prefect.yaml was applied, and no worker."""
    own = OwnPrefect(tmp_path_factory.mktemp("escalation"))
    with pytest.MonkeyPatch.context() as patch:
        for setting, value in own.environment().items():
            patch.setenv(setting, value)
        try:
            own.start_server()
            with own.spoken_to():
                deploy_all(prefect_yaml(), POOL)
                with get_client(sync_client=True) as client:
                    yield client
        finally:
            own.stop()


@pytest.mark.parametrize(("name", "seconds"), [(SWEEP, 300), (DELIVERY, 60)])
def test_the_server_has_the_interval_and_drops_what_would_run_beside_another(
    client: SyncPrefectClient, name: str, seconds: int
) -> None:
    found = client.read_deployment_by_name(name)

    [schedule] = found.schedules
    assert schedule.active
    assert isinstance(schedule.schedule, IntervalSchedule)
    assert schedule.schedule.interval == timedelta(seconds=seconds)
    assert not found.paused
    assert found.global_concurrency_limit is not None and found.global_concurrency_limit.limit == 1
    assert found.concurrency_options is not None
    assert found.concurrency_options.collision_strategy == ConcurrencyLimitStrategy.CANCEL_NEW
    assert found.work_pool_name == POOL


def test_the_server_itself_plans_a_sweep_every_five_minutes(client: SyncPrefectClient) -> None:
    deployed = client.read_deployment_by_name(SWEEP)
    planned = sorted(run.expected_start_time for run in _planned(client, deployed) if run.expected_start_time)

    assert len(planned) >= 3
    assert {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(planned)} == {300.0}


def test_a_sweep_that_would_begin_beside_another_is_cancelled_and_the_next_one_runs(client: SyncPrefectClient) -> None:
    deployed = client.read_deployment_by_name(SWEEP)
    first, second, third = (
        client.create_flow_run_from_deployment(deployed.id, state=Scheduled(), parameters={"watch": "none"})
        for _ in range(3)
    )

    assert _proposed(client, first) is StateType.PENDING
    client.set_flow_run_state(first.id, Running())
    assert _proposed(client, second) is StateType.CANCELLED

    client.set_flow_run_state(first.id, Scheduled(), force=True)
    assert _proposed(client, third) is StateType.PENDING


def _proposed(client: SyncPrefectClient, run: FlowRun) -> StateType | None:
    """What becomes of a run that a worker wants to begin."""
    client.set_flow_run_state(run.id, Pending())
    return client.read_flow_run(run.id).state_type


def _planned(client: SyncPrefectClient, deployed: DeploymentResponse) -> list[FlowRun]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    of_this = DeploymentFilter(id=DeploymentFilterId(any_=[deployed.id]))
    while time.monotonic() < deadline:
        runs = [run for run in client.read_flow_runs(deployment_filter=of_this) if run.auto_scheduled]
        if len(runs) >= 3:
            return runs
        time.sleep(1)
    return []
