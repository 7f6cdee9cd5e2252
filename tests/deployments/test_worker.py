"""What our worker takes of what the server has for it."""

from __future__ import annotations

from uuid import uuid4

import anyio
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.workers.process import ProcessWorker

from deployments.system import POOL
from deployments.worker import LifecycleWorker


async def look(worker: ProcessWorker) -> list[FlowRun]:
    """What it takes of a run that was resumed within the second in which it went to sleep, its process still here."""
    resumed = FlowRun(flow_id=uuid4())
    worker._limiter = anyio.CapacityLimiter(3)
    worker._limiter.acquire_on_behalf_of_nowait(resumed.id)
    response = WorkerFlowRunResponse(work_pool_id=uuid4(), work_queue_id=uuid4(), flow_run=resumed)
    return await worker._submit_scheduled_flow_runs([response])


def test_a_run_resumed_before_its_process_ended_waits_for_the_next_look() -> None:
    assert anyio.run(look, LifecycleWorker(work_pool_name=POOL, limit=3)) == []


def test_prefects_own_worker_would_fall_over_it() -> None:
    """Once this fails, Prefect sees to it, and ours need not."""
    with pytest.raises(RuntimeError, match="already holding"):
        anyio.run(look, ProcessWorker(work_pool_name=POOL, limit=3))
