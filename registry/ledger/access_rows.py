"""Who decided, what was granted, who looked and took copies, against the ledger.

Art. 17: the register is as good as the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import GONE, Check, entries_of, entry_about, facts_in, id_in, row_problem, stream
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    AccessCopy,
    AccessDecision,
    AccessGrant,
    AccessGrantItem,
    AccessStep,
    AccessView,
)

MODELS = (AccessDecision, AccessGrant, AccessView, AccessCopy)
"""Whose rows are compared here."""

_decision, _step = table_of(AccessDecision), table_of(AccessStep)
_grant, _grant_item, _view = table_of(AccessGrant), table_of(AccessGrantItem), table_of(AccessView)
_copy = table_of(AccessCopy)


def _decided(connection: Connection) -> Iterator[RowProblem | None]:
    """Each answer to a step is the one that was entered: by whom, in which role, with which reason, under which
    policy."""
    query = select(_decision, _step.c.request_id).join_from(_decision, _step, _step.c.id == _decision.c.step_id)
    for row in stream(connection, query.order_by(_decision.c.step_id)):
        entry = entry_about(connection, Event.ACCESS_DECIDED, row.request_id, row.step_id)
        stated = {
            "person_id": str(row.person_id),
            "role": row.role.value,
            "passed": row.passed,
            "verdict": row.verdict.value,
            "reason_sha256": digest_of(row.reason),
            "policy": row.policy_version,
        }
        yield row_problem("access_decision", row.step_id, entry, stated, row.at)


def _granted(connection: Connection) -> Iterator[RowProblem | None]:
    """Each grant is the one that was entered: for whom, how long, how often, of what; and revoked when it says."""
    for row in stream(connection, select(_grant).order_by(_grant.c.id)):
        entry = entry_about(connection, Event.ACCESS_GRANTED, row.request_id, row.id)
        stated = {
            "person_id": str(row.person_id),
            "valid_from": time_text(row.valid_from),
            "valid_until": time_text(row.valid_until),
            "views": row.views,
            "copies": row.copies,
            "recordings": _opened(connection, row.id),
        }
        yield row_problem("access_grant", row.id, entry, stated, row.granted_at) or _revocation(connection, row)


def _opened(connection: Connection, grant_id: UUID) -> list[list[Any]]:
    query = select(_grant_item).where(_grant_item.c.grant_id == grant_id)
    return sorted([str(one.recording_id), one.start_second, one.end_second] for one in connection.execute(query))


def _revocation(connection: Connection, row: AnyRow) -> RowProblem | None:
    entry = entry_about(connection, Event.ACCESS_REVOKED, row.request_id, row.id)
    then = None if entry is None else entry.at
    if row.revoked_at != then:
        return RowProblem("access_grant", row.id, "revoked_at", "the ledger says otherwise")
    return None


def _viewed(connection: Connection) -> Iterator[RowProblem | None]:
    """Each viewing was opened when, by whom and under which grant the ledger says."""
    for row in stream(connection, select(_view).order_by(_view.c.id)):
        entry = entry_about(connection, Event.ACCESS_VIEWED, row.recording_id, row.id)
        stated = {"grant_id": str(row.grant_id), "person_id": str(row.person_id)}
        yield row_problem("access_view", row.id, entry, stated, row.opened_at)


def _copied(connection: Connection) -> Iterator[RowProblem | None]:
    """Each copy was handed out when, to whom, under which grant and with which digest the ledger says, and is over when
    it says."""
    for row in stream(connection, select(_copy).order_by(_copy.c.id)):
        entry = entry_about(connection, Event.ACCESS_COPIED, row.recording_id, row.id)
        stated = {
            "number": row.number,
            "grant_id": str(row.grant_id),
            "person_id": str(row.person_id),
            "size": row.size,
            "sha256": row.sha256,
        }
        yield row_problem("access_copy", row.id, entry, stated, row.handed_at) or _return(connection, row)


def _return(connection: Connection, row: AnyRow) -> RowProblem | None:
    entry = entry_about(connection, Event.ACCESS_COPY_ENDED, row.recording_id, row.id)
    then = (None, None, None) if entry is None else (entry.at, *_said(entry, "person_id", "ended"))
    if (row.ended_at, row.ended_by_id and str(row.ended_by_id), row.ended and row.ended.value) != then:
        return RowProblem("access_copy", row.id, "ended_at", "the ledger says otherwise")
    return None


def _said(entry: AnyRow, *names: str) -> tuple[Any, ...]:
    facts = facts_in(entry.facts)
    return tuple(facts.get(name) for name in names)


_KEPT: tuple[tuple[Event, str, Select[Any], str], ...] = (
    (Event.ACCESS_DECIDED, "access_decision", select(_decision.c.step_id.label("id")), "step_id"),
    (Event.ACCESS_GRANTED, "access_grant", select(_grant.c.id), "grant_id"),
    (Event.ACCESS_VIEWED, "access_view", select(_view.c.id), "view_id"),
    (Event.ACCESS_COPIED, "access_copy", select(_copy.c.id), "copy_id"),
)


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was decided, granted and looked at still has its row."""
    for event, table, rows, name in _KEPT:
        entry, of_event = entries_of(event, "entry")
        for one in stream(connection, select(entry.c.facts, entry.c.subject_id).where(of_event).order_by(entry.c.seq)):
            about = id_in(one.facts, name)
            [column] = rows.selected_columns
            if connection.execute(rows.where(column == about)).first() is None:
                yield RowProblem(table, about, "id", GONE)


CHECKS: tuple[Check, ...] = (_decided, _granted, _viewed, _copied, _vanished)
