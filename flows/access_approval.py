"""Access approval: a request goes through the people whom Art. 17 names, and its run shows where it stands."""

from __future__ import annotations

from uuid import uuid4

from prefect import flow
from prefect.flow_runs import suspend_flow_run

from blocks.clock import now
from blocks.duty_watch import DutyWatch
from tasks.access.case import access_case, look_into, waits
from tasks.access.show import publish_request


@flow(name="approve-access", flow_run_name="access-{request}")
def approve_access(request: str, watch: str = "default") -> str:
    """Follow one request until it is granted or closed, suspended while people think.

    Nothing is decided here. Who decides does so at the desk, signed in; the registry checks the seat at that moment and
    the grant is effective at once. Resuming this run, or starting it with other parameters, only looks again.

    Args:
        request: Number of the request.
        watch: Name of the duty watch block.

    Returns:
        The request's state.
    """
    with access_case(DutyWatch.named(watch), request, now) as case:
        standing = look_into(case)
        publish_request(standing)
    if waits(standing):
        # A fresh key each time: a resume without a decision must suspend again.
        suspend_flow_run(key=uuid4().hex)
    return standing.row.state.value
