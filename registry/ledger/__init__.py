"""The custody ledger: every event, chained by SHA-256, appended and never changed (Art. 7)."""

from registry.ledger.chain import GENESIS, Head, canonical_json, head_of, time_text
from registry.ledger.events import Event
from registry.ledger.reports import LedgerReport, Problem, RowProblem, RowReport
from registry.ledger.rows import verify_rows
from registry.ledger.verification import verify

__all__ = [
    "GENESIS",
    "Event",
    "Head",
    "LedgerReport",
    "Problem",
    "RowProblem",
    "RowReport",
    "canonical_json",
    "head_of",
    "time_text",
    "verify",
    "verify_rows",
]
