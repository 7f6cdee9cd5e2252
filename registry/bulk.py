"""Many rows at once: what the transitions and queries share so that no statement is sent a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast, overload

from sqlalchemy import Connection, Row, Table, bindparam
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


def insert_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns; columns not named stay empty."""
    if rows:
        connection.execute(table_of(model).insert(), rows)


def update_rows(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update by `id` the other columns that `rows`, which all have the same, name."""
    if not rows:
        return
    table = table_of(model)
    columns = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in rows[0] if name != "id"}
    statement = table.update().where(table.c.id == bindparam("row_id")).values(columns)
    connection.execute(
        statement,
        [{"row_id" if name == "id" else f"new_{name}": value for name, value in row.items()} for row in rows],
    )


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as every engine can keep it: NUL and half surrogates, which hostile names carry, become U+FFFD."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
