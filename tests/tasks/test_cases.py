"""Nudges that come while the case's run is at work (Art. 17–19)."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Timer
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Paused, Running

from tasks.cases import nudge_case


@flow
def followed() -> None:
    """Stands for a flow that follows a case."""


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as made:
        yield made


def at_work(client: SyncPrefectClient) -> FlowRun:
    run = client.create_flow_run(followed, name=f"case-{uuid4().hex}")
    client.set_flow_run_state(run.id, Running(), force=True)
    return run


def soon(run: FlowRun, state: State[None]) -> Timer:
    """Half a second later the run is so."""

    def change() -> None:
        with get_client(sync_client=True) as own:
            own.set_flow_run_state(run.id, state, force=True)

    timer = Timer(0.5, change)
    timer.start()
    return timer


def nudged(run: FlowRun) -> bool:
    """There is no deployment of this name: to start another run would fail."""
    return nudge_case("no-such-flow/at-all", run.name, {}, uuid4().hex)


def test_a_run_that_falls_asleep_over_a_nudge_is_woken(client: SyncPrefectClient) -> None:
    run = at_work(client)
    timer = soon(run, Paused(timeout_seconds=600))
    assert nudged(run)
    timer.join()
    state = client.read_flow_run(run.id).state
    assert state is not None
    assert not state.is_paused()


def test_a_run_that_ends_meanwhile_is_not_begun_again(client: SyncPrefectClient) -> None:
    run = at_work(client)
    timer = soon(run, Completed())
    assert nudged(run)
    timer.join()


def test_a_case_without_a_run_gets_one(client: SyncPrefectClient) -> None:
    run = at_work(client)
    client.set_flow_run_state(run.id, Completed(), force=True)
    assert not nudged(run)
