"""Short numbers with unit and year, for people: ``DS-chengguan-2026-00042``."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from registry.act import Act
from registry.bulk import inserting, table_of
from registry.tables import NumberSeries, Unit


def next_number(act: Act, kind: str, unit: Unit) -> str:
    """The next number of `kind` (``DS``: dock session) in the unit and its calendar year, never given out before."""
    return next_numbers(act, kind, unit, 1)[0]


def next_numbers(act: Act, kind: str, unit: Unit, count: int) -> list[str]:
    """The next `count` of them, in order."""
    year = act.at.astimezone(ZoneInfo(unit.zone)).year
    series = f"{kind}-{unit.code}-{year}"
    table = table_of(NumberSeries)
    # One statement: two acts can never be given the same number.
    raise_last = (
        inserting(act.connection, table)
        .values(series=series, last=count)
        .on_conflict_do_update(index_elements=["series"], set_={"last": table.c.last + count})
        .returning(table.c.last)
    )
    last = act.connection.execute(raise_last).scalar_one()
    return [f"{series}-{number:05d}" for number in range(last - count + 1, last + 1)]
