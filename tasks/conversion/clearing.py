"""Packages that lie about: copies of footage are not kept beyond need (Art. 17, 19; personal data)."""

from __future__ import annotations

import shutil
from pathlib import Path

from prefect import task
from prefect.logging import get_run_logger

from registry.queries.conversion import conversion_numbered, kept_since
from registry.transitions import conversion
from regulation.errors import ConfigurationError
from tasks.retention.work import RetentionWork
from tasks.steps import RETRIED


@task(**RETRIED, name="clear-packages")
def clear_packages(work: RetentionWork) -> None:
    """Remove the copies of conversions that were closed long enough ago, and of which no more were allowed since. The
    ledger has it first: nobody allows more copies of what is gone. Originals, statements and what the registry knows of
    a package stay; folders that are of no conversion are left alone."""
    root = work.archive.packages
    if root is None or not root.is_dir():
        return
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink()):
        if _is_over(work, folder.name):
            _remove(folder)
            work.counts.update(packages_cleared=not folder.exists())


def _is_over(work: RetentionWork, number: str) -> bool:
    with work.registry.reading() as reading:
        row = conversion_numbered(reading.connection(), number)
        since = None if row is None else kept_since(reading.connection(), row)
    if row is None or since is None:
        return False
    try:
        kept = work.rules.policy_of(row.unit_id).span("package_kept_hours", work.now().date())
    except ConfigurationError as refusal:
        work.refused[row.unit_id] = refusal
        return False
    if since + kept > work.now():
        return False
    with work.acting() as act:  # more copies may have been allowed meanwhile
        return conversion.clear(act, row.id, kept)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as failure:
        get_run_logger().warning("A package could not be removed: %s", failure.strerror)
