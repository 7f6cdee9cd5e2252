"""What checking the ledger and the rows finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

Progress = Callable[[int, int], None]
"""Called now and then with how many are done and how many there are."""

MOST = 1_000
"""Problems listed in one report: a ledger replaced as a whole must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with entry `seq`; `column` is the one that was altered as far as can be told.

    ``content`` stands for any of at, event, actor, subject, unit, article and facts; ``seq`` also for entries that are
    missing or too many.
    """

    seq: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"entry {self.seq}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """How many entries there are, the newest one's hash, and what is wrong. No problems: the chain is whole."""

    entries: int
    head: str
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that is not what the ledger says of it, or that the ledger does not know, or that is gone."""

    table: str
    row_id: UUID
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class RowReport:
    """How many rows were compared with the ledger, and what is wrong."""

    rows: int
    problems: list[RowProblem]


@dataclass(frozen=True, slots=True)
class AnchorProblem:
    """Something wrong with anchor `number`, or with the entries under its root; `column` is what does not fit."""

    number: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"anchor {self.number}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class AnchorReport:
    """How many anchors there are, the last entry that they cover, and what is wrong."""

    anchors: int
    covered: int
    problems: list[AnchorProblem]
