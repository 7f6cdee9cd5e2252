"""Who was asked and decided, what was granted, who looked and took copies, against the ledger.

Art. 17: the register is as good as the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import (
    GONE,
    Check,
    as_told,
    entries_of,
    entry_about,
    facts_in,
    id_in,
    row_problem,
    stated_problem,
    stream,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    AccessCopy,
    AccessDecision,
    AccessDecisionItem,
    AccessGrant,
    AccessGrantItem,
    AccessItem,
    AccessStep,
    AccessStepItem,
    AccessView,
)

MODELS = (AccessStep, AccessDecision, AccessGrant, AccessView, AccessCopy)
"""Whose rows are compared here."""

_step, _step_item, _item = table_of(AccessStep), table_of(AccessStepItem), table_of(AccessItem)
_decision, _decision_item = table_of(AccessDecision), table_of(AccessDecisionItem)
_grant, _grant_item, _view = table_of(AccessGrant), table_of(AccessGrantItem), table_of(AccessView)
_copy = table_of(AccessCopy)


def _asked(connection: Connection) -> Iterator[RowProblem | None]:
    """Each step asks the seat, and is about the footage, that was entered."""
    for row in stream(connection, select(_step).order_by(_step.c.id)):
        entry = entry_about(connection, Event.ACCESS_ASKED, row.request_id, row.id)
        stated = {
            "round": row.round,
            "position": row.position,
            "stage": row.stage.value,
            "role": row.role.value,
            "unit_id": str(row.unit_id),
            "ground": row.ground.value,
            "recordings": _parts(connection, _of_step.where(_step_item.c.step_id == row.id)),
        }
        yield stated_problem("access_step", row.id, None if entry is None else entry.facts, stated)


_of_step = select(_item.c.recording_id, _item.c.start_second, _item.c.end_second).join_from(
    _step_item, _item, _item.c.id == _step_item.c.item_id
)
_of_decision = select(_item.c.recording_id, _decision_item.c.start_second, _decision_item.c.end_second).join_from(
    _decision_item, _item, _item.c.id == _decision_item.c.item_id
)
_of_grant = select(_grant_item.c.recording_id, _grant_item.c.start_second, _grant_item.c.end_second)


def _parts(connection: Connection, query: Select[Any]) -> list[list[Any]]:
    return sorted([str(recording_id), start, end] for recording_id, start, end in connection.execute(query))


def _decided(connection: Connection) -> Iterator[RowProblem | None]:
    """Each answer to a step is the one that was entered: by whom, in which role, with which reason, under which
    policy, and what it gives."""
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
            "valid_from": as_told(row.valid_from),
            "valid_until": as_told(row.valid_until),
            "views": row.views,
            "copies": row.copies,
            "recordings": _parts(connection, _of_decision.where(_decision_item.c.step_id == row.step_id)),
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
            "recordings": _parts(connection, _of_grant.where(_grant_item.c.grant_id == row.id)),
        }
        yield (
            row_problem("access_grant", row.id, entry, stated, row.granted_at)
            or _undecided(connection, row)
            or _revocation(connection, row)
        )


def _undecided(connection: Connection, row: AnyRow) -> RowProblem | None:
    """That something was granted although whoever was asked for it last has not decided."""
    of_request = _step.c.request_id == row.request_id
    last = select(func.max(_step.c.round)).where(of_request).scalar_subquery()
    granted = select(_grant_item.c.recording_id).where(_grant_item.c.grant_id == row.id)
    query = (
        select(_step.c.id)
        .join(_step_item, _step_item.c.step_id == _step.c.id)
        .join(_item, _item.c.id == _step_item.c.item_id)
        .outerjoin(_decision, _decision.c.step_id == _step.c.id)
        .where(of_request, _step.c.round == last, _item.c.recording_id.in_(granted), _decision.c.step_id.is_(None))
    )
    step_id = connection.execute(query.limit(1)).scalar()
    return None if step_id is None else RowProblem("access_step", step_id, "closed_at", "what it asks was granted")


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
    (Event.ACCESS_ASKED, "access_step", select(_step.c.id), "step_id"),
    (Event.ACCESS_DECIDED, "access_decision", select(_decision.c.step_id.label("id")), "step_id"),
    (Event.ACCESS_GRANTED, "access_grant", select(_grant.c.id), "grant_id"),
    (Event.ACCESS_VIEWED, "access_view", select(_view.c.id), "view_id"),
    (Event.ACCESS_COPIED, "access_copy", select(_copy.c.id), "copy_id"),
)


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was asked, decided, granted and looked at still has its row."""
    for event, table, rows, name in _KEPT:
        entry, of_event = entries_of(event, "entry")
        for one in stream(connection, select(entry.c.facts, entry.c.subject_id).where(of_event).order_by(entry.c.seq)):
            about = id_in(one.facts, name)
            [column] = rows.selected_columns
            if connection.execute(rows.where(column == about)).first() is None:
                yield RowProblem(table, about, "id", GONE)


CHECKS: tuple[Check, ...] = (_asked, _decided, _granted, _viewed, _copied, _vanished)
