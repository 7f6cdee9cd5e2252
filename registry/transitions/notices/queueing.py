"""Notices entering the outbox: recorded once, with who is told what (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select

from registry.act import Act
from registry.bulk import AnyRow, chunked, insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.tables import Notice, NoticeKind, NoticeLine, NoticeState, Sweep
from registry.transitions.notices.gathering import numbered
from registry.types import new_id
from regulation.ladder import Step

BATCH = 2_000
_notice, _line, _sweep = table_of(Notice), table_of(NoticeLine), table_of(Sweep)


def queue_gathered(act: Act, sweep_id: UUID, limit: int = BATCH) -> int:
    """Queue up to `limit` of what this sweep, or one that has ended, has gathered; gives how many there were.

    Notices of a sweep still at work elsewhere stay.
    """
    ended = select(_sweep.c.id).where((_sweep.c.id == sweep_id) | _sweep.c.finished_at.is_not(None))
    gathered = (
        select(_notice.c.id, _notice.c.person_id, _notice.c.unit_id)
        .where(_notice.c.state == NoticeState.GATHERING, _notice.c.sweep_id.in_(ended))
        .order_by(_notice.c.id)
        .limit(limit)
    )
    rows = act.connection.execute(gathered).all()
    counted = _counted(act, [row.id for row in rows])
    queued = {"state": NoticeState.QUEUED, "next_attempt_at": act.at}
    update_rows(
        act.connection, Notice, [{"id": row.id, "urgent": bool(counted[row.id].urgent), **queued} for row in rows]
    )
    for row in rows:
        facts = {"person_id": row.person_id, "lines": counted[row.id].lines}
        act.record(Event.NOTICE_QUEUED, "notice", row.id, facts, unit_id=row.unit_id, article="Art. 20")
    return len(rows)


def _counted(act: Act, notice_ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    """How many lines each notice has, and how many of them are the principal leader's step, which is told in quiet
    hours too."""
    urgent = func.count().filter(_line.c.step == Step.PRINCIPAL_LEADER).label("urgent")
    query = select(_line.c.notice_id, func.count().label("lines"), urgent).group_by(_line.c.notice_id)
    return {row.notice_id: row for row in rows_among(act.connection, query, _line.c.notice_id, notice_ids)}


def queue_notices(act: Act, kind: NoticeKind, people: Iterable[UUID], subject: str | None = None) -> list[UUID]:
    """Queue a notice that stands for itself, such as an alert, for each of these people; gives the notices' ids.

    `subject` says what it is about in codes, never in names. The same alert that still waits for someone is not queued
    for them again, and neither is what was not recorded of the same activity.
    """
    readers = set(people) - _waiting(act.connection, kind, subject)
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "number": number,
            "kind": kind,
            "sweep_id": None,
            "person_id": person,
            "unit_id": unit_id,
            "urgent": kind is NoticeKind.TRIAL,
            "subject": subject,
            "created_at": act.at,
            "state": NoticeState.QUEUED,
            "attempts": 0,
            "next_attempt_at": act.at,
        }
        for person, unit_id, number in numbered(act, readers)
    ]
    for chunk in chunked(rows):
        insert_rows(act.connection, Notice, chunk)
    for row in rows:
        facts = {"person_id": row["person_id"], "kind": kind.value, "subject": subject}
        act.record(Event.NOTICE_QUEUED, "notice", row["id"], facts, unit_id=row["unit_id"], article="Art. 20")
    return [row["id"] for row in rows]


def _waiting(connection: Connection, kind: NoticeKind, subject: str | None) -> set[UUID]:
    if kind not in (NoticeKind.ALERT, NoticeKind.UNRECORDED):
        return set()
    under_way: ColumnElement[bool] = _notice.c.state.in_((NoticeState.QUEUED, NoticeState.SENDING))
    query = select(_notice.c.person_id).where(_notice.c.kind == kind, _notice.c.subject == subject, under_way)
    return set(connection.execute(query).scalars())
