"""Who was told what, and what was decided about duties, against the ledger (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, repeat
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, FromClause, and_, or_, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import UNKNOWN, Check, entries_of, facts_in, names, stream, vanished
from registry.ledger.events import Event
from registry.ledger.lines import LINE, lines_digest
from registry.ledger.reports import RowProblem
from registry.tables import DecisionKind, DutyDecision, Notice, NoticeLine, NoticeState

MODELS = (Notice, NoticeLine, DutyDecision)
"""Whose rows are compared here."""

_DECIDED = {DecisionKind.EXCUSE: Event.DUTY_EXCUSED, DecisionKind.PAUSE: Event.DUTY_PAUSED}
_ENTERED = (
    ("delivered_at", Event.NOTICE_DELIVERED, "delivered"),
    ("read_at", Event.NOTICE_READ, "read"),
)


def _lines(connection: Connection) -> Iterator[RowProblem | None]:
    """What each act of each sweep told is what the ledger has the digest of. In memory is what one act told."""
    line, notice = table_of(NoticeLine), table_of(Notice)
    query = (
        select(*(line.c[name] for name in LINE), line.c.told_at, notice.c.sweep_id, notice.c.person_id.label("reader"))
        .join_from(line, notice, notice.c.id == line.c.notice_id)
        .order_by(notice.c.sweep_id, line.c.told_at)
    )
    for sweep_id, told in groupby(stream(connection, query), key=lambda row: row.sweep_id):
        yield from _sweep_problems(sweep_id, told, _acts_of(connection, sweep_id))


def _acts_of(connection: Connection, sweep_id: UUID | None) -> dict[Any, dict[str, Any]]:
    """What the ledger says that a sweep told, by the time of telling."""
    entry, of_telling = entries_of(Event.SWEEP_TOLD, "entry")
    rows = connection.execute(select(entry.c.facts).where(of_telling, entry.c.subject_id == sweep_id))
    return {facts.get("told_at"): facts for facts in map(facts_in, rows.scalars())}


def _sweep_problems(
    sweep_id: UUID | None, told: Iterator[AnyRow], acts: dict[Any, dict[str, Any]]
) -> Iterator[RowProblem | None]:
    for told_at, lines in groupby(told, key=lambda row: time_text(row.told_at)):
        rows = list(lines)
        yield _telling_problem(sweep_id, rows, acts.pop(told_at, None))
        yield from repeat(None, len(rows) - 1)
    for told_at in acts:
        yield RowProblem("notice_line", _id(sweep_id), "told_at", f"what was told at {told_at} is gone")


def _telling_problem(sweep_id: UUID | None, rows: list[AnyRow], facts: dict[str, Any] | None) -> RowProblem | None:
    if facts is None:
        return RowProblem("notice_line", _id(sweep_id), "told_at", "the ledger does not know that it was told then")
    if facts.get("lines") != len(rows):
        return RowProblem(
            "notice_line", _id(sweep_id), "duty_id", f"the ledger says that {facts.get('lines')} lines were told"
        )
    if facts.get("lines_sha256") != lines_digest(row[: len(LINE)] for row in rows):
        return RowProblem("notice_line", _id(sweep_id), "person_id", "it is not what the ledger says was told")
    if any(row.person_id != row.reader for row in rows):
        return RowProblem("notice_line", _id(sweep_id), "notice_id", "it stands in another person's notice")
    return None


def _id(sweep_id: UUID | None) -> UUID:
    """Lines are named by their sweep: of what was told in one act the digest does not say which line it was."""
    return sweep_id or UUID(int=0)


def _vanished_lines(connection: Connection) -> Iterator[RowProblem | None]:
    """Each sweep that told something still has lines."""
    line, notice = table_of(NoticeLine), table_of(Notice)
    entry, of_telling = entries_of(Event.SWEEP_TOLD, "entry")
    kept = line.join(notice, notice.c.id == line.c.notice_id)
    there = select(line.c.duty_id).select_from(kept).where(notice.c.sweep_id == entry.c.subject_id)
    query = select(entry.c.subject_id).where(of_telling, ~there.exists()).order_by(entry.c.seq)
    for row in stream(connection, query):
        yield RowProblem("notice_line", row.subject_id, "told_at", "what this sweep told is gone")


def _notices(connection: Connection) -> Iterator[RowProblem | None]:
    """A notice was queued, delivered and read exactly when the ledger says so, and for whom it says."""
    notice = table_of(Notice)
    queued, of_queueing = entries_of(Event.NOTICE_QUEUED, "queued")
    source: FromClause = notice.outerjoin(queued, and_(queued.c.subject_id == notice.c.id, of_queueing))
    columns: list[ColumnElement[Any]] = [queued.c.facts.label("queued_facts")]
    for _, event, name in _ENTERED:
        entry, of_event = entries_of(event, name)
        source = source.outerjoin(entry, and_(entry.c.subject_id == notice.c.id, of_event))
        columns += [entry.c.at.label(f"{name}_then"), entry.c.facts.label(f"{name}_facts")]
    kept = ("id", "person_id", "state", "channel", "delivered_at", "read_at")
    query = select(*(notice.c[name] for name in kept), *columns).select_from(source).order_by(notice.c.id)
    for row in stream(connection, query):
        yield _notice_problem(row)


def _notice_problem(row: AnyRow) -> RowProblem | None:
    gathering = row.state is NoticeState.GATHERING
    if gathering != (row.queued_facts is None):
        return RowProblem("notice", row.id, "state", "the ledger says otherwise")
    if not gathering and not names(row.queued_facts, "person_id", row.person_id.hex):
        return RowProblem("notice", row.id, "person_id", "the ledger says it was for somebody else")
    for column, _, name in _ENTERED:
        if getattr(row, column) != getattr(row, f"{name}_then"):
            return RowProblem("notice", row.id, column, "the ledger says otherwise")
    if row.delivered_at is not None and facts_in(row.delivered_facts).get("channel") != row.channel:
        return RowProblem("notice", row.id, "channel", "the ledger says another one took it")
    return None


def _decisions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each decision about a duty is the one that was entered, by whom and with which reason."""
    decision = table_of(DutyDecision)
    # An entry is about the duty, which may have been paused more than once: its facts say which decision it was.
    entry, excused = entries_of(Event.DUTY_EXCUSED, "entry")
    decided = or_(excused, entry.c.event == Event.DUTY_PAUSED.value)
    query = (
        select(decision, entry.c.event, entry.c.at.label("then"), entry.c.facts)
        .select_from(decision.outerjoin(entry, and_(entry.c.subject_id == decision.c.duty_id, decided)))
        .order_by(decision.c.id)
    )
    for decision_id, entries in groupby(stream(connection, query), key=lambda row: row.id):
        rows = list(entries)
        found = [row for row in rows if names(row.facts, "decision_id", decision_id.hex)]
        yield _decision_problem(rows[0], found)


