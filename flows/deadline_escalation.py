"""Deadlines: whoever must hear of a duty that is not met in time hears of it, once (Art. 6, 7, 15, 16, 20)."""

from __future__ import annotations

from blocks.clock import now
from blocks.duty_watch import DutyWatch
from flows.lifecycle import lifecycle
from tasks.access.tend import follow_requests, tend_requests
from tasks.conversion.tend import follow_conversions
from tasks.escalation.faults import tell_of_faults
from tasks.escalation.publish import publish_sweep
from tasks.escalation.recovery import recover_crashed
from tasks.escalation.sweep import climb_ladders, finish_sweep, queue_notices, settle_duties
from tasks.escalation.work import sweep_work


def _run_name() -> str:
    return f"deadlines-{now():%Y-%m-%d-%H%M}"


@lifecycle(name="escalate-deadlines", flow_run_name=_run_name)
def escalate_deadlines(watch: str = "default") -> dict[str, int]:
    """Go through all duties: settle what facts have changed, tell who must hear of what is due, once each.

    After an outage it catches up and says how late everything is. Run twice, or killed anywhere and run again, nobody
    is told anything twice and no duty is left out.

    Args:
        watch: Name of the duty watch block.

    Returns:
        What was counted; nothing where another sweep is at work.
    """
    with sweep_work(DutyWatch.named(watch), now) as sweep:
        if sweep is None:
            return {}
        tend_requests(sweep)
        settle_duties(sweep)
        climb_ladders(sweep)
        tell_of_faults(sweep)
        queue_notices(sweep)
        recover_crashed(sweep)
        follow_requests(sweep)
        follow_conversions(sweep)
        finish_sweep(sweep)
        publish_sweep(sweep)
    return dict(sweep.counts)
