"""Fixity: originals are read again for as long as they are kept, and compared with registry and ledger (Art. 7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from blocks.archive import Archive
from blocks.clock import now
from flows.lifecycle import lifecycle
from tasks.fixity.publish import finish_sweep, publish_audit, publish_reconciliation
from tasks.fixity.read import enrol_originals, read_originals
from tasks.fixity.reconcile import compare_ledger, compare_vault
from tasks.fixity.repair import repair_originals
from tasks.fixity.work import audit_work, reconciliation_work

GIB = 1 << 30


def _audit_name() -> str:
    return f"fixity-{now():%Y-%m-%d-%H%M}"


def _reconciliation_name() -> str:
    return f"reconciliation-{now():%Y-%m-%d-%H%M}"


@lifecycle(name="audit-fixity", flow_run_name=_audit_name)
def audit_fixity(
    archive: str = "default",
    budget_gib: Annotated[float, Field(gt=0)] = 512,
    suspects_only: bool = False,
) -> dict[str, int]:
    """Read originals from end to end and compare them with what was verified at intake: the suspicious at once, then
    those never read, then those whose period ends.

    What is missing or different is read once more, opens an incident, which keeps it from disposal, and is put back
    from the second vault where there is one. Nobody's word is taken here: an incident is settled by a person.

    Args:
        archive: Name of the archive block.
        budget_gib: How much may be read tonight, in GiB; the rest waits for the next night.
        suspects_only: Only what is suspicious, whatever it costs.

    Returns:
        What was counted; nothing where another audit is at work.
    """
    with audit_work(Archive.named(archive), now, int(budget_gib * GIB)) as work:
        if work is None:
            return {}
        enrol_originals(work)
        read_originals(work, suspects_only=suspects_only)
        repair_originals(work)
        read_originals(work, suspects_only=True)  # what was put back
        finish_sweep(work)
        publish_audit(work)
    return dict(work.counts)


@lifecycle(name="reconcile-vault", flow_run_name=_reconciliation_name)
def reconcile_vault(archive: str = "default", read_locks: bool = True) -> dict[str, int]:
    """Compare registry, vault and ledger with each other, every original in each direction.

    What the vault holds and nobody registered, what was registered and is not there, what was hidden, put over or
    unlocked, what was disposed of and is still there: each becomes an incident. Nothing is cleaned up.

    Args:
        archive: Name of the archive block.
        read_locks: Also ask the vault for the lock of every original, which is one question each.

    Returns:
        What was counted; nothing where another reconciliation is at work.
    """
    with reconciliation_work(Archive.named(archive), now) as work:
        if work is None:
            return {}
        compare_vault(work, read_locks=read_locks)
        compare_ledger(work)
        finish_sweep(work)
        publish_reconciliation(work)
    return dict(work.counts)
