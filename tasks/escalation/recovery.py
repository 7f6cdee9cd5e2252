"""What crashed is found and set right: runs that Prefect believes running, dock sessions that nobody works on any more.

Prefect marks a run as crashed only where something outlives it to say so; when worker and run die together, it is
believed to run for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from httpx import HTTPError
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Crashed

from blocks.dock_station import DockStation
from registry.queries.dock_sessions import interrupted_sessions
from registry.tables import DockSession
from regulation.errors import ConfigurationError
from tasks.escalation.work import SweepWork
from tasks.holders import process_is_gone

UPLOAD = "upload-dock-session/dock-station"
MOST = 200
PATIENCE = timedelta(minutes=10)
"""How long whoever watches the dock folders has to notice by themselves."""
AGAIN, TIMES = timedelta(hours=1), 3
"""A start that came to nothing is made again, so often at most."""


@task(name="recover-crashed", cache_policy=NO_CACHE)
def recover_crashed(work: SweepWork) -> None:
    """Tell Prefect which runs are dead, and start the upload of interrupted dock sessions again. Best effort: the
    deadlines do not hang on it."""
    try:
        with get_client(sync_client=True) as client:
            work.counts.update(crashed_runs=_bury(client))
        work.counts.update(sessions_resumed=_resume(work))
    except (HTTPError, PrefectException) as silent:
        get_run_logger().warning("Prefect could not be asked about crashed runs: %s", type(silent).__name__)


def _bury(client: SyncPrefectClient) -> int:
    """Mark the runs whose process is gone as crashed."""
    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    dead = [run for run in client.read_flow_runs(flow_run_filter=running, limit=MOST) if _is_dead(run)]
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message="Its process is gone; nobody had noticed."), force=True)
    return len(dead)


def _is_dead(run: FlowRun) -> bool:
    node, _, process = (run.infrastructure_pid or "").rpartition(":")
    mine = str(run.id) == str(flow_run.get_id())
    return not mine and process.isdigit() and process_is_gone(node, int(process))


def _resume(work: SweepWork) -> int:
    """Start each interrupted session's upload again; gives how many."""
    with work.registry.reading() as reading:
        interrupted = interrupted_sessions(reading, work.now() - PATIENCE)
    return sum(_start(work, session) for session in interrupted)


def _start(work: SweepWork, session: DockSession) -> bool:
    """Start the upload of one session at the station of its unit; whether there is one. Nothing is wiped: whoever docks
    the recorder says so."""
    until = cast("datetime", session.lease_until)
    try:
        station = DockStation.name_of(work.organisation.units[session.unit_id].code)
    except ConfigurationError as missing:
        get_run_logger().warning("%s cannot be started again here: %s", session.number, missing)
        return False
    turn = min((work.now() - until) // AGAIN, TIMES - 1)
    run_deployment(
        UPLOAD,
        parameters={"folder": session.source, "station": station},
        flow_run_name=session.number,
        idempotency_key=f"{session.number}-{until.timestamp():.0f}-{turn}",
        timeout=0,
        as_subflow=False,
    )
    return True
