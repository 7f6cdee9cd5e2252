"""What was read again, what was found wrong and how it was settled, against the ledger (Art. 7)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, repeat
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, and_, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.checked import check_text, checks_digest
from registry.ledger.comparing import UNKNOWN, Check, entries_of, facts_in, names, stream, vanished
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import CheckOutcome, FixityCheck, Incident, RecordingRepair

MODELS = (FixityCheck, Incident, RecordingRepair)
"""Whose rows are compared here."""

_check, _incident, _repair = table_of(FixityCheck), table_of(Incident), table_of(RecordingRepair)


def _checks(connection: Connection) -> Iterator[RowProblem | None]:
    """Nothing counts as read that no act read. An act of which every recording still stands as it was read must have
    found just that; of one whose recordings were read again since, the rest is no more than it read."""
    query = (
        select(_check.c.recording_id, _check.c.outcome, _check.c.checked_at, _check.c.sweep_id)
        .where(_check.c.checked_at.is_not(None), _check.c.outcome != CheckOutcome.DISPOSED)
        .order_by(_check.c.sweep_id, _check.c.checked_at)
    )
    for sweep_id, read in groupby(stream(connection, query), key=lambda row: row.sweep_id):
        acts = _acts_of(connection, sweep_id)
        for checked_at, together in groupby(read, key=lambda row: time_text(row.checked_at)):
            rows = list(together)
            yield _check_problem(rows, acts.get(checked_at, []))
            yield from repeat(None, len(rows) - 1)


def _acts_of(connection: Connection, sweep_id: UUID | None) -> dict[Any, list[dict[str, Any]]]:
    """What the ledger says that a sweep read, by the time of reading."""
    entry, of_checking = entries_of(Event.FIXITY_CHECKED, "entry")
    found: dict[Any, list[dict[str, Any]]] = {}
    for text in connection.execute(select(entry.c.facts).where(of_checking, entry.c.subject_id == sweep_id)).scalars():
        facts = facts_in(text)
        found.setdefault(facts.get("checked_at"), []).append(facts)
    return found


def _check_problem(rows: list[AnyRow], acts: list[dict[str, Any]]) -> RowProblem | None:
    first = rows[0].recording_id
    if len(rows) > sum(facts.get("recordings", 0) for facts in acts):
        return RowProblem("fixity_check", first, "checked_at", "the ledger does not know that it was read then")
    if len(acts) == 1 and len(rows) == acts[0]["recordings"]:
        found = checks_digest(check_text(row.recording_id, row.outcome.value) for row in rows)
        if found != acts[0].get("checks_sha256"):
            return RowProblem("fixity_check", first, "outcome", "it is not what the ledger says was found")
    return None


def _incidents(connection: Connection) -> Iterator[RowProblem | None]:
    """Each incident is the one that was opened, and is settled exactly when, by whom and as the ledger says."""
    opened, of_opening = entries_of(Event.INCIDENT_OPENED, "opened")
    closed, of_closing = entries_of(Event.INCIDENT_CLOSED, "closed")
    source: FromClause = _incident.outerjoin(opened, and_(opened.c.subject_id == _incident.c.id, of_opening))
    source = source.outerjoin(closed, and_(closed.c.subject_id == _incident.c.id, of_closing))
    told = (opened.c.facts, opened.c.at, closed.c.facts.label("closed_facts"), closed.c.at.label("closed_then"))
    for row in stream(connection, select(_incident, *told).select_from(source).order_by(_incident.c.id)):
        yield _incident_problem(row)


def _incident_problem(row: AnyRow) -> RowProblem | None:
    if row.facts is None:
        return RowProblem("incident", row.id, "id", UNKNOWN)
    facts, closing = facts_in(row.facts), facts_in(row.closed_facts)
    stated = {
        "number": (row.number, facts.get("number")),
        "kind": (row.kind.value, facts.get("kind")),
        "recording_id": (row.recording_id and str(row.recording_id), facts.get("recording_id")),
        "detail": (row.detail, facts.get("detail")),
        "found_at": (row.found_at, row.at),
        "closed_at": (row.closed_at, row.closed_then),
        "closed_by_id": (row.closed_by_id and str(row.closed_by_id), closing.get("person_id")),
        "resolution": (row.resolution and row.resolution.value, closing.get("resolution")),
        "reason": (digest_of(row.reason), closing.get("reason_sha256")),
    }
    for column, (kept, said) in stated.items():
        if kept != said:
            return RowProblem("incident", row.id, column, "it is not what the ledger says")
    return None


def _repairs(connection: Connection) -> Iterator[RowProblem | None]:
    """Each original was put back where the ledger says."""
    entry, of_repair = entries_of(Event.RECORDING_REPAIRED, "entry")
    query = (
        select(_repair, entry.c.facts, entry.c.at.label("then"))
        .select_from(_repair.outerjoin(entry, and_(entry.c.subject_id == _repair.c.recording_id, of_repair)))
        .order_by(_repair.c.id)
    )
    for repair_id, entries in groupby(stream(connection, query), key=lambda row: row.id):
        rows = list(entries)
        row = rows[0]
        said = [
            facts_in(one.facts)
            for one in rows
            if one.then == row.at and names(one.facts, "incident_id", row.incident_id.hex)
        ]
        if not any(facts.get("vault_version") == row.vault_version for facts in said):
            yield RowProblem("recording_repair", repair_id, "vault_version", UNKNOWN)
        else:
            yield None


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Each incident that was opened still has its row."""
    yield from vanished(connection, Event.INCIDENT_OPENED, _incident)


CHECKS: tuple[Check, ...] = (_checks, _incidents, _repairs, _vanished)
