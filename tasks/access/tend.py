"""What a sweep does for requests: ends those whose time has passed, asks whoever holds a seat now, follows what no run
has seen (Art. 17)."""

from __future__ import annotations

from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from registry.queries.organisation import organisation_at
from registry.transitions import access
from tasks.access.nudge import nudge
from tasks.escalation.work import SweepWork
from tasks.steps import RETRIED

PATIENCE = timedelta(minutes=2)
"""How long the desk's own nudge has to arrive."""


@task(**RETRIED, name="tend-requests")
def tend_requests(work: SweepWork) -> None:
    """Let nothing lie that waits for a person, and nothing last longer than it was given for."""
    while True:
        with work.acting() as act:
            ended = access.end_requests(act)
        work.counts.update(requests_ended=ended)
        if not ended:
            break
    with work.acting() as act:
        work.counts.update(steps_asked_again=access.ask_again(act, organisation_at(act.session, act.at)))


@task(name="follow-requests", cache_policy=NO_CACHE)
def follow_requests(work: SweepWork) -> None:
    """Have each request's run see what changed where the nudge was lost. Best effort: no decision hangs on it."""
    with work.registry.reading() as reading:
        lost = access.unfollowed(reading, work.now(), PATIENCE)
    for request in lost:
        if not nudge(request.number, request.changed_at):
            return
        work.counts.update(requests_followed=1)
