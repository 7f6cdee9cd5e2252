"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import islice
from typing import Any, TypeVar, cast, overload

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
                yield from connection.execute(self._in_array, {**more, "among": _as_array(self._column, chunk)})
            else:
                yield from connection.execute(self._in_list, {**more, "among": chunk})

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


def update_rows(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], key: str = "id"
) -> None:
    """Update by `key` the other columns that `rows`, which all have the same, name."""
    if not rows:
        return
    table = table_of(model)
    changed = [name for name in rows[0] if name != key]
    if connection.dialect.name == "postgresql":
        columns = {f"new_{name}": _as_array(table.c[name], [row[name] for row in rows]) for name in rows[0]}
        connection.execute(_updated(table, tuple(changed), key), columns)
    else:
        _update_many(connection, table, changed, rows, key)


@cache
def _updated(table: Table, changed: tuple[str, ...], key: str) -> Update:
    """`rows` come as one array a column, for one statement instead of one a row."""
    columns = [func.unnest(_array(table.c[name], f"new_{name}")).label(name) for name in (key, *changed)]
    new = select(*columns).subquery("new")
    return table.update().where(table.c[key] == new.c[key]).values({name: new.c[name] for name in changed})


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


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
