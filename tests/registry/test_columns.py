"""What is written for an engine by hand comes back as it was, whatever stands in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    select,
)

from registry.bulk import rows_among
from registry.columns import converted, insert_columns, insert_written, update_columns, update_written, writer
from registry.database import Registry
from registry.types import UtcDateTime, text_of
from regulation.vocabulary import Role
from tests.fixtures.desks import NOW

SHANGHAI = timezone(timedelta(hours=8))
TEXTS = ["plain", "tab\there", "line\nbreak\r", "back\\slash", '"quoted"', "{1,2}", "NULL", "\\N", "", "城管", None]
TYPES: dict[str, tuple[Any, list[Any]]] = {
    "text": (String(40), TEXTS),
    "number": (Integer(), [0, -1, 2**31 - 1, None]),
    "moment": (UtcDateTime(), [datetime(2026, 3, 2, 4, 5, 6, 7, SHANGHAI), datetime(1999, 1, 1, tzinfo=UTC), None]),
    "code": (text_of(Role)(), [*Role, None]),
    "other": (Uuid(), [UUID(int=0), UUID(int=2**128 - 1), None]),
    "yes": (Boolean(), [True, False, None]),
    "share": (Float(), [0.1, -1e300, None]),
    "day": (Date(), [date(2026, 2, 28), None]),
    "raw": (LargeBinary(), [b"", b"\0\\\t\n\xff", None]),
    "shape": (JSON(none_as_null=True), [{"a": ['\\"', None, 1.5]}, [], None]),
}


@pytest.fixture
def table(registry: Registry) -> Table:
    columns = [Column(name, type_) for name, (type_, _) in TYPES.items()]
    table = Table("any", MetaData(), Column("id", Integer, primary_key=True), *columns)
    with registry.engine.execution_options(writes=True).begin() as connection:
        table.create(connection)
    return table


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("times", [1, 300])
def test_every_value_comes_back_as_it_was(registry: Registry, table: Table, name: str, times: int) -> None:
    values = TYPES[name][1] * times
    numbers = list(range(len(values)))
    with registry.acting("test", NOW) as act:
        insert_columns(act.connection, table, {"id": numbers, name: values})
        first = kept(act.connection, table, name)
        update_columns(act.connection, table, {"id": numbers, name: values[::-1]})
        then = kept(act.connection, table, name)
    assert first == values
    assert then == values[::-1]


def kept(connection: Connection, table: Table, name: str) -> list[Any]:
    return list(connection.execute(select(table.c[name]).order_by(table.c.id)).scalars())


def test_a_text_longer_than_its_column_is_not_cut_off_to_find_another(registry: Registry, table: Table) -> None:
    with registry.acting("test", NOW) as act:
        insert_columns(act.connection, table, {"id": [1], "text": ["x" * 40]})
        found = rows_among(act.connection, select(table.c.id), table.c.text, ["x" * 41])
        assert list(found) == []


def test_an_id_may_be_its_hexadecimal_digits(registry: Registry, table: Table) -> None:
    one = UUID(int=7)
    with registry.acting("test", NOW) as act:
        insert_columns(act.connection, table, {"id": [1], "other": [one.hex]})
        assert kept(act.connection, table, "other") == [one]


def test_no_rows_are_nothing_to_do(registry: Registry, table: Table) -> None:
    with registry.acting("test", NOW) as act:
        insert_written(act.connection, table, ("id", "text"), [])
        update_written(act.connection, table, ("id", "text"), [])
        assert kept(act.connection, table, "id") == []


def test_rows_written_already_are_sent_as_they_are(registry: Registry, table: Table) -> None:
    with registry.acting("test", NOW) as act:
        write = [writer(act.connection, table.c[name]) for name in ("id", "moment")]
        insert_written(act.connection, table, ("id", "moment"), [(write[0](1), write[1](NOW))])
        update_written(act.connection, table, ("id", "moment"), [(write[0](1), write[1](NOW + timedelta(days=1)))])
        assert kept(act.connection, table, "moment") == [NOW + timedelta(days=1)]


def test_what_stands_there_several_times_is_converted_once() -> None:
    asked: list[str] = []
    code = "code"
    assert converted(lambda one: asked.append(one) or one.upper(), [code, "a", code]) == ["CODE", "A", "CODE"]
    assert sorted(asked) == ["a", "code"]
