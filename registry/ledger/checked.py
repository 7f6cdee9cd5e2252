"""What was read again as text, of which the ledger keeps a digest (Art. 7)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID


def check_text(recording_id: UUID, outcome: str) -> str:
    """One reading: which recording, and what came of it."""
    return f"{recording_id.hex} {outcome}"


def checks_digest(lines: Iterable[str]) -> str:
    """SHA-256, in hexadecimal, over lines as `check_text` writes them, in their order as text."""
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()
