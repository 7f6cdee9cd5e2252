"""Sweeps over terms, as a process of its own: ``python -m bench.retention_child TASK URL …``.

The bare counterparts are the statements of SQL that find the same originals and write the same rows of a list.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, func, literal, select, text

from bench.ours import measured
from registry.bulk import insert_rows, table_of
from registry.database import Registry
from registry.queries import units_by_code
from registry.tables import (
    AccessCopy,
    AccessItem,
    AccessRequest,
    Activity,
    CaseFile,
    CaseUse,
    DisposalItem,
    DisposalList,
    DockSession,
    Duty,
    Filing,
    Hold,
    HoldItem,
    Incident,
    Recording,
    RetentionTerm,
    SessionState,
    Unit,
)
from registry.transitions import directory, disposal, duties, retention
from registry.transitions.directory import UnitEntry
from registry.types import new_id
from regulation.access_states import CLOSED
from regulation.disposal_states import ItemState, ListState
from regulation.duties import OPEN
from regulation.policy import CITY_POLICY
from regulation.vocabulary import ActivityKind, UnitLevel

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
DUE = 6_000
"""Originals whose terms end each night."""
UNITS, ACTIVITIES = 20, 50
_FILLED_AT_ONCE = 200_000
_RULES = duties.Rules(lambda _unit: CITY_POLICY, lambda day: day.weekday() < 5)


def fill(url: str, count: int, _round: int) -> dict[str, Any]:
    """Twenty units with `count` originals, all filed under inspections; `DUE` of them end each day from `START` on."""
    registry = Registry(url)
    registry.migrate()
    with registry.acting("bench", START) as act:
        entries = [UnitEntry(f"u{number}", f"Unit {number}", UnitLevel.UNIT) for number in range(UNITS)]
        directory.enter_units(act, entries)
        units = [one.id for one in units_by_code(act.session).values()]
        sessions = {unit: _session(act.connection, unit) for unit in units}
        activities = {unit: _activities(act.connection, unit) for unit in units}
    with measured() as told:
        for first in range(0, count, _FILLED_AT_ONCE):
            facts = {
                "first": first,
                "last": min(first + _FILLED_AT_ONCE, count) - 1,
                "due": DUE,
                "units": units,
                "sessions": [sessions[unit] for unit in units],
                "activities": [one for unit in units for one in activities[unit]],
                "a_unit": ACTIVITIES,
                "begin": START - timedelta(days=190),
                "policy": CITY_POLICY.version,
                "settled": START,
            }
            with registry.acting("bench", START) as act:
                act.connection.execute(text(_FILL), facts)
    with registry.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))
    return told


def _session(connection: Connection, unit: UUID) -> UUID:
    row = {
        "id": new_id(),
        "number": f"DS-{unit}",
        "unit_id": unit,
        "source": str(unit),
        "state": SessionState.SEALED,
        "opened_at": START,
        "opened_by": "bench",
        "wireless": False,
    }
    insert_rows(connection, DockSession, [row])
    return row["id"]


def _activities(connection: Connection, unit: UUID) -> list[UUID]:
    rows = [
        {
            "id": new_id(),
            "number": f"{unit}-{number}"[-60:],
            "unit_id": unit,
            "kind": ActivityKind.INSPECTION,
            "place": "x",
            "parties": [],
            "started_at": START,
        }
        for number in range(ACTIVITIES)
    ]
    insert_rows(connection, Activity, rows)
    return [row["id"] for row in rows]


# One night's worth a day, each surely over by the rule as well.
_FILL = """
    WITH made AS (
        INSERT INTO recording (
            id, unit_id, session_id, activity_id, media_kind, condition, ended_at, size, sha256, vault_key,
            retain_until, state, filing, received_at, sealed_at
        )
        SELECT gen_random_uuid(), (CAST(:units AS uuid[]))[1 + n % cardinality(CAST(:units AS uuid[]))],
            (CAST(:sessions AS uuid[]))[1 + n % cardinality(CAST(:units AS uuid[]))],
            (CAST(:activities AS uuid[]))[
                1 + n % cardinality(CAST(:units AS uuid[])) * :a_unit
                + n / cardinality(CAST(:units AS uuid[])) % :a_unit
            ],
            'video', 'whole', at, 1, lpad(to_hex(n), 64, '0'), 'originals/u/2026/01/' || lpad(to_hex(n), 64, '0'), at,
            'sealed', 'filed', at, at
        FROM (
            SELECT n, CAST(:begin AS timestamptz) + n / :due * interval '1 day' AS at
            FROM generate_series(:first, :last) AS n
        ) AS numbered
        RETURNING id, unit_id, CAST(ended_at AT TIME ZONE 'UTC' AS date) AS ended_on
    )
    INSERT INTO retention_term (
        recording_id, unit_id, retention_class, article, trigger, trigger_on, due_on, policy_version, settled_at, told,
        held_in_vault, vault_stale
    )
    SELECT id, unit_id, 'routine', 'Art. 18(1)', 'recording-ended', ended_on, ended_on + 189, :policy, :settled, 3,
        false, false
    FROM made
