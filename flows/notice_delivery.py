"""Notices: what the outbox holds goes out by the channel that each person reads (Art. 16, 20)."""

from __future__ import annotations

from blocks.clock import now
from blocks.duty_watch import DutyWatch
from flows.lifecycle import lifecycle
from tasks.notices.deliver import deliver_queued
from tasks.notices.work import delivery_work


def _run_name() -> str:
    return f"notices-{now():%Y-%m-%d-%H%M}"


@lifecycle(name="deliver-notices", flow_run_name=_run_name)
def deliver_notices(watch: str = "default") -> dict[str, int]:
    """Send every notice whose time has come: the urgent first, the others outside quiet hours.

    What a channel does not take is tried by the next one, then again later, at last given up and shown to the
    administrator. A notice may go out twice when a run dies between sending and saying so; it carries its number.

    Args:
        watch: Name of the duty watch block.

    Returns:
        How many were delivered, put off and given up.
    """
    with delivery_work(DutyWatch.named(watch), now) as work:
        if work is None:
            return {}
        deliver_queued(work)
    return dict(work.counts)
