"""Sweeps over many duties, as a process of its own: ``python -m bench.duties_child TASK URL …``.

The bare counterpart finds the same duties and updates the same columns with two statements of SQL.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select

from bench.ours import measured
from registry.bulk import chunked, insert_rows, table_of
from registry.database import Registry
from registry.queries import people_by_number, units_by_code
from registry.queries.organisation import organisation_at
from registry.tables import Duty, Notice, NoticeKind, NoticeLine, Person
from registry.transitions import directory, duties, notices
from registry.transitions.directory import AppointmentEntry, PersonEntry, UnitEntry
from registry.types import new_id
from regulation.duties import Clock, DutyKind, DutyState
from regulation.policy import CITY_POLICY
from regulation.vocabulary import Role, UnitLevel

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
CHANGING = 10_000
UNITS, OFFICERS = 100, 10
_FILLED_AT_ONCE = 50_000
_RULES = duties.Rules(lambda _unit: CITY_POLICY, lambda day: day.weekday() < 5)


def fill(url: str, count: int, _round: int) -> dict[str, Any]:
    """A city of 100 units and `count` running duties; `CHANGING` of them fall due each minute from `START` on."""
    registry = Registry(url)
    registry.migrate()
    units = _city(registry)
    with measured() as told:
        for numbers in chunked(range(count), _FILLED_AT_ONCE):
            with registry.acting("bench", START) as act:
                insert_rows(act.connection, Duty, [_duty(number, units) for number in numbers])
    return told


def _city(registry: Registry) -> list[tuple[UUID, list[UUID]]]:
    units = [UnitEntry("city", "City", UnitLevel.CITY)]
    units += [UnitEntry(f"u{number}", f"Unit {number}", UnitLevel.UNIT, "city") for number in range(UNITS)]
    leaders = list(Role)[1:5]
    people, held = [], []
    for unit in units[1:]:
        for role in leaders:
            people.append(PersonEntry(f"{unit.code}-{role}", "x", unit.code))
            held.append(AppointmentEntry(f"{unit.code}-{role}", unit.code, role, START - timedelta(days=1)))
        people += [PersonEntry(f"{unit.code}-o{number}", "x", unit.code) for number in range(OFFICERS)]
    with registry.acting("bench", START) as act:
        directory.enter_units(act, units)
        directory.enter_people(act, people)
        directory.enter_appointments(act, held)
    with registry.reading() as reading:
        known, codes = people_by_number(reading, [one.number for one in people]), units_by_code(reading)
    return [
        (codes[unit.code].id, [known[f"{unit.code}-o{number}"].id for number in range(OFFICERS)]) for unit in units[1:]
    ]


def _duty(number: int, units: list[tuple[UUID, list[UUID]]]) -> dict[str, Any]:
    unit_id, officers = units[number % UNITS]
    due = START + timedelta(minutes=number // CHANGING)
    return {
        "id": new_id(),
        "kind": DutyKind.UPLOAD,
        "article": "Art. 16",
        "subject_id": new_id(),
        "unit_id": unit_id,
        "owed_by_id": officers[number // UNITS % OFFICERS],
        "opened_at": START - timedelta(days=2),
        "clock": Clock.ACTIVITY_ENDED,
        "clock_started_at": due - timedelta(days=1),
        "due_at": due,
        "state": DutyState.RUNNING,
        "level": 1,
        "next_at": due,
    }


def sweep(url: str, _count: int, number: int) -> dict[str, Any]:
    """Round `number`: whoever must hear of the duties that fell due is told, as the flow does it."""
    registry, at = Registry(url), _at(number)
    with measured() as told:
        with registry.acting("bench", at) as act:
            sweep_id = notices.begin_sweep(act, "bench", "bench", lambda _holder: True)
        assert sweep_id is not None
        climber = duties.Climber(_RULES, notices.Gathering(sweep_id))
        told["changed"] = sum(_climbed(registry, climber, at))
        with registry.acting("bench", at) as act:
            while notices.queue_gathered(act, sweep_id):
                pass
            notices.finish_sweep(act, sweep_id, {})
    return told


def _climbed(registry: Registry, climber: duties.Climber, at: datetime) -> Iterator[int]:
    while True:
        with registry.acting("bench", at) as act:
            done = climber.climb(act, organisation_at(act.session, at))
        if not done.considered:
            return
        yield done.considered


def bare(url: str, _count: int, number: int) -> dict[str, Any]:
    """The same duties found and updated, and nobody told."""
    registry, at, duty = Registry(url), _at(number), table_of(Duty)
    with measured() as told, registry.engine.execution_options(writes=True).begin() as connection:
        due = duty.c.next_at <= at
        found = connection.execute(select(duty.c.id, duty.c.unit_id, duty.c.due_at, duty.c.level).where(due)).all()
        values = {"level": 2, "state": DutyState.OVERDUE, "next_at": at + timedelta(hours=4)}
        connection.execute(duty.update().where(due).values(values))
        told["changed"] = len(found)
    return told


def bare_told(url: str, _count: int, number: int) -> dict[str, Any]:
    """The same, and two lines a duty written by one statement."""
    registry, at, duty, line = Registry(url), _at(number), table_of(Duty), table_of(NoticeLine)
    with measured() as told, registry.engine.execution_options(writes=True).begin() as connection:
        due = duty.c.next_at <= at
        notice = connection.execute(select(table_of(Notice).c.id).limit(1)).scalar_one()
        columns = ("duty_id", "step", "person_id", "notice_id", "planned_at", "told_at", "due_at")
        for step in ("due", "reminder"):
            said = (literal(notice, duty.c.id.type), duty.c.due_at, literal(at, duty.c.due_at.type), duty.c.due_at)
            found = select(duty.c.id, literal(step), duty.c.owed_by_id, *said)
            connection.execute(line.insert().from_select(columns, found.where(due)))
        values = {"level": 2, "state": DutyState.OVERDUE, "next_at": at + timedelta(hours=4)}
        told["changed"] = connection.execute(duty.update().where(due).values(values)).rowcount
    return told


def queue(url: str, count: int, _round: int) -> dict[str, Any]:
    """`count` notices queued in one act."""
    registry = Registry(url)
    registry.migrate()
    _people(registry, count)
    with registry.reading() as reading:
        people = list(reading.connection().execute(select(table_of(Person).c.id)).scalars())
    with measured() as told, registry.acting("bench", START) as act:
        notices.queue_notices(act, NoticeKind.ALERT, people, "run-failed:bench")
    return told


def _people(registry: Registry, count: int) -> None:
    with registry.acting("bench", START) as act:
        directory.enter_units(act, [UnitEntry("u", "Unit", UnitLevel.UNIT)])
        directory.enter_people(act, [PersonEntry(f"P{number}", "x", "u") for number in range(count)])


def _at(number: int) -> datetime:
    # A moment after the minute: what falls due at the very moment is looked at twice.
    return START + timedelta(minutes=number, seconds=1)


TASKS = {"fill": fill, "sweep": sweep, "bare": bare, "bare-told": bare_told, "queue": queue}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("number", type=int)
    asked = parser.parse_args()
    print(json.dumps(TASKS[asked.task](asked.url, asked.count, asked.number)))
