"""What a sweep does for conversions: has each followed where a nudge, or the run itself, was lost (Art. 19)."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from registry.queries.conversion import to_follow_conversions
from tasks.access.tend import PATIENCE
from tasks.cases import this_minute
from tasks.conversion.nudge import nudge_conversion
from tasks.escalation.work import SweepWork


@task(name="follow-conversions", cache_policy=NO_CACHE)
def follow_conversions(work: SweepWork) -> None:
    """Have each conversion's run see what changed, or make what is not made yet. Best effort: no decision hangs on
    it."""
    now = work.now()
    with work.registry.reading() as reading:
        waiting = to_follow_conversions(reading.connection(), now - PATIENCE)
    for row in waiting:
        if not nudge_conversion(row.number, this_minute(now)):
            return
        work.counts.update(conversions_followed=1)
