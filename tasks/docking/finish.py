"""Finish: what a run that was cut off after its seal has left (Art. 16)."""

from __future__ import annotations

from prefect import task

from registry.queries import intake
from registry.tables import FileReceipt
from tasks.docking.seal import lay_out
from tasks.docking.wipe import enter_wiped
from tasks.docking.work import DockWork
from tasks.steps import RETRIED


@task(**RETRIED, name="finish-sealed-session")
def finish_sealed(work: DockWork) -> FileReceipt:
    """Lay out the receipt of a sealed session and enter what was already wiped by it; whatever else lies in the dump is
    the next session's. Returns the receipt."""
    with work.registry.reading() as reading:
        receipt = intake.receipt_of(reading, work.session_id)
    assert receipt is not None, "a sealed session has a receipt"
    lay_out(work, receipt)
    enter_wiped(work)
    return receipt
