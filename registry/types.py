"""Column types and ids shared by the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, String, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Constraints have the same names on every engine, so that one migration can speak of them on both. Set here, because
# it must stand before the first table is declared and every table module imports this one.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite keeps a row under its INTEGER key itself; any other type would cost a second index.
WideKey = BigInteger().with_variant(Integer(), "sqlite")


_LENGTH = len("2026-11-23 13:42:00.000000")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC on every engine (SQLite itself forgets zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be kept: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """SQLite's own way of writing a time takes half as long again, and of reading one five times as long."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def written(value: datetime | None) -> str | None:
            moment = value if value is not None and value.tzinfo is UTC else self.process_bind_param(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")[:_LENGTH]

        return written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return lambda text: None if text is None else datetime.fromisoformat(text + "+00:00")


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that fulfil the SQL condition `where`, on every engine."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def new_id() -> UUID:
    """A fresh UUIDv7: unique everywhere, ordered by time."""
    return uuid_utils.uuid7()


def text_of(members: type[StrEnum]) -> type[TypeDecorator[Any]]:
    """The column type that keeps a member of `members` as its text and gives the member back."""
    by_text = {member.value: member for member in members}

    class Text(TypeDecorator[Any]):
        impl = String(40)
        cache_ok = True

        def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
            if type(value) is members:
                return value.value
            return None if value is None else members(value).value

        def process_result_value(self, value: Any, _dialect: Dialect) -> StrEnum | None:
            # A look in a table: the enumeration's own way takes longer than all the rest of reading a row.
            return None if value is None else by_text.get(value) or members(value)

    Text.__name__ = f"{members.__name__}Text"
    return Text
