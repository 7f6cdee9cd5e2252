"""What the checks of rows against the ledger share: streams of rows, and what entries say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Select,
    String,
    Table,
    Uuid,
    and_,
    cast,
    func,
    select,
    type_coerce,
)

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import plain
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import LedgerEntry
from registry.types import UtcDateTime

AT_ONCE = 1_000
"""Rows fetched at a time."""

Check = Callable[[Connection], Iterator[RowProblem | None]]
"""Goes through rows; a problem, or None for a row that is as it should be."""


def entries_of(event: Event, name: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The ledger under `name`, and the condition that an entry of it is of `event`."""
    entry = table_of(LedgerEntry).alias(name)
    return entry, entry.c.event == event.value


def stream(
    connection: Connection, query: Select[tuple[Any, ...]] | CompoundSelect[tuple[Any, ...]], at_once: int = AT_ONCE
) -> Iterable[AnyRow]:
    """The rows of `query`, `at_once` of them in memory."""
    # An option of the statement: one of the connection would hold for the questions asked in between as well.
    return connection.execute(query, execution_options={"yield_per": at_once})


def facts_in(text: str | None) -> dict[str, Any]:
    """An entry's facts; nothing where they cannot be read, which `verify` will have told."""
    if text is None:
        return {}
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def names(facts: str | None, what: str, wanted: str | None) -> bool:
    """Whether an entry's facts name this id. SQLite writes ids without dashes."""
    return wanted is not None and str(facts_in(facts).get(what)).replace("-", "") == wanted.replace("-", "")


def id_in(text: str | None, name: str) -> UUID:
    """The id that an entry's facts have under this name; that of nothing where they have none."""
    try:
        return UUID(str(facts_in(text).get(name)))
    except ValueError:
        return UUID(int=0)


def as_told(value: Any) -> Any:
    """A value of a row, be it a text, a number, a time, an id or a member, as the ledger's facts have it."""
    return plain(value) if type(value) in (datetime, UUID) else value


def told_by(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same of a column, by the engine: to make objects of ids and times takes longer than to compare them."""
    if connection.dialect.name == "postgresql":
        if isinstance(column.type, UtcDateTime):
            return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        return cast(column, String) if isinstance(column.type, Uuid) else _plainly(column)
    if isinstance(column.type, UtcDateTime):
        return func.replace(type_coerce(column, String), " ", "T") + "Z"
    if isinstance(column.type, Uuid):
        digits = type_coerce(column, String)
        first, *rest = (func.substr(digits, start, length) for start, length in _ID)
        return reduce(lambda before, part: before + "-" + part, rest, first)
    return _plainly(column)


_ID = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
"""Where the parts of an id begin among its digits, and how long they are."""


def _plainly(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A member of one of our vocabularies as the text it is kept as."""
    is_text = isinstance(getattr(column.type, "impl", column.type), String)
    return type_coerce(column, String) if is_text else column


def texts_in(value: Any) -> list[str]:
    """A list of the ledger as text; nothing where it is none."""
    return [str(one) for one in value] if isinstance(value, list) else []


NOT_SO = "it is not what the ledger says"
UNKNOWN = "the ledger does not know it"
GONE = "the ledger knows it, its row is gone"


def entry_about(connection: Connection, event: Event, subject_id: UUID, about: UUID | None = None) -> AnyRow | None:
    """The newest entry of `event` about the subject; with `about`, whose facts name that."""
    entry, of_event = entries_of(event, "entry")
    query = select(entry.c.facts, entry.c.at, entry.c.unit_id).where(of_event, entry.c.subject_id == subject_id)
    if about is not None:
        query = query.where(entry.c.facts.contains(str(about)))
    return connection.execute(query.order_by(entry.c.seq.desc()).limit(1)).one_or_none()


def with_newest(
    connection: Connection, table: Table, *events: Event, key: str = "id", more: Sequence[ColumnElement[Any]] = ()
) -> Iterator[AnyRow]:
    """The rows of a table, and `more` of each, with the newest of these entries about the subject `key`: `event`,
    `then`, `facts` and `entry_unit_id`, all None where there is none."""
    entry = table_of(LedgerEntry).alias("entry")
    said = (entry.c.event, entry.c.at.label("then"), entry.c.facts, entry.c.unit_id.label("entry_unit_id"))
    about = and_(entry.c.subject_id == table.c[key], entry.c.event.in_([one.value for one in events]))
    query = select(table, *more, *said).select_from(table.outerjoin(entry, about)).order_by(table.c[key], entry.c.seq)
    for _, rows in groupby(stream(connection, query), key=attrgetter(key)):
        *_, newest = rows
        yield newest


def vanished(connection: Connection, event: Event, table: Table) -> Iterator[RowProblem]:
    """What `event` entered into the table, and is not there any more."""
    entry, of_event = entries_of(event, "entry")
    query = select(entry.c.subject_id).select_from(entry.outerjoin(table, table.c.id == entry.c.subject_id))
    for row in stream(connection, query.where(of_event, table.c.id.is_(None)).order_by(entry.c.seq)):
        yield RowProblem(table.name, row.subject_id, "id", GONE)


def unit_problem(table: str, row: AnyRow, entry: AnyRow | None) -> RowProblem | None:
    """That a row is another unit's than its entry says."""
    if entry is not None and entry.unit_id != row.unit_id:
        return RowProblem(table, row.id, "unit_id", NOT_SO)
    return None


def unit_moved(table: str, row: AnyRow) -> RowProblem | None:
    """The same for a row that `with_newest` gave."""
    return None if row.unit_id == row.entry_unit_id else RowProblem(table, row.id, "unit_id", NOT_SO)


def row_problem(
    table: str, row_id: UUID, entry: AnyRow | None, stated: Mapping[str, Any], at: object
) -> RowProblem | None:
    """What of a row is not what its entry says: `stated` by the names that the facts have, and when."""
    problem = stated_problem(table, row_id, None if entry is None else entry.facts, stated)
    if problem is not None or entry is None:
        return problem
    return None if entry.at == at else RowProblem(table, row_id, "at", NOT_SO)


def stated_problem(table: str, row_id: UUID, facts: str | None, stated: Mapping[str, Any]) -> RowProblem | None:
    """The same whatever the time; without facts there is no entry."""
    if facts is None:
        return RowProblem(table, row_id, "id", UNKNOWN)
    told = facts_in(facts)
    for name, value in stated.items():
        said = told.get(name)
        if (sorted(said, key=str) if name == "recordings" and isinstance(said, list) else said) != value:
            return RowProblem(table, row_id, name, NOT_SO)
    return None
