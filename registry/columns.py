"""Columns of values on their way into a table, each engine by its fastest way.

A column's values are written as the engine reads them before they are sent, one that stands there many times only once:
half of what it takes to enter ten thousand rows would go into writing the same times and codes again and again. An id
may come as its hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import chain, islice
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection as PostgresConnection
from psycopg.adapt import PyFormat
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    Update,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy import cast as cast_as

T = TypeVar("T")

Columns = Mapping[str, Sequence[Any]]
"""Values by the name of their column, of each as many."""

Names = tuple[str, ...]
Row = tuple[Any, ...]

_GROUP = 500
"""Rows in one statement of SQLite's: ten times as many are hardly faster, and it is kept ready."""

_AT_ONCE = 2_000
"""Rows in one piece of COPY: the server enters them while the next are written."""

_IN_COPY = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def insert_columns(connection: Connection, table: Table, columns: Columns) -> None:
    """Insert rows of these columns; columns not named stay empty."""
    insert_written(connection, table, tuple(columns), _rows(connection, table, columns))


def update_columns(connection: Connection, table: Table, columns: Columns, key: str = "id") -> None:
    """Update by `key` the other columns."""
    update_written(connection, table, tuple(columns), _rows(connection, table, columns), key)


def insert_written(connection: Connection, table: Table, names: Names, rows: Sequence[Row]) -> None:
    """Insert rows whose values are written already, each by its column's `writer`."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, rows)
    else:
        _insert_many(connection, table, names, rows)


def update_written(connection: Connection, table: Table, names: Names, rows: Sequence[Row], key: str = "id") -> None:
    """Update by `key`, which is one of `names`, the other columns to values that are written already."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = zip(names, zip(*rows, strict=True), strict=True)
        connection.execute(_updated(table, names, key), {f"new_{name}": _array(column) for name, column in columns})
    else:
        _update_many(connection, table, names, rows, key)


def writer(connection: Connection, column: Column[Any]) -> Callable[[Any], Any]:
    """What writes a value of `column` as the engine reads it: PostgreSQL takes text, SQLite what its driver takes."""
    if isinstance(column.type, Uuid):
        return _digits
    convert = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if connection.dialect.name != "postgresql":
        return _as_it_is if convert is None else convert
    driver = connection.connection.driver_connection
    assert isinstance(driver, PostgresConnection)
    adapters = driver.adapters

    def written(value: Any) -> str | None:
        said = value if convert is None else convert(value)
        kind = type(said)
        if said is None or kind is str:
            return said  # type: ignore[no-any-return]
        if kind is datetime or kind is int:
            return str(said)
        dumped = adapters.get_dumper(kind, PyFormat.TEXT)(kind, driver).dump(said)
        assert dumped is not None
        return bytes(dumped).decode()

    return written


def _digits(one: UUID | str | None) -> str | None:
    return one.hex if isinstance(one, UUID) else one


def _as_it_is(value: Any) -> Any:
    return value


def _rows(connection: Connection, table: Table, columns: Columns) -> list[Row]:
    written = [converted(writer(connection, table.c[name]), values) for name, values in columns.items()]
    return list(zip(*written, strict=True))


def converted(convert: Callable[[Any], T], values: Sequence[Any]) -> list[T]:
    """`values` converted; one that stands there several times, such as a code or whom it is about, only once."""
    # By identity: to compare ids costs ten times as much.
    keys = list(map(id, values))
    done = {key: convert(value) for key, value in dict(zip(keys, values, strict=True)).items()}
    return list(map(done.__getitem__, keys))


def array_of(column: Column[Any], name: str) -> ColumnElement[Any]:
    """The parameter `name`, as `as_array` writes it, as an array of the column's type."""
    # No longer text than the column takes, a cast would cut it off to, and say nothing.
    type_ = Text() if isinstance(getattr(column.type, "impl", column.type), String) else column.type
    return cast_as(bindparam(name, type_=String), ARRAY(type_, dimensions=1))


def as_array(connection: Connection, column: Column[Any], values: Sequence[Any]) -> str:
    """Values of a column as one text: the driver would ask of each what it is, and look for quotes in it."""
    return _array(converted(writer(connection, column), values))


def _array(written: Sequence[str | None]) -> str:
    if _holds(written, '"\\'):
        written = [None if one is None else one.translate(_IN_ARRAY) for one in written]
    quoted = ["NULL" if one is None else f'"{one}"' for one in written]
    return f"{{{','.join(quoted)}}}"


@cache
def _updated(table: Table, names: tuple[str, ...], key: str) -> Update:
    """New values come as one array a column, for one statement instead of one a row."""
    columns = [func.unnest(array_of(table.c[name], f"new_{name}")).label(name) for name in names]
    new = select(*columns).subquery("new")
    changed = {name: new.c[name] for name in names if name != key}
    return table.update().where(table.c[key] == new.c[key]).values(changed)


def _copy(connection: Connection, table: Table, names: Names, rows: Sequence[Row]) -> None:
    """COPY, three times as fast as INSERT. The driver's errors come as they are: `in_our_words` knows them as well."""
    quote = connection.dialect.identifier_preparer.quote
    target = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    lines = map("\t".join, zip(*map(_cells, zip(*rows, strict=True)), strict=True))
    with connection.connection.cursor().copy(target) as copy:
        while piece := list(islice(lines, _AT_ONCE)):
            copy.write("\n".join([*piece, ""]))


def _cells(written: Sequence[str | None]) -> list[str]:
    """A column as COPY reads it."""
    if _holds(written, "\\\t\n\r"):
        return ["\\N" if one is None else one.translate(_IN_COPY) for one in written]
    return ["\\N" if one is None else one for one in written]


def _holds(written: Sequence[str | None], letters: str) -> bool:
    """Whether any of the texts has any of these letters."""
    whole = "".join(filter(None, written))
    return any(letter in whole for letter in letters)


def _insert_many(connection: Connection, table: Table, names: Names, rows: Sequence[Row]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    _in_groups(connection, f"INSERT INTO {into} VALUES {{}}", rows)  # noqa: S608 - names of our own tables


def _update_many(connection: Connection, table: Table, names: Names, rows: Sequence[Row], key: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    name, by = quote(table.name), quote(key)
    values = ", ".join(f"{one} = new.{one}" for one in map(quote, names) if one != by)
    new = f"WITH new ({', '.join(map(quote, names))}) AS (VALUES {{}})"
    statement = f"{new} UPDATE {name} SET {values} FROM new WHERE {name}.{by} = new.{by}"  # noqa: S608 - our own names
    _in_groups(connection, statement, rows)


def _in_groups(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """`statement` with the values of many rows at once, and of those left over in the driver's own loop over rows.

    A statement that a guard may stop on the way keeps every page it changes, so that it can be undone: with a row each
    that took half of all time. SQLAlchemy's way takes twice the time of all that SQLite itself does.
    """
    marks, whole = f"({', '.join('?' * len(rows[0]))})", len(rows) - len(rows) % _GROUP
    if whole:
        groups = [tuple(chain.from_iterable(rows[at : at + _GROUP])) for at in range(0, whole, _GROUP)]
        connection.exec_driver_sql(statement.format(", ".join([marks] * _GROUP)), groups)
    if rest := rows[whole:]:
        connection.exec_driver_sql(statement.format(marks), list(rest))
