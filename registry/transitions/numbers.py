"""Short numbers with unit and year, for people: ``DS-chengguan-2026-00042``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from registry.act import Act
from registry.bulk import inserting, table_of
from registry.tables import NumberSeries, Unit


def next_number(act: Act, kind: str, unit: Unit) -> str:
    """The next number of `kind` (``DS``: dock session) in the unit and its calendar year, never given out before."""
    return next_numbers(act, kind, unit, 1)[0]


def next_numbers(act: Act, kind: str, unit: Unit, count: int) -> list[str]:
    """The next `count` of them, in order."""
    series = _series(act, kind, unit)
    last = _raised(act, {series: count})[series]
    return [_number(series, one) for one in range(last - count + 1, last + 1)]


def next_of_each(act: Act, kind: str, units: Iterable[Unit]) -> dict[UUID, str]:
    """The next number of `kind` in each of these units, by the unit's id."""
    series = {unit.id: _series(act, kind, unit) for unit in units}
    last = _raised(act, dict.fromkeys(series.values(), 1))
    return {unit_id: _number(one, last[one]) for unit_id, one in series.items()}


def _series(act: Act, kind: str, unit: Unit) -> str:
    return f"{kind}-{unit.code}-{act.at.astimezone(ZoneInfo(unit.zone)).year}"


def _number(series: str, place: int) -> str:
    return f"{series}-{place:05d}"


def _raised(act: Act, counts: Mapping[str, int]) -> dict[str, int]:
    """Raise each series by its count; gives the last number of each."""
    table = table_of(NumberSeries)
    rows = [{"series": series, "last": count} for series, count in counts.items()]
    # One statement: two acts can never be given the same number.
    new = inserting(act.connection, table).values(rows)
    raised = new.on_conflict_do_update(index_elements=["series"], set_={"last": table.c.last + new.excluded.last})
    found = act.connection.execute(raised.returning(table.c.series, table.c.last))
    return {row.series: row.last for row in found}
