"""The worker of this installation: starts our lifecycles, each by a command of its own, whatever the server says.

Imports Prefect, which must find its server set.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Self
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, WorkPool
from prefect.client.schemas.responses import DeploymentResponse, WorkerFlowRunResponse
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle
from prefect.runner._starter_engine import EngineCommandStarter
from prefect.utilities.processutils import command_to_string
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from deployments.admission import entry_points, refusal
from deployments.system import POOL, prefect_yaml
from regulation.errors import ActionDenied

RUN = "deployments.run"
"""The module that a run's process is; see there."""


class LifecycleJob(ProcessJobConfiguration):
    """How a run is started: decided here; of what the server holds, by the name of one of our entry points."""

    @classmethod
    async def resolve_for_flow_run(
        cls,
        flow_run: FlowRun,
        *,
        client: PrefectClient,
        work_pool: WorkPool,
        worker_name: str,
        worker_id: UUID | None = None,
        deployment: DeploymentResponse | None = None,
    ) -> Self:
        """The job of the run. Raises `ActionDenied` for a run that is none of ours."""
        if deployment is None and flow_run.deployment_id is not None:
            deployment = await client.read_deployment(flow_run.deployment_id)
        refused = refusal(flow_run, deployment, entry_points(prefect_yaml()))
        if refused is not None or deployment is None or deployment.entrypoint is None:
            raise ActionDenied(f"This worker runs nothing but our lifecycles. {refused}", subject=str(flow_run.id))
        job = cls(command=command_to_string([sys.executable, "-P", "-m", RUN, deployment.entrypoint]))
        job.prepare_for_flow_run(
            flow_run, deployment, work_pool=work_pool, worker_name=worker_name, worker_id=worker_id
        )
        return job


class NoHooks:
    """Prefect would load a flow into the worker itself, from where the server says, to ask it for hooks."""

    async def run_cancellation_hooks(self, flow_run: FlowRun, state: State) -> None:
        """There are none."""

    async def run_crashed_hooks(self, flow_run: FlowRun, state: State) -> None:
        """There are none."""


with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # that it takes the plain worker's place is what is meant

    class LifecycleWorker(ProcessWorker):
        """Prefect's worker for processes, with our own job in place of what the work pool's template makes."""

        type = "process"
        job_configuration = LifecycleJob

        async def _submit_scheduled_flow_runs(self, flow_run_response: list[WorkerFlowRunResponse]) -> list[FlowRun]:
            """A run that was resumed before the process that suspended it has ended waits for the next look: it still
            holds its place, over which Prefect's worker would fall, and everything else with it."""
            here = self.limiter.statistics().borrowers
            return await super()._submit_scheduled_flow_runs(
                [one for one in flow_run_response if one.flow_run.id not in here]
            )

        async def run(
            self,
            flow_run: FlowRun,
            configuration: ProcessJobConfiguration,
            task_status: anyio.abc.TaskStatus[int] | None = None,
        ) -> ProcessWorkerResult:
            """Start the run's process in an empty folder and wait for its end."""
            with tempfile.TemporaryDirectory(prefix="custody-run-") as folder:
                async with FlowRunExecutorContext() as context:
                    starter = EngineCommandStarter(
                        command=configuration.command,
                        cwd=Path(folder),
                        env=configuration.env,
                        control_channel=context.control_channel,
                    )
                    executor = context.create_executor(
                        flow_run, starter, propose_submitting=False, hook_runner=NoHooks()
                    )
                    ended: list[FlowRunExecutionResult | None] = []

                    async def execute(*, task_status: anyio.abc.TaskStatus[ProcessHandle]) -> None:
                        ended.append(await executor.submit(task_status=task_status))

                    async with anyio.create_task_group() as group:
                        handle = await group.start(execute)
                        if task_status is not None:
                            task_status.started(handle.pid)
            return _result(ended[0])


def _result(ended: FlowRunExecutionResult | None) -> ProcessWorkerResult:
    if ended is None or ended.status_code is None:
        raise RuntimeError("The run's process did not start.")
    return ProcessWorkerResult(status_code=ended.status_code, identifier=str(ended.handle.pid))


async def work(name: str, limit: int) -> None:
    """Take runs of the pool until asked to stop."""
    await LifecycleWorker(work_pool_name=POOL, name=name, limit=limit).start()
