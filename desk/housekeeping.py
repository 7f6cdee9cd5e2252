"""Tidying the spool: what a crash left is finished, what nobody needs is removed."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta

from desk.context import Desk
from desk.intake import hand_over, session_of
from desk.refused import Refused
from desk.spool import Batch, working_on
from regulation.errors import CustodyError

log = logging.getLogger("custody.desk")

EVERY = timedelta(hours=6)


def tidy(desk: Desk) -> None:
    """Hand over what is complete, forget what no dock has touched for days and what was sealed days ago. Recorders keep
    their files until a receipt names them, so nothing removed here is the only copy (Art. 16)."""
    if desk.doors is not None:
        desk.doors.clips.tidy()
    before = desk.now() - timedelta(days=desk.limits.idle_days)
    for batch in desk.spool.batches():
        try:
            with working_on(batch, alone=True):
                _tidy(desk, batch, before)
        except (Refused, CustodyError, OSError) as refused:
            log.warning("batch %s is left as it is: %s", batch.id, type(refused).__name__)


def _tidy(desk: Desk, batch: Batch, before: datetime) -> None:
    if batch.is_complete:
        hand_over(desk, batch)
        over = _sealed_before(desk, batch, before) and not _holds_files(batch)
    else:
        over = _last_touched(batch) < before
    if over:
        desk.spool.remove(batch)
        desk.uploads.forget(batch)


def _sealed_before(desk: Desk, batch: Batch, before: datetime) -> bool:
    _, receipt = session_of(desk, batch)
    return receipt is not None and receipt.issued_at < before


def _holds_files(batch: Batch) -> bool:
    """What the receipt does not name stays where it is, for a person to look at."""
    return any(names for _, _, names in os.walk(os.fsencode(batch.ready)))


def _last_touched(batch: Batch) -> datetime:
    """Every step of a file renames something among the records."""
    return datetime.fromtimestamp(max(batch.files.stat().st_mtime, batch.records.stat().st_mtime), UTC)
