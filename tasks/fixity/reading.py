"""Reading one original again, and what to make of a vault that does not give it (Art. 7)."""

from __future__ import annotations

from blocks.vault import EvidenceVault, Progress
from registry.bulk import AnyRow
from registry.tables import CheckOutcome, RecordingState
from registry.transitions.fixity import Reading
from regulation.errors import FixityError, Unavailable

TRIES = 2
"""What is not as it was verified is read once more before anybody is told."""


def read_original(vault: EvidenceVault, row: AnyRow, progress: Progress) -> Reading:
    """Read the original from end to end and compare it with what was verified. Of what was disposed of nothing is read.

    Raises `Unavailable` where the vault itself does not answer.
    """
    if row.state is RecordingState.DISPOSED:
        return _reading(row, CheckOutcome.DISPOSED)
    for _ in range(TRIES):
        found = _try(vault, row, progress)
        if found.outcome is CheckOutcome.INTACT:
            break
    return found


def _try(vault: EvidenceVault, row: AnyRow, progress: Progress) -> Reading:
    try:
        found = vault.rehash(row.vault_key, row.vault_version, progress)
    except (FixityError, Unavailable) as failure:
        return _unread(vault, row, failure)
    if found.size != row.size:
        return _reading(row, CheckOutcome.WRONG_SIZE, f"size:{found.size}")
    if found.sha256 != row.sha256:
        return _reading(row, CheckOutcome.DIFFERENT, f"sha256:{found.sha256}")
    return _reading(row, CheckOutcome.INTACT)


def _unread(vault: EvidenceVault, row: AnyRow, failure: FixityError | Unavailable) -> Reading:
    """Missing only where the vault itself lists nothing there. Raises `Unavailable` where it cannot say."""
    try:
        there = [one.version for one in vault.versions(row.vault_key) if not one.is_marker]
    except FixityError:
        return _reading(row, CheckOutcome.UNREADABLE, "not-a-file")
    if row.vault_version not in there:
        return _reading(row, CheckOutcome.MISSING, f"other-versions:{len(there)}")
    return _reading(row, CheckOutcome.UNREADABLE, type(failure).__name__)


def _reading(row: AnyRow, outcome: CheckOutcome, detail: str = "") -> Reading:
    return Reading(row.id, row.unit_id, row.vault_key, row.size, outcome, detail)
