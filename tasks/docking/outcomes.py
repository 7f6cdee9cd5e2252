"""What a session's rows mean to a person: the findings they amount to, each with its article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from registry.queries.intake import ReceiptLine, RecordingRow
from registry.tables import Condition, Filing, ItemOutcome

CODES: dict[str, str] = {
    ItemOutcome.DUPLICATE: "A7-duplicate",
    ItemOutcome.GROWING: "A7-growing",
    ItemOutcome.UNREADABLE: "A7-unreadable-on-device",
    ItemOutcome.NOT_A_FILE: "A7-not-a-file",
    ItemOutcome.MISMATCHED: "A7-mismatch",
    ItemOutcome.VANISHED: "A7-vanished",
    Condition.DAMAGED: "A7-damaged",
    Condition.EMPTY: "A7-empty",
    Condition.WRONG_EXTENSION: "A7-wrong-extension",
    Condition.UNREADABLE: "A7-unreadable",
    Filing.UNFILED: "A4-unfiled",
    Filing.ASKED: "A15-asked",
}
"""The finding that each outcome, condition and filing amounts to; what is missing here is as it should be."""


def codes_of(row: RecordingRow) -> list[str]:
    """The findings of one original."""
    return [CODES[fact] for fact in (row.condition, row.filing) if fact in CODES]


def needs_attention(row: RecordingRow) -> bool:
    """Whether a person should look at this original."""
    return bool(codes_of(row))


def articles_of(row: RecordingRow) -> str:
    """The articles of its findings, for a table."""
    return ", ".join(sorted({f"Art. {code[1:].partition('-')[0]}" for code in codes_of(row)}))


def tally(lines: Sequence[ReceiptLine], recordings: Sequence[RecordingRow]) -> Counter[str]:
    """How many entries ended how: outcomes of the dump's entries, conditions and filings of its originals."""
    counted: Counter[str] = Counter(str(line.outcome) for line in lines)
    counted.update(f"{row.condition}" for row in recordings)
    counted.update(f"{row.filing}" for row in recordings)
    return counted
