"""What was told as text, of which the ledger keeps a digest (Art. 20): it would be ten times as long with each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from registry.columns import converted

LINE = ("duty_id", "step", "person_id", "role", "instead_of", "planned_at", "due_at")
"""A line: which step of which duty, whom, as what, in whose place, planned for when, due when."""


def lines_digest(lines: Iterable[Sequence[Any]]) -> str:
    """SHA-256, in hexadecimal, over lines, the values of `LINE` each, in their order as text.

    A line's values stand with a space between them: ids as hexadecimal digits, what is empty as ``-``, times in UTC.
    """
    columns = [converted(value_text, column) for column in zip(*lines, strict=True)]
    return texts_digest(map(" ".join, zip(*columns, strict=True)))


def texts_digest(texts: Iterable[str]) -> str:
    """The same over the lines' texts."""
    return sha256("\n".join(sorted(texts)).encode()).hexdigest()


def value_text(value: Any) -> str:
    """A value of a line as text."""
    # Not as elsewhere in the ledger (`time_text`): a sweep writes tens of thousands of these, at half the time.
    if isinstance(value, datetime):
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    if isinstance(value, UUID):
        return value.hex
    return str(value or "-")
