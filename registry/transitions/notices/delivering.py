"""The outbox being emptied: claimed, delivered, tried again, given up, read (Art. 20).

On the wire a notice may go out twice, when a deliverer dies between sending and saying so; it carries its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.queries.organisation import administrators_in, organisation_at
from registry.tables import Notice, NoticeKind, NoticeState
from registry.transitions.notices.queueing import queue_notices
from regulation.errors import ActionDenied

_notice = table_of(Notice)
DEAD_LETTER = "notice-dead"
"""With the number of the notice that was given up, what an alert about it is about."""

_UNDER_WAY = (NoticeState.QUEUED, NoticeState.SENDING)
_TOLD = ("id", "number", "kind", "person_id", "unit_id", "urgent", "subject", "created_at", "attempts")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one try. `channel` took it, or nobody did and `failure` says why, in a code without addresses;
    it is tried again at `retry_at`, or given up where that is empty."""

    notice_id: UUID
    channel: str | None = None
    failure: str | None = None
    retry_at: datetime | None = None


def claim_notices(
    act: Act, claimer: str, lease: timedelta, limit: int, not_before: Callable[[AnyRow, datetime], datetime]
) -> list[AnyRow]:
    """Up to `limit` notices whose time has come, the urgent and the oldest first, now `claimer`'s for `lease`.

    `not_before` gives when a notice may go out at the earliest, asked at the act's time; those that may not yet are put
    off until then, and hold up nobody. A claim that has run out is anyone's: its holder died.
    """
    query = (
        select(*(_notice.c[name] for name in _TOLD))
        .where(_notice.c.state.in_(_UNDER_WAY), _notice.c.next_attempt_at <= act.at)
        .order_by(_notice.c.urgent.desc(), _notice.c.created_at, _notice.c.id)
        .limit(limit)
    )
    while rows := act.connection.execute(query).all():
        earliest = {row.id: not_before(row, act.at) for row in rows}
        _put_off(act, {notice: at for notice, at in earliest.items() if at > act.at})
        if ready := [row for row in rows if earliest[row.id] <= act.at]:
            mine = {"state": NoticeState.SENDING, "claimed_by": claimer, "next_attempt_at": act.at + lease}
            update_rows(act.connection, Notice, [{"id": row.id, **mine} for row in ready])
            return ready
    return []


def _put_off(act: Act, until: dict[UUID, datetime]) -> None:
    rows = [
        {"id": notice, "state": NoticeState.QUEUED, "claimed_by": None, "next_attempt_at": at}
        for notice, at in until.items()
    ]
    update_rows(act.connection, Notice, rows)


def record_attempts(act: Act, claimer: str, attempts: Iterable[Attempt]) -> None:
    """Enter what came of the tries of `claimer`. Those of a claim that another one has by now are left out.

    Of each notice that is given up the device administrators hear in the same act: who owes something must not be the
    only one who does not know.
    """
    tried = {one.notice_id: one for one in attempts}
    query = select(*(_notice.c[name] for name in ("id", "number", "kind", "attempts", "unit_id", "person_id")))
    query = query.where(_notice.c.claimed_by == claimer, _notice.c.state == NoticeState.SENDING)
    rows = list(rows_among(act.connection, query, _notice.c.id, tried))
    update_rows(act.connection, Notice, [_outcome(act, row, tried[row.id]) for row in rows])
    for row in rows:
        one = tried[row.id]
        facts = {"person_id": row.person_id, "channel": one.channel, "failure": one.failure, "try": row.attempts + 1}
        act.record(_event(one), "notice", row.id, facts, unit_id=row.unit_id, article="Art. 20")
    _alert_of(act, [row for row in rows if _event(tried[row.id]) is Event.NOTICE_DEAD])


def _alert_of(act: Act, dead: Sequence[AnyRow]) -> None:
    """Tell the administrators of each reader's unit, other than the reader, whom nothing reached. An alert that was
    given up itself is told to nobody: there would be no end of it; `custody doctor` and the sweep count it."""
    letters = [row for row in dead if row.kind is not NoticeKind.ALERT]
    if not letters:
        return
    organisation = organisation_at(act.session, act.at)
    for row in letters:
        people = administrators_in(organisation, row.unit_id, act.at, without={row.person_id})
        queue_notices(act, NoticeKind.ALERT, people, f"{DEAD_LETTER}:{row.number}")


def let_go(act: Act, claimer: str, notice_ids: Iterable[UUID]) -> None:
    """Give back what `claimer` claimed and did not come to. Not a try."""
    query = select(_notice.c.id).where(_notice.c.claimed_by == claimer, _notice.c.state == NoticeState.SENDING)
    rows = rows_among(act.connection, query, _notice.c.id, notice_ids)
    _put_off(act, {row.id: act.at for row in rows})


def _event(one: Attempt) -> Event:
    if one.channel is not None:
        return Event.NOTICE_DELIVERED
    return Event.NOTICE_DEAD if one.retry_at is None else Event.NOTICE_FAILED


def _outcome(act: Act, row: AnyRow, one: Attempt) -> dict[str, Any]:
    if one.channel is not None:
        state = NoticeState.DELIVERED
    else:
        state = NoticeState.DEAD if one.retry_at is None else NoticeState.QUEUED
    return {
        "id": row.id,
        "state": state,
        "attempts": row.attempts + 1,
        "next_attempt_at": one.retry_at or act.at,
        "claimed_by": None,
        "channel": one.channel,
        "failure": one.failure,
        "delivered_at": act.at if one.channel is not None else None,
    }


def record_reading(act: Act, number: str) -> None:
    """Enter that the reader of notice `number` says to have read it; the first time counts.

    Raises `ActionDenied` when there is no such notice.
    """
    row = _by_number(act, number)
    if row.read_at is not None:
        return
    act.connection.execute(_notice.update().where(_notice.c.id == row.id).values(read_at=act.at))
    facts = {"person_id": row.person_id}
    act.record(Event.NOTICE_READ, "notice", row.id, facts, unit_id=row.unit_id, article="Art. 20")


def revive_notice(act: Act, number: str) -> None:
    """Have a notice that was given up tried again, by an administrator who has mended the channel.

    Raises `ActionDenied` for any other notice.
    """
    row = _by_number(act, number)
    if row.state is not NoticeState.DEAD:
        raise ActionDenied("Only a notice that was given up is tried again.", subject=number)
    values = {"state": NoticeState.QUEUED, "attempts": 0, "next_attempt_at": act.at}
    act.connection.execute(_notice.update().where(_notice.c.id == row.id).values(values))
    act.record(Event.NOTICE_REVIVED, "notice", row.id, {}, unit_id=row.unit_id, article="Art. 20")


def _by_number(act: Act, number: str) -> AnyRow:
    row = act.connection.execute(select(_notice).where(_notice.c.number == number)).one_or_none()
    if row is None:
        raise ActionDenied("There is no such notice.", subject=number)
    return row
