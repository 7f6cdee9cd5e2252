"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast, overload

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Row, Select, Table, bindparam, func, select
from sqlmodel import SQLModel

T = TypeVar("T")

AnyRow = Row[*tuple[Any, ...]]
"""A row of a query over columns."""

CHUNK = 1_000
"""Values in one IN list: well under every engine's limit on parameters."""


def table_of(model: type[SQLModel]) -> Table:
    """The table behind `model`."""
    return SQLModel.metadata.tables[cast("str", model.__tablename__)]


def chunked(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def rows_among(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Column[Any], values: Iterable[Any]
) -> Iterator[AnyRow]:
    """The rows of `query` whose `column` is one of `values`, however many they are; in no particular order."""
    for chunk in chunked(dict.fromkeys(values)):
        yield from connection.execute(query.where(_among(connection, column, chunk)))


def _among(connection: Connection, column: Column[Any], values: list[Any]) -> ColumnElement[bool]:
    if connection.dialect.name != "postgresql":
        return column.in_(values)
    # One array instead of a parameter a value: the statement stays the same, so that it is planned once; and a subquery
    # instead of ANY, which a plan made once would compare value by value.
    return column.in_(select(func.unnest(bindparam(None, values, type_=ARRAY(column.type)))))


def insert_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns in the same order; columns not named stay empty."""
    if not rows:
        return
    table = table_of(model)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.execute(table.insert(), rows)


def update_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update by `id` the other columns that `rows`, which all have the same, name."""
    if not rows:
        return
    table = table_of(model)
    changed = [name for name in rows[0] if name != "id"]
    if connection.dialect.name == "postgresql":
        new = select(*_as_columns(table, rows)).subquery("new")
        connection.execute(table.update().where(table.c.id == new.c.id).values({name: new.c[name] for name in changed}))
    else:
        statement = table.update().where(table.c.id == bindparam("_id"))
        values = {name: bindparam(f"_{name}", type_=table.c[name].type) for name in changed}
        connection.execute(statement.values(values), [{f"_{name}": row[name] for name in row} for row in rows])


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """COPY, three times as fast as INSERT. The driver's errors come as they are: `in_our_words` knows them as well."""
    columns = [table.c[name] for name in rows[0]]
    convert = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    quote = connection.dialect.identifier_preparer.quote
    target = f"COPY {quote(table.name)} ({', '.join(quote(column.name) for column in columns)}) FROM STDIN"
    with connection.connection.cursor().copy(target) as copy:
        for row in rows:
            values = row.values()
            copy.write_row([one if to is None else to(one) for one, to in zip(values, convert, strict=True)])


def _as_columns(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[ColumnElement[Any]]:
    """`rows` as one array a column, for one statement instead of one a row."""
    return [
        func.unnest(bindparam(None, [row[name] for row in rows], type_=ARRAY(table.c[name].type))).label(name)
        for name in rows[0]
    ]


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
