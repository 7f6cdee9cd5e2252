"""People, and the dated roles by which their decisions are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, chunked, rows_among, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.tables import Appointment, DeviceCustody, Person, Unit
from registry.transitions.directory.entering import Kind, Sieve, enter, ids_by
from registry.transitions.directory.shapes import AppointmentEntry, Entered, PersonEntry
from registry.transitions.duties.touching import touch, touch_found
from regulation.duties import DutyKind

_PERSON = Kind(
    Person,
    "person",
    Event.PERSON_ENTERED,
    Event.PERSON_CHANGED,
    lambda row: {
        "unit_id": row["unit_id"],
        "left_on": None if row["left_on"] is None else row["left_on"].isoformat(),
    },
)
_APPOINTMENT = Kind(
    Appointment,
    "appointment",
    Event.APPOINTMENT_ENTERED,
    Event.APPOINTMENT_CHANGED,
    lambda row: {
        "person_id": row["person_id"],
        "role": row["role"].value,
        "acting": row["acting"],
        "document_sha256": digest_of(row["document"]),
        "valid_from": row["valid_from"],
        "valid_to": row["valid_to"],
    },
)


def enter_people(act: Act, entries: Sequence[PersonEntry]) -> Entered:
    """Enter people by certificate number. Raises `DirectoryDenied` for unknown units and dates in the wrong order."""
    units = ids_by(act, Unit, "code", (person.unit for person in entries))
    sieve = Sieve(entries)
    sieve.require_once("number", lambda person: person.number)
    sieve.require_number("number", 32)
    sieve.require_known("unit", units, "unit")
    sieve.require("left_on", _leaves_after_joining, "nobody leaves before joining")
    table, numbers = table_of(Person), [person.number for person in sieve.sound()]
    existing = {row.number: row for row in rows_among(act.connection, select(table), table.c.number, numbers)}
    rows = {
        person.number: {
            "number": person.number,
            "name": person.name,
            "unit_id": units[person.unit],
            "joined_on": person.joined_on,
            "left_on": person.left_on,
            "moved_at": _moved_at(act, units[person.unit], existing.get(person.number)),
        }
        for person in sieve.sound()
    }
    entered, ids = enter(act, _PERSON, rows, existing)
    kept = table_of(DeviceCustody).c
    for chunk in chunked(ids.values()):
        recorders = select(kept.id).where(kept.person_id.in_(chunk), kept.returned_at.is_(None))
        touch_found(act, DutyKind.DEVICE_RECALL, recorders)
    left = {ids[person.number]: person.left_on for person in sieve.sound() if person.left_on is not None}
    touch(act, DutyKind.DEVICE_RECALL, _returned_late(act, left))
    return sieve.finish(entered)


def _returned_late(act: Act, left: Mapping[UUID, date]) -> list[UUID]:
    """What those who left gave back after their last day, or on it: a late return is on record, too (Art. 6)."""
    kept = table_of(DeviceCustody)
    query = select(kept.c.id, kept.c.person_id, kept.c.returned_at).where(kept.c.returned_at.is_not(None))
    rows = rows_among(act.connection, query, kept.c.person_id, left)
    return [row.id for row in rows if row.returned_at.date() >= left[row.person_id]]


def _moved_at(act: Act, unit_id: UUID, before: AnyRow | None) -> datetime | None:
    """When the last transfer to another unit was entered (Art. 6)."""
    if before is None:
        return None
    return act.at if before.unit_id != unit_id else cast("datetime | None", before.moved_at)


def _leaves_after_joining(person: PersonEntry) -> bool:
    return person.left_on is None or person.joined_on is None or person.joined_on <= person.left_on


def enter_appointments(act: Act, entries: Sequence[AppointmentEntry]) -> Entered:
    """Enter roles by person, unit, role and first moment.

    Raises `DirectoryDenied` for unknown people and units, and for terms that end before they begin.
    """
    units = ids_by(act, Unit, "code", (one.unit for one in entries))
    people = ids_by(act, Person, "number", (one.person for one in entries))
    sieve = Sieve(entries)
    sieve.require_known("person", people, "person")
    sieve.require_known("unit", units, "unit")
    sieve.require_once("valid_from", lambda one: (one.person, one.unit, one.role, one.valid_from))
    sieve.require(
        "valid_to", lambda one: one.valid_to is None or one.valid_from < one.valid_to, "it ends before it begins"
    )
    rows = {
        (people[one.person], units[one.unit], one.role, one.valid_from): {
            "person_id": people[one.person],
            "unit_id": units[one.unit],
            "role": one.role,
            "acting": one.acting,
            "document": one.document,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
        for one in sieve.sound()
    }
    table = table_of(Appointment)
    existing = {
        (row.person_id, row.unit_id, row.role, row.valid_from): row
        for row in rows_among(act.connection, select(table), table.c.person_id, people.values())
    }
    entered, _ = enter(act, _APPOINTMENT, rows, existing)
    return sieve.finish(entered)
