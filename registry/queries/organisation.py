"""Units, people and who held which role when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from registry.bulk import Among, AnyRow, chunked, storable, table_of
from registry.tables import Appointment, Person, Unit
from regulation.authority import Holding
from regulation.recipients import Roster
from regulation.vocabulary import Role, UnitLevel

AnyUnit = Unit | AnyRow
"""A unit as an object, or as a row of its table where no more is needed."""

UNITS_KNOWN, UNITS_BELOW = "units-known", "units-below"
"""Under which names a session keeps the units it has met, and those below a unit; whoever changes units in it forgets
them."""

_appointment, _unit = table_of(Appointment), table_of(Unit)

_HELD = select_columns(
    *(_appointment.c[name] for name in ("person_id", "unit_id", "role", "acting", "valid_from", "valid_to"))
)
_HELD_BY = _HELD.where(_appointment.c.person_id == bindparam("person_id"))
_HELD_AT = Among(
    _HELD.where(
        _appointment.c.valid_from <= bindparam("at"),
        or_(_appointment.c.valid_to.is_(None), _appointment.c.valid_to > bindparam("at")),
    ),
    _appointment.c.unit_id,
)


def _below(*conditions: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """The question for the unit `unit_id` and those below it that fulfil the conditions."""
    tree = select_columns(_unit.c.id).where(_unit.c.id == bindparam("unit_id")).cte("tree", recursive=True)
    below = select_columns(_unit.c.id).join(tree, _unit.c.parent_id == tree.c.id)
    tree = tree.union(below.where(*conditions))
    return select_columns(tree.c.id)


def _above() -> Select[tuple[UUID]]:
    """The question for the unit `unit_id` and those above it."""
    both = select_columns(_unit.c.id, _unit.c.parent_id)
    chain = both.where(_unit.c.id == bindparam("unit_id")).cte("chain", recursive=True)
    chain = chain.union(both.join(chain, _unit.c.id == chain.c.parent_id))
    return select_columns(chain.c.id)


_SUBTREE, _AUTHORITY, _CHAIN = _below(), _below(_unit.c.level == UnitLevel.DEPARTMENT), _above()
_UNITS_ABOVE = select(Unit).where(col(Unit.id).in_(_CHAIN))


def units_by_code(session: Session) -> dict[str, Unit]:
    """Every unit by its code; there are as many as a city has, not as many as it has recordings."""
    return {unit.code: unit for unit in session.exec(select(Unit))}


def unit_by_code(session: Session, code: str) -> Unit | None:
    """The unit with this code."""
    return session.exec(select(Unit).where(col(Unit.code) == storable(code))).one_or_none()


def unit_subtree(session: Session, unit_id: UUID) -> list[UUID]:
    """The unit and every unit below it. Asked for once a session."""
    known: dict[UUID, list[UUID]] = session.info.setdefault(UNITS_BELOW, {})
    if unit_id not in known:
        known[unit_id] = list(session.execute(_SUBTREE, {"unit_id": unit_id}).scalars())
    return list(known[unit_id])


def units_of_authority(session: Session, unit_id: UUID) -> list[UUID]:
    """The unit and the departments below it, but no enforcement unit (执法单位) that it stands over: each decides about
    its own."""
    return list(session.execute(_AUTHORITY, {"unit_id": unit_id}).scalars())


def unit_chain(session: Session, unit_id: UUID) -> list[UUID]:
    """The unit and every unit above it."""
    return list(session.execute(_CHAIN, {"unit_id": unit_id}).scalars())


def units_above(session: Session, unit_id: UUID) -> list[Unit]:
    """The same, whole; in no particular order."""
    return list(session.execute(_UNITS_ABOVE, {"unit_id": unit_id}).scalars())


def people_by_number(session: Session, numbers: Iterable[str]) -> dict[str, Person]:
    """The people with these certificate numbers."""
    return {
        person.number: person
        for chunk in chunked(set(numbers))
        for person in session.exec(select(Person).where(col(Person.number).in_(chunk)))
    }


def person_by_number(session: Session, number: str) -> Person | None:
    """Who has this certificate number."""
    return session.exec(select(Person).where(col(Person.number) == storable(number))).one_or_none()


def holdings_of(session: Session, person_id: UUID) -> list[Holding]:
    """Every role the person holds, held or will hold."""
    return [Holding(*row) for row in session.execute(_HELD_BY, {"person_id": person_id})]


def roles_at(session: Session, person_id: UUID, at: datetime) -> list[Holding]:
    """The roles the person held at the moment `at`, acting ones included."""
    return [holding for holding in holdings_of(session, person_id) if holding.covers(at)]


def holders_at(session: Session, unit_ids: Iterable[UUID], at: datetime) -> list[Holding]:
    """Who held which role in these units at the moment `at`."""
    return [Holding(*row) for row in _HELD_AT.rows(session.connection(), unit_ids, at=at)]


@dataclass(slots=True)
class Organisation:
    """Who stands where at one moment: the unit tree, the roles held then, and the people who have left by then.

    As large as a city's list of appointments; for work over many duties at once.
    """

    units: dict[UUID, AnyUnit]
    held: dict[UUID, list[Holding]]
    gone: Collection[UUID]
    _chains: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    _zones: dict[UUID, ZoneInfo] = field(default_factory=dict)

    def chain(self, unit_id: UUID) -> Sequence[UUID]:
        """The unit first, then those above it."""
        if unit_id not in self._chains:
            above = self.units[unit_id].parent_id
            self._chains[unit_id] = (unit_id, *(self.chain(above) if above is not None else ()))
        return self._chains[unit_id]

    def deciding(self, unit_id: UUID) -> UUID:
        """Which unit decides about its footage: of a department the one it is of, anything else decides itself."""
        unit = self.units[unit_id]
        if unit.level is not UnitLevel.DEPARTMENT or unit.parent_id is None:
            return unit_id
        return self.deciding(unit.parent_id)

    def zone(self, unit_id: UUID) -> ZoneInfo:
        """The unit's time zone."""
        if unit_id not in self._zones:
            self._zones[unit_id] = ZoneInfo(self.units[unit_id].zone)
        return self._zones[unit_id]

    def holdings(self, unit_ids: Iterable[UUID]) -> list[Holding]:
        """The roles held in these units."""
        return [one for unit_id in unit_ids for one in self.held.get(unit_id, ())]


