"""The unit tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import available_timezones

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, table_of
from registry.ledger import Event
from registry.queries.organisation import UNITS_BELOW, UNITS_KNOWN
from registry.tables import Unit
from registry.transitions.directory.entering import Kind, Sieve, enter
from registry.transitions.directory.shapes import Entered, UnitEntry
from registry.types import new_id
from regulation.vocabulary import UnitLevel

_CODE = re.compile(r"[a-z0-9]{1,32}")
_RANK = {UnitLevel.CITY: 0, UnitLevel.UNIT: 1, UnitLevel.DEPARTMENT: 2}

_KIND = Kind(
    Unit,
    "unit",
    Event.UNIT_ENTERED,
    Event.UNIT_CHANGED,
    lambda row: {"code": row["code"], "level": row["level"].value, "parent_id": row["parent_id"], "zone": row["zone"]},
)


def enter_units(act: Act, entries: Sequence[UnitEntry]) -> Entered:
    """Enter units by code, in any order. Raises `DirectoryDenied` for codes, zones and parents that cannot be."""
    existing = _existing(act)
    sieve = Sieve(entries)
    sieve.require_once("code", lambda unit: unit.code)
    sieve.require("code", lambda unit: _CODE.fullmatch(unit.code) is not None, "up to 32 letters a-z and digits")
    zones = available_timezones()
    sieve.require("zone", lambda unit: unit.zone in zones, "there is no such time zone")
    _check_tree(sieve, existing)
    sound = _parents_first(sieve, set(existing))
    ids = {unit.code: existing[unit.code].id if unit.code in existing else new_id() for unit in sound}
    known = {code: row.id for code, row in existing.items()} | ids
    rows = {unit.code: _row_of(unit, known) for unit in sound}
    entered, _ = enter(act, _KIND, rows, existing)
    for name in (UNITS_KNOWN, UNITS_BELOW):
        act.session.info.pop(name, None)
    return sieve.finish(entered)


def _row_of(unit: UnitEntry, ids: Mapping[str, object]) -> dict[str, object]:
    return {
        "id": ids[unit.code],
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "parent_id": None if unit.parent is None else ids[unit.parent],
        "zone": unit.zone,
    }


def _existing(act: Act) -> dict[str, AnyRow]:
    unit = table_of(Unit)
    above = unit.alias("above")
    query = select(unit, above.c.code.label("parent")).select_from(
        unit.outerjoin(above, above.c.id == unit.c.parent_id)
    )
    return {row.code: row for row in act.connection.execute(query)}


def _check_tree(sieve: Sieve[UnitEntry], existing: Mapping[str, AnyRow]) -> None:
    levels = {code: row.level for code, row in existing.items()} | {unit.code: unit.level for unit in sieve.entries}
    parents = {code: row.parent for code, row in existing.items()} | {unit.code: unit.parent for unit in sieve.entries}
    for index, unit in enumerate(sieve.entries):
        if (fault := _misplaced(unit, levels)) is not None:
            sieve.refuse(index, "parent", fault)
        elif _goes_round(unit.code, parents):
            sieve.refuse(index, "parent", "the unit would lie below itself")


def _misplaced(unit: UnitEntry, levels: Mapping[str, UnitLevel]) -> str | None:
    if unit.parent is None:
        return "a department lies below a unit" if unit.level is UnitLevel.DEPARTMENT else None
    if unit.level is UnitLevel.CITY:
        return "a city lies below nothing"
    if unit.parent not in levels:
        return "there is no unit with this code"
    return "a unit lies below one of its own level or above" if _RANK[levels[unit.parent]] > _RANK[unit.level] else None


def _goes_round(code: str, parents: Mapping[str, str | None]) -> bool:
    seen = {code}
    above = parents[code]
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == code


def _parents_first(sieve: Sieve[UnitEntry], known: Iterable[str]) -> list[UnitEntry]:
    """The sound entries, each after its parent; those whose parent is refused are refused with it."""
    placed, ordered = set(known), list[UnitEntry]()
    waiting = sieve.sound()
    while ready := [unit for unit in waiting if unit.parent is None or unit.parent in placed]:
        ordered += ready
        placed |= {unit.code for unit in ready}
        waiting = [unit for unit in waiting if unit not in ready]
    for index, unit in enumerate(sieve.entries):
        if unit in waiting:
            sieve.refuse(index, "parent", "the unit above it cannot be entered")
    return ordered
