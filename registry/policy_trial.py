"""The registry under another policy, as if that had held: what would have been late, told, released (Art. 14, 23).

Nothing is written. Memory stays the same, however much there is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from registry.bulk import AnyRow, chunked, rows_among, table_of
from registry.queries.retention import originals_of
from registry.tables import Duty, DutyDecision, Recording, RecordingState, Unit
from registry.transitions.duties.owed import Owed
from registry.transitions.duties.settling import Rules, facts_of
from regulation.duties import DutyKind, DutyState, due_at, state_at
from regulation.errors import ConfigurationError
from regulation.ladder import ladder, reached
from regulation.retention import Term, is_over, term_of

CHUNK = 1_000
MOST_NAMED = 20
"""Originals named of each unit and change; the others are counted."""

_duty, _decision, _unit = table_of(Duty), table_of(DutyDecision), table_of(Unit)
_recording = table_of(Recording)

_LATE = (DutyState.OVERDUE, DutyState.MET_LATE)


@dataclass(slots=True)
class Tried:
    """By unit: how many duties would have been late and in time instead, how many rungs told more or fewer; how many
    originals would be released earlier, later, never, or at last; and the first of them."""

    duties: Counter[tuple[str, str]] = field(default_factory=Counter)
    terms: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: dict[tuple[str, str], list[tuple[UUID, date | None, date | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    refused: dict[str, ConfigurationError] = field(default_factory=dict)


def try_policy(connection: Connection, now: Rules, draft: Rules, since: datetime, at: datetime) -> Tried:
    """Compare what holds `now` with the `draft`: for duties whose clocks started since `since`, and for every original
    that is there. Units whose policy is not sound, with the draft or now, are named in `refused`."""
    units = {row.id: row for row in connection.execute(select(_unit))}
    tried = Tried()
    for rows in _duties(connection, since):
        decisions = _decisions(connection, [row.id for row in rows])
        for row in rows:
            if _guarded(tried, units[row.unit_id].code, (now, draft), row.unit_id):
                _try_duty(tried, row, units[row.unit_id], decisions.get(row.id, []), now, draft, at)
    for ids in _originals(connection):
        for one in originals_of(connection, ids):
            code = units[one.unit_id].code
            if _guarded(tried, code, (now, draft), one.unit_id):
                today = one.day_at(at)
                terms = [term_of(one.footage, rules.policy_of(one.unit_id), one.zone, today) for rules in (now, draft)]
                _compare(tried, code, one.recording_id, terms[0], terms[1], today)
    return tried


def _guarded(tried: Tried, code: str, both: Iterable[Rules], unit_id: UUID) -> bool:
    if code in tried.refused:
        return False
    try:
        for rules in both:
            rules.policy_of(unit_id)
    except ConfigurationError as refusal:
        tried.refused[code] = refusal
        return False
    return True


def _duties(connection: Connection, since: datetime) -> Iterator[list[AnyRow]]:
    after: UUID | None = None
    while True:
        query = select(_duty).where(_duty.c.clock_started_at >= since).order_by(_duty.c.id).limit(CHUNK)
        rows = list(connection.execute(query if after is None else query.where(_duty.c.id > after)))
        if not rows:
            return
        after = rows[-1].id
        yield rows


def _decisions(connection: Connection, ids: Collection[UUID]) -> Mapping[UUID, list[AnyRow]]:
    found: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows_among(connection, select(_decision), _decision.c.duty_id, ids):
        found[row.duty_id].append(row)
    return found


def _try_duty(
    tried: Tried, row: AnyRow, unit: AnyRow, decisions: list[AnyRow], now: Rules, draft: Rules, at: datetime
) -> None:
    zone = ZoneInfo(unit.zone)
    owed = Owed(row.subject_id, row.owed_by_id, row.unit_id, unit.zone, row.clock, row.clock_started_at, row.met_at)
    facts, on = facts_of(owed, decisions), row.clock_started_at.astimezone(zone).date()
    found = []
    for rules in (now, draft):
        policy = rules.policy_of(row.unit_id)
        due = due_at(row.kind, facts, policy, zone, rules.is_working_day)
        assert due is not None  # its clock has started
        until = min(moment for moment in (facts.met_at, facts.excused_at, at) if moment is not None)
        rungs = len(reached(ladder(row.kind, due, policy, on), 0, until))
        found.append((state_at(facts, due, at) in _LATE, rungs))
    (was_late, told), (is_late, would_tell) = found
    kind = DutyKind(row.kind).value
    if is_late != was_late:
        tried.duties[unit.code, f"{kind}: {'late' if is_late else 'in time'} instead"] += 1
    if would_tell != told:
        tried.duties[unit.code, f"{kind}: rungs {'more' if would_tell > told else 'fewer'}"] += abs(would_tell - told)


def _originals(connection: Connection) -> Iterator[list[UUID]]:
    query = select(_recording.c.id).where(_recording.c.state == RecordingState.SEALED).order_by(_recording.c.id)
    after: UUID | None = None
    while True:
        rest = query if after is None else query.where(_recording.c.id > after)
        ids = list(connection.execute(rest.limit(CHUNK)).scalars())
        if not ids:
            return
        after = ids[-1]
        yield from chunked(ids, CHUNK)


def _compare(tried: Tried, code: str, recording_id: UUID, was: Term, would: Term, today: date) -> None:
    what = _change_of(was, would, today)
    if what is None:
        return
    tried.terms[code, what] += 1
    named = tried.named[code, what]
    if len(named) < MOST_NAMED:
        named.append((recording_id, was.due_on, would.due_on))


def _change_of(was: Term, would: Term, today: date) -> str | None:
    if was.due_on == would.due_on:
        return None
    if is_over(would.due_on, today) and not is_over(was.due_on, today):
        return "due now, where it is kept today"
    if would.due_on is None:
        return "kept without an end"
    if was.due_on is None or would.due_on < was.due_on:
        return "released earlier"
    return "kept longer"
