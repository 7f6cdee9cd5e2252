"""What reading originals again has found, many in one act (Art. 7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registry.act import Act
from registry.bulk import chunked, insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.ledger.checked import check_text, checks_digest
from registry.queries.fixity import leaving
from registry.tables import CheckOutcome, FixityCheck, IncidentKind, Recording, RecordingState, Turn
from registry.transitions.fixity.opening import Finding, open_found
from regulation.fixity import Due
from regulation.incidents import ARTICLE

OVERLAP = timedelta(days=1)
"""How far back an audit looks for recordings that it has not heard of: ids are made in the order of time, but by the
clocks of several machines. What comes in later still is found by reconciliation."""

_check, _recording = table_of(FixityCheck), table_of(Recording)
_MILLISECONDS = 80  # bits behind the time in a UUIDv7
_WHILE_LEAVING = timedelta(days=1)

DueAgain = Callable[[UUID, datetime], Due]
"""When an original of a unit, read at a time, is due again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one original found. `detail` says in codes how it differs."""

    recording_id: UUID
    unit_id: UUID
    key: str
    size: int
    outcome: CheckOutcome
    detail: str = ""


def enrol(act: Act, limit: int, recording_ids: Collection[UUID] | None = None) -> int:
    """Have up to `limit` originals read that no audit has heard of: the newer ones, or those of `recording_ids`; gives
    how many. Not a custody event."""
    known = _check.c.recording_id
    query = (
        select(_recording.c.id, _recording.c.received_at)
        .select_from(_recording.outerjoin(_check, known == _recording.c.id))
        .where(known.is_(None), _recording.c.state != RecordingState.DISPOSED)
    )
    if recording_ids is not None:
        rows = list(rows_among(act.connection, query, _recording.c.id, recording_ids))[:limit]
    else:
        newest = act.connection.execute(select(known).order_by(known.desc()).limit(1)).scalar()
        if newest is not None:
            query = query.where(_recording.c.id > _earlier(newest))
        rows = list(act.connection.execute(query.order_by(_recording.c.id).limit(limit)))
    made = [{"recording_id": row.id, "turn": Turn.NEW, "next_at": row.received_at} for row in rows]
    for chunk in chunked(made):
        insert_rows(act.connection, FixityCheck, chunk)
    return len(made)


def _earlier(newest: UUID) -> UUID:
    milliseconds = (newest.int >> _MILLISECONDS) - OVERLAP // timedelta(milliseconds=1)
    return UUID(int=max(0, milliseconds) << _MILLISECONDS)


def suspect(act: Act, recording_ids: Collection[UUID]) -> int:
    """Have these originals read at once, ahead of all others; gives how many of them there are."""
    enrol(act, len(recording_ids), recording_ids)
    query = select(_check.c.recording_id).where(_check.c.next_at.is_not(None))
    rows = list(rows_among(act.connection, query, _check.c.recording_id, recording_ids))
    now = [{"recording_id": row.recording_id, "turn": Turn.SUSPECT, "next_at": act.at} for row in rows]
    update_rows(act.connection, FixityCheck, now, "recording_id")
    return len(now)


def record_checks(
    act: Act, sweep_id: UUID, since: datetime, readings: Sequence[Reading], due_again: DueAgain
) -> list[Finding]:
    """Enter what was read, open an incident for what is not as it was verified; gives those that are new.

    Originals that came with a damaged one are read next, unless they were read `since` then: what harms one file often
    harms its neighbours. What is being destroyed by decision may be missing. The ledger has one entry an act: how many,
    and a SHA-256 of what was found.
    """
    going = leaving(act.connection, [one.recording_id for one in readings])
    read = [one for one in readings if one.recording_id not in going]
    rows = [_read_row(act, sweep_id, one, due_again(one.unit_id, act.at)) for one in read]
    update_rows(act.connection, FixityCheck, [*rows, *_leaving_rows(act, going)], "recording_id")
    if read:
        _tell(act, sweep_id, read)
    opened = open_found(act, sweep_id, (_finding(one) for one in read if one.outcome is not CheckOutcome.INTACT))
    _suspect_neighbours(act, since, [one.recording_id for one in opened if one.recording_id is not None])
    return opened


def _read_row(act: Act, sweep_id: UUID, one: Reading, due: Due) -> dict[str, Any]:
    return {
        "recording_id": one.recording_id,
        "turn": Turn.AGAIN,
        "next_at": due.planned_at,
        "due_at": due.due_at,
        "sweep_id": sweep_id,
        "checked_at": act.at,
        "outcome": one.outcome,
    }


def _leaving_rows(act: Act, going: Mapping[UUID, bool]) -> list[dict[str, Any]]:
    """What is destroyed is never read again; what is being destroyed is looked at the next day."""
    query = select(_check)
    now = {row.recording_id: row for row in rows_among(act.connection, query, _check.c.recording_id, going)}
    return [
        {
            "recording_id": one,
            "turn": Turn.AGAIN,
            "next_at": None if is_gone else act.at + _WHILE_LEAVING,
            "due_at": None if is_gone else row.due_at,
            "sweep_id": row.sweep_id,
            "checked_at": row.checked_at,
            "outcome": CheckOutcome.DISPOSED if is_gone else row.outcome,
        }
        for one, is_gone in going.items()
        if (row := now.get(one)) is not None
    ]


def _tell(act: Act, sweep_id: UUID, read: Sequence[Reading]) -> None:
    intact = sum(one.outcome is CheckOutcome.INTACT for one in read)
    facts = {
        "checked_at": act.at,
        "recordings": len(read),
        "size": sum(one.size for one in read),
        "wrong": len(read) - intact,
        "checks_sha256": checks_digest(check_text(one.recording_id, one.outcome.value) for one in read),
    }
    act.record(Event.FIXITY_CHECKED, "sweep", sweep_id, facts, article=ARTICLE)


def _finding(one: Reading) -> Finding:
    return Finding(IncidentKind(one.outcome.value), one.unit_id, one.recording_id, one.key, one.detail)


def _suspect_neighbours(act: Act, since: datetime, damaged: Iterable[UUID]) -> None:
    """Whatever came in the same dock sessions, and was not read since."""
    sessions = select(_recording.c.session_id)
    ids = {row[0] for row in rows_among(act.connection, sessions, _recording.c.id, damaged)}
    unread = or_(_check.c.checked_at.is_(None), _check.c.checked_at < since)
    beside = select(_recording.c.id).join_from(_recording, _check, _check.c.recording_id == _recording.c.id)
    suspect(act, [row[0] for row in rows_among(act.connection, beside.where(unread), _recording.c.session_id, ids)])
