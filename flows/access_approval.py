"""Access approval: a request goes through the people whom Art. 17 names, and its run shows where it stands."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from prefect.flow_runs import suspend_flow_run
from pydantic import Field

from blocks.clock import now
from blocks.duty_watch import DutyWatch
from flows.lifecycle import lifecycle
from tasks.access.case import access_case, look_into, waits
from tasks.access.prepare import find_footage, publish_form
from tasks.access.show import publish_request


@lifecycle(name="approve-access", flow_run_name="access-{request}")
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


@lifecycle(name="prepare-access", flow_run_name="prepare-{activity}")
def prepare_access(
    activity: str,
    views: Annotated[int, Field(ge=1, le=50)] = 3,
    copies: Annotated[int, Field(ge=0, le=10)] = 0,
    days: Annotated[int, Field(ge=1, le=90)] = 7,
    watch: str = "default",
) -> str:
    """Prepare a request, such as one on behalf of a court, and leave the desk's form of it as an artifact.

    Nothing is asked for here: the server knows one password, not people. Whoever opens the form signs in, says for whom
    and why, and hands it in; that is recorded as theirs. So neither names nor purposes pass through Prefect.

    Args:
        activity: Number of the enforcement activity.
        views: Looks to ask for.
        copies: Copies to ask for.
        days: For how many days.
        watch: Name of the duty watch block.

    Returns:
        Where the form is.
    """
    found = find_footage(DutyWatch.named(watch), activity)
    return publish_form(found, views, copies, days)
