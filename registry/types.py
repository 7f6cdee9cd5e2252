"""Column types and ids shared by the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC on every engine (SQLite itself forgets zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be kept: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def new_id() -> UUID:
    """A fresh UUIDv7: unique everywhere, ordered by time."""
    return uuid_utils.uuid7()


def text_of(members: type[StrEnum]) -> type[TypeDecorator[Any]]:
    """The column type that keeps a member of `members` as its text and gives the member back."""

    class Text(TypeDecorator[Any]):
        impl = String(40)
        cache_ok = True

        def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
            return None if value is None else members(value).value

        def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
            return None if value is None else members(value)

    Text.__name__ = f"{members.__name__}Text"
    return Text
