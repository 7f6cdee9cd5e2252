"""Who was told of what, as which, by which channel, when; and what came of it (Art. 16, 20). For whoever asks
afterwards: the rows say how it stands, the ledger what happened on the way."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.duty_pages import decisions_on
from registry.queries.ledger import history_of
from registry.queries.notices import DutyRow, duties_shown, duty_row
from registry.queries.organisation import roles_at
from registry.tables import (
    Duty,
    LedgerEntry,
    Notice,
    NoticeKind,
    NoticeLine,
    NoticeState,
    Person,
    Unit,
)
from registry.tables.duties import DecisionKind
from regulation.duties import Clock
from regulation.ladder import Step
from regulation.vocabulary import Role

_duty, _line, _notice, _unit = table_of(Duty), table_of(NoticeLine), table_of(Notice), table_of(Unit)
_person, _entry = table_of(Person), table_of(LedgerEntry)


@dataclass(frozen=True, slots=True)
class Try:
    """What the ledger says of one moment of a notice: queued, a try, given up, revived, read."""

    at: datetime
    event: str
    channel: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """One step of one duty told to the notice's reader. `role` is as which they heard, none for who owes it;
    `roles` are all that they held at that moment."""

    duty_id: UUID
    step: Step
    role: Role | None
    instead_of: Role | None
    roles: tuple[Role, ...]
    planned_at: datetime
    told_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeTrail:
    """A notice, its reader, and everything that happened to it, in order. `queued_at` is empty while it is gathered."""

    number: str
    kind: NoticeKind
    subject: str | None
    reader_number: str
    reader_name: str
    unit_code: str
    zone: str
    made_at: datetime
    state: NoticeState
    channel: str | None
    failure: str | None
    delivered_at: datetime | None
    read_at: datetime | None
    tries: tuple[Try, ...]
    told: tuple[Telling, ...]

    @property
    def queued_at(self) -> datetime | None:
        """When it came to wait for the delivery."""
        return next((one.at for one in self.tries if one.event == "notice.queued"), None)

    @property
    def dead_at(self) -> datetime | None:
        """When it was given up, where it still is."""
        dead = (one.at for one in reversed(self.tries) if one.event == "notice.dead")
        return next(dead, None) if self.state is NoticeState.DEAD else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a head of department decided about a duty."""

    kind: DecisionKind
    by_number: str
    reason: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Happened:
    """What the ledger says of the duty itself."""

    at: datetime
    event: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DutyHistory:
    """A duty, what happened to it, what was decided about it, and each notice in which it was told."""

    duty: DutyRow
    opened_at: datetime
    clock: Clock
    met_at: datetime | None
    zone: str
    happened: tuple[Happened, ...]
    decided: tuple[Decided, ...]
    notices: tuple[NoticeTrail, ...] = field(default=())


def duty_history(session: Session, duty_id: UUID) -> DutyHistory | None:
    """Everything about one duty; None where there is none."""
    columns = (_duty.c.clock, _duty.c.met_at, _unit.c.zone)
    row = session.execute(duties_shown(*columns).where(_duty.c.id == duty_id)).one_or_none()
    if row is None:
        return None
    decided = (Decided(one.kind, one.number, one.reason, one.at, one.until) for one in decisions_on(session, duty_id))
    happened = (Happened(one.at, one.event, json.loads(one.facts)) for one in history_of(session, duty_id))
    told_in = session.execute(select(_line.c.notice_id).where(_line.c.duty_id == duty_id).distinct()).scalars().all()
    return DutyHistory(
        duty_row(row), row.opened_at, row.clock, row.met_at, row.zone, tuple(happened),
        tuple(decided), tuple(_trails(session, _rows_of(session, told_in), duty_id)),
    )  # fmt: skip


def notices_told(
    session: Session,
    *,
    person_id: UUID | None = None,
    since: datetime | None = None,
    state: NoticeState | None = None,
    limit: int = 200,
) -> list[NoticeTrail]:
    """The newest notices, of one reader, since a moment, of one state; each with all that happened to it."""
    query = _QUERY
    if person_id is not None:
        query = query.where(_notice.c.person_id == person_id)
    if since is not None:
        query = query.where(_notice.c.created_at >= since)
    if state is not None:
        query = query.where(_notice.c.state == state)
    rows = session.execute(query.order_by(_notice.c.created_at.desc(), _notice.c.number).limit(limit)).all()
    return _trails(session, rows)


_QUERY = (
    select(_notice, _person.c.number.label("reader"), _person.c.name.label("reader_name"), _unit.c.code, _unit.c.zone)
    .join_from(_notice, _person, _person.c.id == _notice.c.person_id)
    .join(_unit, _unit.c.id == _notice.c.unit_id)
)


def _rows_of(session: Session, notice_ids: Collection[UUID]) -> list[AnyRow]:
    rows = rows_among(session.connection(), _QUERY, _notice.c.id, notice_ids)
    return sorted(rows, key=lambda row: (row.created_at, row.number))


def _trails(session: Session, rows: Collection[AnyRow], duty_id: UUID | None = None) -> list[NoticeTrail]:
    """The trails of these notices; with `duty_id`, of what they tell only that duty."""
    ids = [row.id for row in rows]
    tries, told = _tries(session, ids), _told(session, ids, duty_id)
    return [
        NoticeTrail(
            row.number, row.kind, row.subject, row.reader, row.reader_name, row.code, row.zone, row.created_at,
            row.state, row.channel, row.failure, row.delivered_at, row.read_at, tuple(tries[row.id]),
            tuple(told[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _tries(session: Session, notice_ids: Collection[UUID]) -> Mapping[UUID, list[Try]]:
    query = select(_entry.c.subject_id, _entry.c.seq, _entry.c.at, _entry.c.event, _entry.c.facts)
    query = query.where(_entry.c.subject_kind == "notice")
    found: defaultdict[UUID, list[Try]] = defaultdict(list)
    rows = rows_among(session.connection(), query, _entry.c.subject_id, notice_ids)
    for row in sorted(rows, key=lambda row: row.seq):
        facts = json.loads(row.facts)
        found[row.subject_id].append(Try(row.at, row.event, facts.get("channel"), facts.get("failure")))
    return found


def _told(session: Session, notice_ids: Collection[UUID], duty_id: UUID | None) -> Mapping[UUID, list[Telling]]:
    query = select(_line) if duty_id is None else select(_line).where(_line.c.duty_id == duty_id)
    found: defaultdict[UUID, list[Telling]] = defaultdict(list)
    held: dict[tuple[UUID, datetime], tuple[Role, ...]] = {}
    rows = rows_among(session.connection(), query, _line.c.notice_id, notice_ids)
    for row in sorted(rows, key=lambda row: (row.told_at, row.planned_at, row.duty_id)):
        then = (row.person_id, row.told_at)
        if then not in held:
            held[then] = tuple(sorted({one.role for one in roles_at(session, *then)}))
        found[row.notice_id].append(
            Telling(
                row.duty_id, row.step, row.role, row.instead_of, held[then], row.planned_at, row.told_at, row.due_at
            )
        )
    return found
