"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from itertools import islice
from typing import Any, TypeVar, cast, overload

from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Row,
    Select,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from registry.columns import array_of, as_array, insert_columns, update_columns

T = TypeVar("T")

AnyRow = Row[Any]
"""A row of a query over columns."""

CHUNK = 1_000
"""Values in one IN list: well under every engine's limit on parameters."""


@contextmanager
def garbage_of_before_left_alone() -> Iterator[None]:
    """For what makes many objects: to look through half a million of what was imported again and again costs a tenth
    of taking in a dump, and a third of a sweep."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def table_of(model: type[SQLModel]) -> Table:
    """The table behind `model`."""
    return SQLModel.metadata.tables[cast("str", model.__tablename__)]


def chunked(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


class Among:
    """A question for the rows whose `column` is one of many values. Putting it together takes longer than asking it, so
    what is asked often is put together once."""

    def __init__(self, query: Select[tuple[Any, ...]], column: Column[Any]) -> None:
        self._query = query
        self._column = column

    def rows(self, connection: Connection, values: Iterable[Any], **more: Any) -> Iterator[AnyRow]:
        """The rows for these values, however many they are, in no particular order; `more` is what else is asked."""
        for chunk in chunked(dict.fromkeys(values)):
            if connection.dialect.name == "postgresql":
                written = as_array(connection, self._column, chunk)
                found = connection.execute(self._in_array, {**more, "among": written})
            else:
                found = connection.execute(self._in_list, {**more, "among": chunk})
            yield from found.all()  # in one call: the driver takes longer to hand them over one by one

    @cached_property
    def _in_list(self) -> Select[tuple[Any, ...]]:
        return self._query.where(self._column.in_(bindparam("among", expanding=True)))

    @cached_property
    def _in_array(self) -> Select[tuple[Any, ...]]:
        # One array instead of a parameter a value: the statement stays the same, so that it is planned once; and a
        # subquery instead of ANY, which a plan made once would compare value by value.
        return self._query.where(self._column.in_(select(func.unnest(array_of(self._column, "among")))))


def rows_among(
    connection: Connection, query: Select[tuple[Any, ...]], column: Column[Any], values: Iterable[Any]
) -> Iterator[AnyRow]:
    """The rows of `query` whose `column` is one of `values`: `Among`, for what is asked rarely."""
    return Among(query, column).rows(connection, values)


_FEW = 8
"""Up to so many rows a statement that is planned anew costs less than COPY's three questions and answers."""


def insert_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns in the same order; columns not named stay empty."""
    if not rows:
        return
    table = table_of(model)
    if connection.dialect.name == "postgresql" and len(rows) <= _FEW:
        connection.execute(_inserted(table), list(rows))
    else:
        insert_columns(connection, table, _columns(rows, rows[0]))


@cache
def _inserted(table: Table) -> Insert:
    return table.insert().inline()


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into `table` that can say what happens where the row is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def update_rows(
    connection: Connection,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    key: str = "id",
    only: Collection[str] = (),
) -> None:
    """Update by `key` the other columns that `rows`, which all have the same, name; where given, `only` these."""
    if not rows:
        return
    names = [key, *(name for name in only or rows[0] if name != key)]
    update_columns(connection, table_of(model), _columns(rows, names), key)


def _columns(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
