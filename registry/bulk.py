"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast, overload

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy import cast as cast_as
from sqlalchemy.dialects import postgresql, sqlite
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


_FEW = 8
"""Up to so many rows a statement that is planned anew costs less than COPY's three questions and answers."""


def rows_among(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Column[Any], values: Iterable[Any]
) -> Iterator[AnyRow]:
    """The rows of `query` whose `column` is one of `values`, however many they are; in no particular order."""
    for chunk in chunked(dict.fromkeys(values)):
        # All rows of a chunk in one call: the driver takes longer to hand them over one by one.
        yield from connection.execute(query.where(_among(connection, column, chunk))).all()


def _among(connection: Connection, column: Column[Any], values: list[Any]) -> ColumnElement[bool]:
    if connection.dialect.name != "postgresql":
        return column.in_(values)
    # One array instead of a parameter a value: the statement stays the same, so that it is planned once; and a subquery
    # instead of ANY, which a plan made once would compare value by value.
    return column.in_(select(func.unnest(_array(column, values))))


def _array(column: Column[Any], values: list[Any]) -> ColumnElement[Any]:
    """Values of a column as one array. Ids as one text: the driver would look for quotes in each of them."""
    type_ = ARRAY(column.type, dimensions=1)
    if not isinstance(column.type, Uuid):
        return bindparam(None, values, type_=type_)
    written = ",".join(["NULL" if one is None else one.hex for one in values])
    return cast_as(bindparam(None, f"{{{written}}}", type_=String), type_)


def insert_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns in the same order; columns not named stay empty."""
    if not rows:
        return
    table = table_of(model)
    if connection.dialect.name == "postgresql":
        if len(rows) > _FEW:
            _copy(connection, table, rows)
        else:
            connection.execute(table.insert().inline(), list(rows))
    else:
        _insert_many(connection, table, rows)


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
    table = table_of(model)
    changed = [name for name in only or rows[0] if name != key]
    if connection.dialect.name == "postgresql":
        new = select(*_as_columns(table, [key, *changed], rows)).subquery("new")
        connection.execute(
            table.update().where(table.c[key] == new.c[key]).values({name: new.c[name] for name in changed})
        )
    else:
        _update_many(connection, table, changed, rows, key)


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """COPY, three times as fast as INSERT. The driver's errors come as they are: `in_our_words` knows them as well."""
    quote = connection.dialect.identifier_preparer.quote
    target = f"COPY {quote(table.name)} ({', '.join(quote(name) for name in rows[0])}) FROM STDIN"
    with connection.connection.cursor().copy(target) as copy:
        for values in _converted(connection, table, list(rows[0]), rows):
            copy.write_row(values)


def _insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The driver's own loop over rows: SQLAlchemy's takes twice the time of all that SQLite itself does."""
    quote, names = connection.dialect.identifier_preparer.quote, list(rows[0])
    columns, marks = ", ".join(map(quote, names)), ", ".join("?" * len(names))
    statement = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, list(_converted(connection, table, names, rows)))


def _update_many(
    connection: Connection, table: Table, changed: list[str], rows: Sequence[Mapping[str, Any]], key: str
) -> None:
    quote = connection.dialect.identifier_preparer.quote
    values = ", ".join(f"{quote(name)} = ?" for name in changed)
    statement = f"UPDATE {quote(table.name)} SET {values} WHERE {quote(key)} = ?"  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, list(_converted(connection, table, [*changed, key], rows)))


def _converted(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """Of each row the values of `names`, as the driver wants them."""
    types = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    convert = [(name, type_.bind_processor(connection.dialect)) for name, type_ in zip(names, types, strict=True)]
    for row in rows:
        yield tuple([row[name] if to is None else to(row[name]) for name, to in convert])


def _as_columns(table: Table, names: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> list[ColumnElement[Any]]:
    """`rows` as one array a column, for one statement instead of one a row."""
    return [func.unnest(_array(table.c[name], [row[name] for row in rows])).label(name) for name in names]


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
