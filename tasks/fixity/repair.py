"""The step that mends: damaged originals are put back from the second vault, their bytes verified first (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect import task
from prefect.logging import get_run_logger

from blocks.vault import EvidenceVault, Held
from registry.bulk import AnyRow
from registry.queries.fixity import to_repair
from registry.transitions import fixity
from registry.transitions.fixity import Repaired
from regulation.errors import CustodyError, FixityError
from tasks.fixity.work import FixityWork
from tasks.steps import RETRIED

REPAIRED_AT_ONCE = 20


@task(**RETRIED, name="repair-originals")
def repair_originals(work: FixityWork) -> None:
    """Put back what can be had. Killed in between, the next run finds what stands there already and enters it."""
    after: UUID | None = None
    while True:
        with work.registry.reading() as reading:
            rows = to_repair(reading.connection(), after, REPAIRED_AT_ONCE)
        if not rows:
            break
        for row in rows:
            _repair(work, row)
        after = rows[-1].incident_id


def _repair(work: FixityWork, row: AnyRow) -> None:
    work.beat()
    try:
        held = right_bytes(work.vault, work.archive.replica, row, work.now())
    except CustodyError as failure:
        get_run_logger().warning("Incident %s waits for its repair: %s", row.incident_id, type(failure).__name__)
        return
    if held is None:
        return
    with work.acting() as act:
        fixity.record_repairs(act, [Repaired(row.incident_id, held.version)])
    work.counts.update(repaired=1)


def right_bytes(vault: EvidenceVault, replica: EvidenceVault | None, row: AnyRow, now: datetime) -> Held | None:
    """The original as it was verified, in the vault: what stands there by now, or else what the second vault holds, put
    back. None where neither has it. Raises what a vault raises that does not answer."""
    there = _newest(vault, row)
    if there is not None:
        return there
    if replica is None or _newest(replica, row) is None:
        return None
    pieces = replica.read(row.vault_key, None)
    return vault.put_back(row.vault_key, pieces, row.sha256, row.retain_until or now)


def _newest(vault: EvidenceVault, row: AnyRow) -> Held | None:
    """What a vault holds under the original's key, if that is what was verified from its first byte to its last."""
    try:
        held = vault.check(row.vault_key, None)
        if held is None or held.size != row.size:
            return None
        found = vault.rehash(row.vault_key, held.version, lambda _count: None)
    except FixityError:
        return None
    return held if found.sha256 == row.sha256 else None
