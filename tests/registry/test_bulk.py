"""Many rows at once are each written as if they were alone, however many there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import sqlite

from registry.bulk import insert_rows, table_of, update_rows
from registry.database import Registry
from registry.tables import NumberSeries
from registry.types import UtcDateTime
from tests.fixtures.desks import NOW

_series = table_of(NumberSeries)


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_000])
def test_rows_are_written_and_changed_in_any_number(registry: Registry, count: int) -> None:
    registry.migrate()
    names = [f"N-{number}" for number in range(count)]
    changed = [{"series": name, "last": number} for number, name in enumerate(names)]
    with registry.acting("test", NOW) as act:
        insert_rows(act.connection, NumberSeries, [{"series": name, "last": 1} for name in [*names, "other"]])
        update_rows(act.connection, NumberSeries, changed, key="series")
    with registry.reading() as reading:
        kept = {row.series: row.last for row in reading.execute(select(_series))}
    assert kept == {row["series"]: row["last"] for row in changed} | {"other": 1}


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_a_time_comes_back_in_utc_to_the_microsecond(registry: Registry, microsecond: int) -> None:
    moment = datetime(2026, 3, 2, 4, 5, 6, microsecond, tzinfo=timezone(timedelta(hours=8)))
    with registry.reading() as reading:
        kept = reading.execute(select(bindparam("at", moment, type_=UtcDateTime))).scalar_one()
    assert kept == moment
    assert kept.utcoffset() == timedelta(0)


def test_sqlite_keeps_a_time_as_text_that_sorts() -> None:
    dialect = sqlite.dialect()
    write = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    assert write is not None
    assert write(datetime(2026, 3, 2, tzinfo=UTC)) == "2026-03-02 00:00:00.000000"
    assert write(None) is None
