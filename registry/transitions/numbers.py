"""Short numbers with unit and year, for people: ``DS-chengguan-2026-00042``."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite

from registry.act import Act
from registry.bulk import table_of
from registry.tables import NumberSeries, Unit


def next_number(act: Act, kind: str, unit: Unit) -> str:
    """The next number of `kind` (``DS``: dock session) in the unit and its calendar year, never given out before."""
    year = act.at.astimezone(ZoneInfo(unit.zone)).year
    series = f"{kind}-{unit.code}-{year}"
    table = table_of(NumberSeries)
    insert = sqlite.insert if act.connection.dialect.name == "sqlite" else postgresql.insert
    # One statement: two acts can never be given the same number.
    raise_by_one = (
        insert(table)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    return f"{series}-{act.connection.execute(raise_by_one).scalar_one():05d}"
