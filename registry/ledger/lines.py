"""What was told as text, of which the ledger keeps a digest (Art. 20): it would be ten times as long with each line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from regulation.ladder import Step
from regulation.vocabulary import Role


def line_text(
    duty_id: UUID,
    step: Step,
    person_id: UUID,
    role: Role | None,
    instead_of: Role | None,
    planned_at: datetime,
    due_at: datetime,
) -> str:
    """One line: which step of which duty, whom, as what, in whose place, planned for when, due when; times in UTC."""
    # Not as elsewhere in the ledger (`time_text`): a sweep writes tens of thousands of these, at half the time.
    times = f"{planned_at.astimezone(UTC).isoformat()} {due_at.astimezone(UTC).isoformat()}"
    return f"{duty_id.hex} {step} {person_id.hex} {role or '-'} {instead_of or '-'} {times}"


def lines_digest(lines: Iterable[str]) -> str:
    """SHA-256, in hexadecimal, over lines as `line_text` writes them, in their order as text."""
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()
