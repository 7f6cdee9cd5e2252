"""Finish: what a run that was cut off after its seal has left (Art. 16)."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from registry.queries import intake
from registry.tables import FileReceipt
from tasks.docking.seal import lay_out
from tasks.docking.wipe import enter_wiped
from tasks.docking.work import DockWork, is_unavailable


@task(
    name="finish-sealed-session",
    cache_policy=NO_CACHE,
    retries=5,
    retry_delay_seconds=2,
    retry_condition_fn=is_unavailable,
)
def finish_sealed(work: DockWork) -> FileReceipt:
    """Lay out the receipt of a sealed session and enter what was already wiped by it; whatever else lies in the dump is
    the next session's. Returns the receipt."""
    with work.registry.reading() as reading:
        receipt = intake.receipt_of(reading, work.session_id)
    assert receipt is not None, "a sealed session has a receipt"
    lay_out(work, receipt)
    enter_wiped(work)
    return receipt
