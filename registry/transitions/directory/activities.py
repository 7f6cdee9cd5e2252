"""Enforcement activities and the officers who took part (Art. 9, 15, 16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from registry.act import Act
from registry.bulk import AnyRow, chunked, insert_rows, rows_among, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.tables import Activity, ActivityOfficer, Person, Unit
from registry.transitions.directory.entering import Kind, Sieve, enter, ids_by
from registry.transitions.directory.shapes import ActivityEntry, Entered
from registry.transitions.duties.touching import touch
from registry.transitions.retention.touching import touch_activities
from regulation.duties import DutyKind

_TIMES = ("started_at", "ended_at", "remote_reason", "returned_at", "return_reported_at")


def enter_activities(act: Act, entries: Sequence[ActivityEntry]) -> Entered:
    """Enter activities by number, with their officers.

    Raises `DirectoryDenied` for unknown units and officers, activities with no officer, and times in the wrong order.
    """
    units = ids_by(act, Unit, "code", (one.unit for one in entries))
    people = ids_by(act, Person, "number", (number for one in entries for number in one.officers))
    sieve = _checked(entries, units, people)
    officers = {one.number: frozenset(people[number] for number in one.officers) for one in sieve.sound()}
    table = table_of(Activity)
    existing = {row.number: row for row in rows_among(act.connection, select(table), table.c.number, officers)}
    rows = {one.number: _row_of(one, units) | _return_of(act, one, existing.get(one.number)) for one in sieve.sound()}
    before = _officers_of(act, [row.id for row in existing.values()])
    swapped = [number for number, row in existing.items() if before.get(row.id) != officers[number]]
    entered, ids = enter(act, _kind(officers), rows, existing, dict.fromkeys(swapped, "officers"))
    _replace_officers(act, {ids[key]: officers[key] for key in rows if key in swapped or key not in existing})
    touch_followers(act, ids.values())
    return sieve.finish(entered)


def touch_followers(act: Act, activity_ids: Collection[UUID]) -> None:
    """Have worked out anew what follows from an activity's course: its duties, and the terms of what is filed under
    it."""
    for duty in (DutyKind.UPLOAD, DutyKind.RETURN_REPORT):
        touch(act, duty, activity_ids)
    touch_activities(act, activity_ids)


def activity_facts(row: Mapping[str, Any], officers: Collection[UUID]) -> dict[str, Any]:
    """What the ledger says of an activity. Free text: the place stays out of it, the case's number is there as a
    digest."""
    known = {name: row[name] for name in _TIMES}
    return known | {
        "kind": row["kind"].value,
        "parties": row["parties"],
        "officers": sorted(officers),
        "case_sha256": digest_of(row["case_number"]),
    }


def _checked(
    entries: Sequence[ActivityEntry], units: Mapping[str, UUID], people: Mapping[str, UUID]
) -> Sieve[ActivityEntry]:
    sieve = Sieve(entries)
    sieve.require_once("number", lambda one: one.number)
    sieve.require_number("number", 64)
    sieve.require_known("unit", units, "unit")
    sieve.require("officers", lambda one: bool(one.officers), "an activity has at least one officer")
    sieve.require("officers", lambda one: all(number in people for number in one.officers), "an officer is not known")
    sieve.require(
        "ended_at", lambda one: one.ended_at is None or one.started_at <= one.ended_at, "it ends before it starts"
    )
    return sieve


def _row_of(one: ActivityEntry, units: Mapping[str, UUID]) -> dict[str, Any]:
    return {
        "number": one.number,
        "unit_id": units[one.unit],
        "kind": one.kind,
        "place": one.place,
        "parties": [party.value for party in one.parties],
        "case_number": one.case_number,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "remote_reason": one.remote_reason,
    }


def _return_of(act: Act, one: ActivityEntry, before: AnyRow | None) -> dict[str, datetime | None]:
    """The return, and when it was first entered: that is what a report is (Art. 16). A sheet that does not name the
    return takes back none that was reported."""
    known = (None, None) if before is None else (before.returned_at, before.return_reported_at)
    reported_at = known[1] or (act.at if one.returned_at is not None else None)
    return {"returned_at": one.returned_at or known[0], "return_reported_at": reported_at}


def _kind(officers: Mapping[str, frozenset[UUID]]) -> Kind:
    def facts(row: Mapping[str, Any]) -> dict[str, Any]:
        return activity_facts(row, officers[row["number"]])

    return Kind(Activity, "activity", Event.ACTIVITY_ENTERED, Event.ACTIVITY_CHANGED, facts, "Art. 9")


def _officers_of(act: Act, activity_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    table = table_of(ActivityOfficer)
    found: dict[UUID, set[UUID]] = {}
    for row in rows_among(act.connection, select(table), table.c.activity_id, activity_ids):
        found.setdefault(row.activity_id, set()).add(row.person_id)
    return {activity_id: frozenset(people) for activity_id, people in found.items()}


def _replace_officers(act: Act, officers: Mapping[UUID, frozenset[UUID]]) -> None:
    table = table_of(ActivityOfficer)
    for chunk in chunked(officers):
        act.connection.execute(delete(table).where(table.c.activity_id.in_(chunk)))
    rows = [
        {"activity_id": activity_id, "person_id": person}
        for activity_id, people in officers.items()
        for person in sorted(people)
    ]
    insert_rows(act.connection, ActivityOfficer, rows)