def organisation_at(session: Session, at: datetime) -> Organisation:
    """The organisation as it stood at the moment `at`."""
    units: dict[UUID, AnyUnit] = {unit.id: unit for unit in session.execute(select_columns(table_of(Unit)))}
    held: dict[UUID, list[Holding]] = {}
    for one in holders_at(session, units, at):
        held.setdefault(one.unit_id, []).append(one)
    person = table_of(Person).c
    left = select_columns(person.id, person.left_on, person.unit_id).where(person.left_on.is_not(None))
    gone = {
        row.id for row in session.execute(left) if row.left_on < at.astimezone(ZoneInfo(units[row.unit_id].zone)).date()
    }
    return Organisation(units, held, gone)


def administrators_of(session: Session, unit_id: UUID, at: datetime) -> Iterator[UUID]:
    """Who administers the recorders of the unit at the moment `at`; where nobody does, those one role up."""
    yield from administrators_in(organisation_at(session, at), unit_id, at)


def administrators_in(
    organisation: Organisation, unit_id: UUID, at: datetime, without: Collection[UUID] = ()
) -> Iterator[UUID]:
    """The same of an organisation that is known; people of `without` do not count, as if they had left."""
    chain = organisation.chain(unit_id)
    roster = Roster(chain, organisation.holdings(chain), at, {*organisation.gone, *without})
    for one in roster.told(Role.DEVICE_ADMINISTRATOR):
        if one.person_id is not None:
            yield one.person_id
