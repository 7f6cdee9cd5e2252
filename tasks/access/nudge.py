"""Having a request's run look into the registry: a nudge carries nothing, and whether it arrives decides nothing.

What was decided holds at once; a lost nudge is made good by the next sweep (Art. 17).
"""

from __future__ import annotations

from datetime import datetime

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException

APPROVAL = "approve-access/on-request"


def nudge(number: str, changed_at: datetime) -> bool:
    """Start the run that follows request `number`, or resume it where it is suspended; `changed_at` is the change it is
    to see. Gives whether Prefect could be asked. Done twice for one change, it starts one run."""
    try:
        with get_client(sync_client=True) as client:
            latest = _latest(client, number)
            if latest is not None and _is_suspended(latest):
                client.resume_flow_run(latest.id)
                return True
            if latest is not None and latest.state is not None and not latest.state.is_final():
                return True
        run_deployment(
            APPROVAL,
            parameters={"request": number},
            idempotency_key=f"{number}-{changed_at.timestamp():.6f}",
            flow_run_name=run_name(number),
            timeout=0,
            as_subflow=False,
        )
    except (HTTPError, PrefectException):
        return False
    return True


def run_name(number: str) -> str:
    """What the run that follows a request is called."""
    return f"access-{number}"


def _latest(client: SyncPrefectClient, number: str) -> FlowRun | None:
    named = FlowRunFilter(name=FlowRunFilterName(any_=[run_name(number)]))
    runs = client.read_flow_runs(flow_run_filter=named, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=1)
    return runs[0] if runs else None


def _is_suspended(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_paused()
