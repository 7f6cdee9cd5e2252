"""Retention: each original is kept as long as the law says and no longer; what may go goes by decision (Art. 18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from prefect.flow_runs import suspend_flow_run

from blocks.archive import Archive
from blocks.clock import now
from flows.lifecycle import lifecycle
from regulation.disposal_states import CLOSED, ListState
from tasks.conversion.clearing import clear_packages
from tasks.disposal.certificate import issue_certificate
from tasks.disposal.destroy import destroy_decided
from tasks.disposal.publish import publish_list
from tasks.disposal.work import disposal_work, is_decided, look_into
from tasks.retention.lists import announce_coming, list_due, start_disposals
from tasks.retention.publish import finish_sweep, publish_sweep
from tasks.retention.terms import align_vault, settle_terms
from tasks.retention.work import retention_work


def _run_name() -> str:
    return f"retention-{now():%Y-%m-%d-%H%M}"


@lifecycle(name="sweep-retention", flow_run_name=_run_name)
def sweep_retention(archive: str = "default", dry_run: bool = True) -> dict[str, int]:
    """Go through all originals: how long each is kept, what is coming, what is due and kept by nothing.

    What is due is listed; people decide about lists at the desk. Nothing is destroyed here, and the runs that this
    starts destroy only what was decided.

    Args:
        archive: Name of the archive block.
        dry_run: Have the lists whose time has come only say what would be destroyed.

    Returns:
        What was counted; nothing where another sweep is at work.
    """
    with retention_work(Archive.named(archive), now, dry_run=dry_run) as sweep:
        if sweep is None:
            return {}
        settle_terms(sweep)
        align_vault(sweep)
        announce_coming(sweep)
        list_due(sweep)
        start_disposals(sweep)
        clear_packages(sweep)
        finish_sweep(sweep)
        publish_sweep(sweep)
    return dict(sweep.counts)


@lifecycle(name="dispose-list", flow_run_name="disposal-{disposal_list}")
def dispose_list(disposal_list: str, archive: str = "default", dry_run: bool = True) -> str:
    """Follow one disposal list until it is closed, suspended while people think and while its time of grace lasts.

    Nothing is decided here: appraisal, approval and both witnesses' words are given at the desk, signed in. Resuming
    this run, or starting it with other parameters, only looks into the registry again.

    Args:
        disposal_list: Number of the list.
        archive: Name of the archive block.
        dry_run: Only say what would be destroyed, also where everything is decided.

    Returns:
        The list's state.
    """
    standing = carry_out_list(Archive.named(archive), disposal_list, now, dry_run=dry_run)
    if standing not in CLOSED and not dry_run:
        # A fresh key each time: a resume without a decision must suspend again.
        suspend_flow_run(key=uuid4().hex)
    return standing.value


def carry_out_list(archive: Archive, number: str, now: Callable[[], datetime], *, dry_run: bool) -> ListState:
    """Look at a list, and carry it out where everything is decided and this is no dry run."""
    with disposal_work(archive, number, now, dry_run=dry_run) as work:
        standing = look_into(work)
        if is_decided(standing, work.now()) and not work.dry_run:
            destroy_decided(work)
            standing = look_into(work)
        issue_certificate(work, standing)
        publish_list(work, standing)
    return standing.state
