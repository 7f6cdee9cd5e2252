"""Short numbers with unit and year, for people: ``DS-chengguan-2026-00042``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from registry.act import Act
from registry.bulk import inserting, table_of
from registry.queries.organisation import AnyUnit
from registry.tables import NumberSeries


def next_number(act: Act, kind: str, unit: AnyUnit) -> str:
    """The next number of `kind` (``DS``: dock session) in the unit and its calendar year, never given out before."""
    return next_numbers(act, kind, unit, 1)[0]


def next_numbers(act: Act, kind: str, unit: AnyUnit, count: int) -> list[str]:
    """The next `count` of them, in order."""
    series = series_of(act, kind, unit.code, unit.zone)
    return numbers_of(act, {series: count})[series]


def next_of_each(act: Act, kind: str, units: Iterable[AnyUnit]) -> dict[UUID, str]:
    """The next number of `kind` in each of these units, by the unit's id."""
    series = {unit.id: series_of(act, kind, unit.code, unit.zone) for unit in units}
    numbers = numbers_of(act, dict.fromkeys(series.values(), 1))
    return {unit_id: numbers[name][0] for unit_id, name in series.items()}


def series_of(act: Act, kind: str, unit_code: str, zone: str) -> str:
    """What numbers of `kind` in this unit, which is in this time zone, begin with at the act's time."""
    return f"{kind}-{unit_code}-{act.at.astimezone(ZoneInfo(zone)).year}"


def numbers_of(act: Act, counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Of each series the next numbers, in order, as many as `counts` says."""
    if not counts:
        return {}
    insert = inserting(act.connection, table_of(NumberSeries))
    # One statement: two acts can never be given the same number.
    raise_last = insert.on_conflict_do_update(
        index_elements=["series"], set_={"last": insert.table.c.last + insert.excluded.last}
    ).returning(insert.table.c.series, insert.table.c.last)
    raised = act.connection.execute(raise_last, [{"series": name, "last": count} for name, count in counts.items()])
    return {
        name: [f"{name}-{number:05d}" for number in range(last - counts[name] + 1, last + 1)] for name, last in raised
    }