def _decision_problem(row: AnyRow, entries: list[AnyRow]) -> RowProblem | None:
    if not entries:
        return RowProblem("duty_decision", row.id, "id", UNKNOWN)
    entry, facts = entries[0], facts_in(entries[0].facts)
    stated = {
        "kind": (_DECIDED[row.kind].value, entry.event),
        "person_id": (str(row.person_id), facts.get("person_id")),
        "at": (row.at, entry.then),
        "until": (None if row.until is None else time_text(row.until), facts.get("until")),
        "reason": (digest_of(row.reason), facts.get("reason_sha256")),
    }
    for column, (kept, said) in stated.items():
        if kept != said:
            return RowProblem("duty_decision", row.id, column, "it is not what the ledger says was decided")
    return None


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Each notice that was queued, and as many decisions about a duty as were made, are still there."""
    notice, decision = table_of(Notice), table_of(DutyDecision)
    yield from vanished(connection, Event.NOTICE_QUEUED, notice)
    entry, excused = entries_of(Event.DUTY_EXCUSED, "entry")
    decided = or_(excused, entry.c.event == Event.DUTY_PAUSED.value)
    made = select(entry.c.subject_id, entry.c.facts).where(decided).order_by(entry.c.seq)
    for row in stream(connection, made):
        ids = connection.execute(select(decision.c.id).where(decision.c.duty_id == row.subject_id)).scalars()
        if not any(names(row.facts, "decision_id", one.hex) for one in ids):
            yield RowProblem("duty_decision", row.subject_id, "duty_id", "a decision about this duty is gone")


CHECKS: tuple[Check, ...] = (_lines, _vanished_lines, _notices, _decisions, _vanished)
