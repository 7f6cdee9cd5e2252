"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, cached_property
from itertools import chain, islice
from typing import Any, TypeVar, cast, overload
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    String,
    Table,
    Update,
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

    def __init__(self, query: Select[*tuple[Any, ...]], column: Column[Any]) -> None:
        self._query = query
        self._column = column

    def rows(self, connection: Connection, values: Iterable[Any], **more: Any) -> Iterator[AnyRow]:
        """The rows for these values, however many they are, in no particular order; `more` is what else is asked."""
        for chunk in chunked(dict.fromkeys(values)):
            if connection.dialect.name == "postgresql":
                found = connection.execute(self._in_array, {**more, "among": _as_array(self._column, chunk)})
            else:
                found = connection.execute(self._in_list, {**more, "among": chunk})
            yield from found.all()  # in one call: the driver takes longer to hand them over one by one

    @cached_property
    def _in_list(self) -> Select[*tuple[Any, ...]]:
        return self._query.where(self._column.in_(bindparam("among", expanding=True)))

    @cached_property
    def _in_array(self) -> Select[*tuple[Any, ...]]:
        # One array instead of a parameter a value: the statement stays the same, so that it is planned once; and a
        # subquery instead of ANY, which a plan made once would compare value by value.
        return self._query.where(self._column.in_(select(func.unnest(_array(self._column, "among")))))


def rows_among(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Column[Any], values: Iterable[Any]
) -> Iterator[AnyRow]:
    """The rows of `query` whose `column` is one of `values`: `Among`, for what is asked rarely."""
    return Among(query, column).rows(connection, values)


def _array(column: Column[Any], name: str) -> ColumnElement[Any]:
    """The parameter `name` as an array of the column's type. Ids come as one text: the driver would look for quotes in
    each of them."""
    type_ = ARRAY(column.type, dimensions=1)
    if not isinstance(column.type, Uuid):
        return bindparam(name, type_=type_)
    return cast_as(bindparam(name, type_=String), type_)


def _as_array(column: Column[Any], values: list[Any]) -> Any:
    """Values of a column as `_array` takes them."""
    if not isinstance(column.type, Uuid):
        return values
    written = ",".join(["NULL" if one is None else one.hex for one in values])
    return f"{{{written}}}"


_FEW = 8
"""Up to so many rows a statement that is planned anew costs less than COPY's three questions and answers."""

_GROUP = 500
"""Rows in one statement of SQLite's: ten times as many are hardly faster, and it is kept ready."""


def insert_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns in the same order; columns not named stay empty."""
    if not rows:
        return
    table = table_of(model)
    if connection.dialect.name == "postgresql":
        if len(rows) > _FEW:
            _copy(connection, table, rows)
        else:
            connection.execute(_inserted(table), list(rows))
    else:
        _insert_many(connection, table, rows)


@cache
def _inserted(table: Table) -> Insert:
    return table.insert().inline()


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into `table` that can say what happens where the row is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def converted(convert: Callable[[Any], T], values: Sequence[Any]) -> list[T]:
    """`values` converted; one that stands there several times, such as a code or whom it is about, only once."""
    # By identity: to compare ids costs ten times as much.
    keys = list(map(id, values))
    done = {key: convert(value) for key, value in dict(zip(keys, values, strict=True)).items()}
    return list(map(done.__getitem__, keys))


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
        names = (key, *changed)
        columns = {f"new_{name}": _as_array(table.c[name], [row[name] for row in rows]) for name in names}
        connection.execute(_updated(table, tuple(changed), key), columns)
    else:
        _update_many(connection, table, changed, rows, key)


@cache
def _updated(table: Table, changed: tuple[str, ...], key: str) -> Update:
    """New values come as one array a column, for one statement instead of one a row."""
    columns = [func.unnest(_array(table.c[name], f"new_{name}")).label(name) for name in (key, *changed)]
    new = select(*columns).subquery("new")
    return table.update().where(table.c[key] == new.c[key]).values({name: new.c[name] for name in changed})


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """COPY, three times as fast as INSERT. The driver's errors come as they are: `in_our_words` knows them as well."""
    quote = connection.dialect.identifier_preparer.quote
    target = f"COPY {quote(table.name)} ({', '.join(quote(name) for name in rows[0])}) FROM STDIN"
    with connection.connection.cursor().copy(target) as copy:
        columns = [converted(_text, column) for column in _columns(connection, table, rows, rows[0])]
        for values in zip(*columns, strict=True):
            copy.write_row(values)


def _text(value: Any) -> Any:
    # The driver would ask of each value what it is, and write the same time again and again.
    return str(value) if isinstance(value, UUID | datetime) else value


def _insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, rows[0]))})"
    statement = f"INSERT INTO {into} VALUES {{}}"  # noqa: S608 - names of our own tables
    _in_groups(connection, statement, _columns(connection, table, rows, rows[0]))


def _update_many(
    connection: Connection, table: Table, changed: list[str], rows: Sequence[Mapping[str, Any]], key: str
) -> None:
    quote = connection.dialect.identifier_preparer.quote
    name, by, names = quote(table.name), quote(key), [key, *changed]
    values = ", ".join(f"{one} = new.{one}" for one in map(quote, changed))
    new = f"WITH new ({', '.join(map(quote, names))}) AS (VALUES {{}})"
    statement = f"{new} UPDATE {name} SET {values} FROM new WHERE {name}.{by} = new.{by}"  # noqa: S608 - our own names
    _in_groups(connection, statement, _columns(connection, table, rows, names))


def _in_groups(connection: Connection, statement: str, columns: list[list[Any]]) -> None:
    """`statement` with the values of many rows at once, and of those left over in the driver's own loop over rows.

    A statement that a guard may stop on the way keeps every page it changes, so that it can be undone: with a row each
    that took half of all time. SQLAlchemy's way takes twice the time of all that SQLite itself does.
    """
    rows, marks = list(zip(*columns, strict=True)), f"({', '.join('?' * len(columns))})"
    grouped = len(rows) - len(rows) % _GROUP
    if groups := [tuple(chain.from_iterable(group)) for group in chunked(rows[:grouped], _GROUP)]:
        connection.exec_driver_sql(statement.format(", ".join([marks] * _GROUP)), groups)
    if rest := rows[grouped:]:
        connection.exec_driver_sql(statement.format(marks), rest)


def _columns(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> list[list[Any]]:
    """The values of each column of `names`, as the driver wants them."""
    columns = []
    for name in names:
        values = [row[name] for row in rows]
        type_ = table.c[name].type.dialect_impl(connection.dialect)
        convert = type_.bind_processor(connection.dialect)
        columns.append(values if convert is None else converted(convert, values))
    return columns


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
