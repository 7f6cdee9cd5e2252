"""Having a case's run look into the registry: a nudge carries nothing, and whether it arrives decides nothing.

What was decided holds at once; a lost nudge is made good by the next sweep (Art. 17, 18).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from time import sleep
from typing import Any

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException

_LOOKS, _PAUSE = 20, 0.25
"""How often, and every how many seconds, a run at work is asked again: falling asleep takes it less. One that works for
longer looks into the registry once more before it does."""


def nudge_case(deployment: str, run_name: str, parameters: Mapping[str, Any], idempotency_key: str) -> bool:
    """Start the run that follows a case, or resume it where it is suspended; gives whether Prefect could be asked.

    Done twice for one change, which `idempotency_key` names (see `change_of`), it starts one run.
    """
    try:
        with get_client(sync_client=True) as client:
            if _is_followed(client, run_name):
                return True
        run_deployment(
            deployment,
            parameters=dict(parameters),
            idempotency_key=idempotency_key,
            flow_run_name=run_name,
            timeout=0,
            as_subflow=False,
        )
    except (HTTPError, PrefectException):
        return False
    return True


def change_of(number: str, at: datetime) -> str:
    """The name of what changed at a case: the case's number and when."""
    return f"{number}-{at.timestamp():.6f}"


def this_minute(now: datetime) -> datetime:
    """What a sweep names instead of a change: what two of them find within a minute is the same."""
    return now.replace(second=0, microsecond=0)


def _is_followed(client: SyncPrefectClient, run_name: str) -> bool:
    """Whether the case has a run that will see the change: one that sleeps is resumed. One at work may have looked into
    the registry for the last time, and is asked again until it sleeps or has ended."""
    unfinished: list[FlowRun] = []
    for number in range(_LOOKS):
        if number:
            sleep(_PAUSE)
        before, unfinished = unfinished, _unfinished(client, run_name)
        asleep = [run for run in unfinished if _is_suspended(run)]
        for run in asleep:
            client.resume_flow_run(run.id)
        if asleep or not any(_is_at_work(run) for run in unfinished):
            return bool(unfinished or before)
    return True


def _unfinished(client: SyncPrefectClient, run_name: str) -> list[FlowRun]:
    """The case's runs that have not ended. The one that sleeps need not be the newest: somebody may have started a dry
    run by hand since."""
    named = FlowRunFilter(name=FlowRunFilterName(any_=[run_name]))
    runs = client.read_flow_runs(flow_run_filter=named, sort=FlowRunSort.EXPECTED_START_TIME_DESC)
    return [run for run in runs if run.state is not None and not run.state.is_final()]


def _is_suspended(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_paused()


def _is_at_work(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_running()
