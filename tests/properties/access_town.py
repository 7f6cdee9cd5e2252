"""A town with footage of three departments, kept twice: in a registry, and as a plain model of who may see what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlmodel import col, select

from registry import queries
from registry.database import Registry
from registry.queries.access import deciders_of
from registry.tables import (
    AccessAssignment,
    AccessCopy,
    AccessGrant,
    AccessItem,
    AccessStep,
    AccessStepItem,
    AccessView,
)
from registry.transitions import directory
from registry.transitions.directory import AppointmentEntry, PersonEntry, UnitEntry
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.vocabulary import Role, UnitLevel
from tests.fixtures.access import Access
from tests.fixtures.custody import MORNING, YEAR_BEGIN, City
from tests.fixtures.duties import Duties
from tests.properties.access_model import SHANGHAI, Model, Office, Request, Step, StepKey

UNITS = {
    "city": (None, UnitLevel.CITY),
    "xf": ("city", UnitLevel.UNIT),
    "xfa": ("xf", UnitLevel.DEPARTMENT),
    "jt": ("city", UnitLevel.UNIT),
}
OFFICERS = {"xf-o": "xf", "xfa-o": "xfa", "jt-o": "jt"}
LEADERS = {
    "xf-admin": ("xf", Role.DEVICE_ADMINISTRATOR),
    "xf-review": ("xf", Role.CONFIDENTIALITY_REVIEWER),
    "xf-lead": ("xf", Role.SUPERVISING_LEADER),
    "xf-lead2": ("xf", Role.SUPERVISING_LEADER),
    "xf-first": ("xf", Role.PRINCIPAL_LEADER),
    "jt-lead": ("jt", Role.SUPERVISING_LEADER),
    "jt-first": ("jt", Role.PRINCIPAL_LEADER),
    "watch": ("city", Role.SUPERVISOR),
}
"""jt has nobody who reviews."""

HOMES = OFFICERS | {number: unit for number, (unit, _) in LEADERS.items()}
PEOPLE = sorted(HOMES)
FOOTAGE = {"xf-1": "xf", "xf-2": "xf", "xfa-1": "xfa", "jt-1": "jt"}


class PowerCutError(Exception):
    """The process is gone, in the middle of what it wrote."""


def found(registry: Registry) -> dict[str, UUID]:
    """Enter the town as it stands before anything happens; gives the recordings."""
    city = City(registry)
    with city.act() as act:
        directory.enter_units(act, [UnitEntry(code, code, level, parent) for code, (parent, level) in UNITS.items()])
        directory.enter_people(act, [PersonEntry(number, "某", unit) for number, unit in HOMES.items()])
        held = [AppointmentEntry(number, *office, YEAR_BEGIN) for number, office in LEADERS.items()]
        directory.enter_appointments(act, held)
    filled = Access(Duties(city))
    for name, unit in FOOTAGE.items():
        filled.seal(unit, name)
    return filled.recordings


@dataclass
class AccessTown:
    """Requests are entered in the registry and told to the model in the same breath; then both are compared."""

    registry: Registry
    recordings: dict[str, UUID]
    access: Access = field(init=False)
    model: Model = field(init=False)
    ids: dict[int, UUID] = field(default_factory=dict)
    old_steps: list[UUID] = field(default_factory=list)
    fuse: int = 0
    units: dict[UUID, str] = field(default_factory=dict)
    keys: dict[UUID, StepKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = Model({code: parent for code, (parent, _) in UNITS.items()}, HOMES, FOOTAGE, [])
        self.model.offices = [Office(number, *office, YEAR_BEGIN) for number, office in LEADERS.items()]
        with self.registry.reading() as reading:
            people = {number: one.id for number, one in queries.people_by_number(reading, PEOPLE).items()}
        city = City(self.registry, MORNING, people)
        self.access = Access(Duties(city), self.recordings)
        self.units = {city.unit_id(code): code for code in UNITS}
        event.listen(self.registry.engine, "before_cursor_execute", self._burn)

    @property
    def now(self) -> datetime:
        return self.access.city.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self.access.city.now = moment

    # -- acts, refused or not, cut off or not

    def _burn(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if self.fuse and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.fuse -= 1
            if not self.fuse:
                raise PowerCutError

    @contextmanager
    def _cut_off_after(self, writes: int) -> Iterator[None]:
        self.fuse = writes
        try:
            yield
        finally:
            self.fuse = 0

    def attempt(self, allowed: bool, do: Callable[[], Any], cut: int = 0) -> None:
        """Do it: it must come about exactly when it is `allowed`. With `cut` the power fails at that many writes: then
        nothing of it is there, and it is done again."""
        entries = self.access.city.entries()
        self.model.turn += 1
        try:
            with self._cut_off_after(cut):
                done = self._goes(do)
        except PowerCutError:
            assert self.access.city.entries() == entries
            done = self._goes(do)
        assert done == allowed, "refused" if allowed else "let through"
        assert done or self.access.city.entries() == entries

    def _goes(self, do: Callable[[], Any]) -> bool:
        try:
            do()
        except ActionDenied:
            return False
        return True

    # -- what both have

    def id_of(self, one: Request) -> UUID:
        return self.ids[id(one)]

    def key(self, row: AccessStep) -> StepKey:
        """What the model calls a step; it never changes."""
        if row.id not in self.keys:
            self.keys[row.id] = row.stage.value, self.units[row.unit_id], row.role.value, self._items(row)
        return self.keys[row.id]

    def _items(self, row: AccessStep) -> tuple[str, ...]:
        query = (
            select(AccessItem.recording_id)
            .join(AccessStepItem, col(AccessStepItem.item_id) == col(AccessItem.id))
            .where(col(AccessStepItem.step_id) == row.id)
        )
        with self.registry.reading() as reading:
            recordings = set(reading.exec(query))
        return tuple(sorted(name for name, recording in self.recordings.items() if recording in recordings))

    def step_row(self, one: Request, step: Step) -> AccessStep:
        """The open step of the registry that the model means."""
        return next(row for row in self.access.open_steps(self.id_of(one)) if self.key(row) == step.key)

    def compare(self, one: Request) -> None:
        """State, open steps, who is asked, who may decide, and the grant: the registry has what the model has."""
        request = self.id_of(one)
        assert self.access.state(request).value == one.state
        rows = {self.key(row): row for row in self.access.open_steps(request)}
        assert sorted(rows) == sorted(step.key for step in one.waiting())
        for step in one.waiting():
            row = rows[step.key]
            assert self._asked(row) == step.asked, step.key
            assert self._able(row, one) == self.model.may(one, step, self.now), step.key
        self._compare_grant(one, request)

    def _compare_grant(self, one: Request, request: UUID) -> None:
        grant = self.access.grant(request)
        assert (grant is None) == (one.grant is None)
        if grant is None or one.grant is None:
            return
        given = {self.recordings[item] for item in one.grant.items}
        assert set(self.access.granted(request)) == given
        assert (grant.person_id, grant.valid_from, grant.valid_until, grant.views, grant.copies) == (
            self.access.person(one.who),
            one.grant.since,
            one.grant.until,
            one.grant.views,
            one.grant.copies,
        )
        with self.registry.reading() as reading:
            looks = reading.exec(select(AccessView).where(col(AccessView.grant_id) == grant.id)).all()
        assert len(looks) == one.looks <= one.grant.views
        assert all(look.recording_id in given and look.person_id == grant.person_id for look in looks)
        self._compare_copies(one, grant)

    def _compare_copies(self, one: Request, grant: AccessGrant) -> None:
        """As many as were granted at most, each the holder's own, and how each stands."""
        with self.registry.reading() as reading:
            rows = reading.exec(select(AccessCopy).where(col(AccessCopy.grant_id) == grant.id)).all()
        had = {(row.number, row.recording_id, row.declared_at is not None, row.ended_at is not None) for row in rows}
        assert had == {(row.number, self.recordings[row.item], row.declared, row.ended) for row in one.copies}
        assert len(rows) == len(one.copies)
        assert len(rows) <= grant.copies
        assert {row.person_id for row in rows} <= {grant.person_id}

    def compare_duties(self) -> None:
        """The return of each copy is owed until somebody has confirmed it."""
        self.access.duties.settle()
        with self.registry.reading() as reading:
            ended = {row.id: row.ended_at is not None for row in reading.exec(select(AccessCopy))}
        owed = {one.subject_id: one.state for one in self.access.duties.all(DutyKind.COPY_RETURN)}
        assert {copy: state in (DutyState.MET, DutyState.MET_LATE) for copy, state in owed.items()} == ended

    def _asked(self, row: AccessStep) -> set[str]:
        query = select(AccessAssignment.person_id).where(
            col(AccessAssignment.step_id) == row.id, col(AccessAssignment.ended_at).is_(None)
        )
        with self.registry.reading() as reading:
            return self._numbers(reading.exec(query))

    def _able(self, row: AccessStep, one: Request) -> set[str]:
        with self.registry.reading() as reading:
            found_ones = deciders_of(reading, row, self.access.person(one.who), self.now)  # type: ignore[arg-type]
        return self._numbers(found_ones.people)

    def _numbers(self, people: Any) -> set[str]:
        numbers = {person: number for number, person in self.access.city.people.items()}
        return {numbers[one] for one in people}

    # -- the people

    def enter_office(self, one: Office) -> None:
        """An acting appointment, or its end."""
        self.access.appoint(one.person, one.unit, Role(one.role), one.since, one.until)
        if one not in self.model.offices:
            self.model.offices.append(one)

    def leave(self, person: str) -> None:
        """Today is the last day."""
        today = self.now.astimezone(SHANGHAI).date()
        self.access.leave(person, HOMES[person], today)
        self.model.left[person] = today