"""


def sweep(url: str, _count: int, number: int) -> dict[str, Any]:
    """Night `number`: what changed is settled, what is due is listed, as the flow does it."""
    registry, at = Registry(url), _at(number)
    told: dict[str, Any]
    with measured() as told:
        with registry.acting("bench", at) as act:
            retention.settle_terms(act, retention.touched_terms(act, 5_000), _RULES)
        with registry.reading() as reading:
            most = {unit.id: 5_000 for unit in units_by_code(reading).values()}
            together = list(disposal.due_together(reading, most, at))
        told["changed"] = 0
        for units in together:
            with registry.acting("bench", at) as act:
                listed = disposal.list_due(act, units, _RULES)
            told["changed"] += sum(one.items for one in listed.values())
    return told


def bare(url: str, _count: int, number: int) -> dict[str, Any]:
    """The same originals found by their due days, with holds, requests and duties looked at, and the same rows written
    by two statements a unit."""
    registry, at = Registry(url), _at(number)
    told: dict[str, Any]
    with measured() as told, registry.engine.execution_options(writes=True).begin() as connection:
        told["changed"] = 0
        for unit_id in connection.execute(select(table_of(Unit).c.id)).scalars().all():
            told["changed"] += _bare_unit(connection, unit_id, at)
    return told


def _bare_unit(connection: Connection, unit_id: UUID, at: datetime) -> int:
    term, item, listed = table_of(RetentionTerm), table_of(DisposalItem), table_of(DisposalList)
    list_id, today = new_id(), at.date()
    row = {"id": list_id, "number": f"B-{list_id}", "unit_id": unit_id, "state": ListState.APPRAISAL}
    connection.execute(listed.insert().values(row | {"opened_at": at, "changed_at": at}))
    columns = ("retention_class", "article", "trigger", "trigger_on", "due_on", "policy_version")
    found = _due(unit_id, today, at)
    source = select(
        func.gen_random_uuid(),
        literal(list_id, item.c.list_id.type),
        term.c.recording_id,
        *(term.c[name] for name in columns),
        literal(ItemState.LISTED, item.c.state.type),
    ).where(found)
    names = ["id", "list_id", "recording_id", *columns, "state"]
    connection.execute(item.insert().from_select(names, source))
    on_it = select(item.c.recording_id).where(item.c.list_id == list_id)
    connection.execute(term.update().where(term.c.recording_id.in_(on_it)).values(list_id=list_id))
    return int(connection.execute(select(func.count()).select_from(on_it.subquery())).scalar_one())


def _due(unit_id: UUID, today: date, at: datetime) -> Any:
    term, recording = table_of(RetentionTerm), table_of(Recording)
    hold, held, duty = table_of(Hold), table_of(HoldItem), table_of(Duty)
    wanted, request = table_of(AccessItem), table_of(AccessRequest)
    use, case, activity = table_of(CaseUse), table_of(CaseFile), table_of(Activity)
    copy, incident = table_of(AccessCopy), table_of(Incident)
    of_recording = recording.c.id == term.c.recording_id
    is_held = exists().where(
        held.c.recording_id == term.c.recording_id, hold.c.id == held.c.hold_id, hold.c.lifted_at.is_(None)
    )
    is_asked_for = exists().where(
        wanted.c.recording_id == term.c.recording_id,
        request.c.id == wanted.c.request_id,
        request.c.state.not_in(CLOSED),
    )
    is_held_by_case = exists().where(
        use.c.recording_id == term.c.recording_id, hold.c.case_id == use.c.case_id, hold.c.lifted_at.is_(None)
    )
    is_filed_in_held_case = exists().where(
        of_recording,
        activity.c.id == recording.c.activity_id,
        case.c.number == activity.c.case_number,
        hold.c.case_id == case.c.id,
        hold.c.lifted_at.is_(None),
    )
    is_out = exists().where(copy.c.recording_id == term.c.recording_id, copy.c.ended_at.is_(None))
    is_disputed = exists().where(incident.c.recording_id == term.c.recording_id, incident.c.closed_at.is_(None))
    return (
        (term.c.unit_id == unit_id)
        & (term.c.due_on < today)
        & term.c.list_id.is_(None)
        & ~is_held
        & ~is_held_by_case
        & ~is_filed_in_held_case
        & ~is_asked_for
        & ~is_out
        & ~is_disputed
        & ~exists().where(duty.c.subject_id == term.c.recording_id, duty.c.state.in_(OPEN))
        & ~exists().where(of_recording, duty.c.subject_id == recording.c.activity_id, duty.c.state.in_(OPEN))
        & exists().where(of_recording, recording.c.filing == Filing.FILED, recording.c.retain_until <= at)
    )


def _at(number: int) -> datetime:
    return START + timedelta(days=number)


TASKS = {"fill": fill, "sweep": sweep, "bare": bare}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("number", type=int)
    asked = parser.parse_args()
    print(json.dumps(TASKS[asked.task](asked.url, asked.count, asked.number)))
