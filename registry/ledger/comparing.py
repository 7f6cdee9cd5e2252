"""What the checks of rows against the ledger share: streams of rows, and what entries say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select

from registry.bulk import AnyRow, table_of
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import LedgerEntry

AT_ONCE = 1_000
"""Rows fetched at a time."""

Check = Callable[[Connection], Iterator[RowProblem | None]]
"""Goes through rows; a problem, or None for a row that is as it should be."""


def entries_of(event: Event, name: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The ledger under `name`, and the condition that an entry of it is of `event`."""
    entry = table_of(LedgerEntry).alias(name)
    return entry, entry.c.event == event.value


def stream(connection: Connection, query: Select[*tuple[Any, ...]], at_once: int = AT_ONCE) -> Iterable[AnyRow]:
    """The rows of `query`, `at_once` of them in memory."""
    # An option of the statement: one of the connection would hold for the questions asked in between as well.
    return connection.execute(query, execution_options={"yield_per": at_once})


def facts_in(text: str | None) -> dict[str, Any]:
    """An entry's facts; nothing where they cannot be read, which `verify` will have told."""
    try:
        facts = json.loads(text or "{}")
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def names(facts: str | None, what: str, wanted: str | None) -> bool:
    """Whether an entry's facts name this id. SQLite writes ids without dashes."""
    return wanted is not None and str(facts_in(facts).get(what)).replace("-", "") == wanted.replace("-", "")
