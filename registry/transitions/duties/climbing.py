"""The ladder being climbed: who hears of which duty is recorded once, whatever crashes or runs twice (Art. 16, 20).

A sweep goes through what is due in batches, each an act of its own. A person's lines gather in one notice a sweep,
which is queued when the sweep ends; what a killed sweep gathered, the next one queues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, String, Uuid, cast, func, select

from registry.act import Act
from registry.bulk import garbage_of_before_left_alone, rows_among, table_of
from registry.columns import update_written, writer
from registry.ledger.chain import id_text
from registry.queries.organisation import Organisation
from registry.tables import DecisionKind, Duty, DutyDecision
from registry.transitions.duties.settling import Rules, next_look, record_overdue
from registry.transitions.notices.gathering import Gathering
from regulation.duties import DutyKind, DutyState
from regulation.errors import ConfigurationError
from regulation.ladder import STEPS, Step, offsets
from regulation.recipients import Recipient, Roster, recipients

BATCH = 10_000
TRY_AGAIN = timedelta(hours=1)
"""Where nobody holds any of the roles above a duty, it is asked again who does."""

_duty = table_of(Duty)
_CHANGED = ("level", "state", "next_at")


class _Due(NamedTuple):
    """A duty whose next moment has come. Ids are hexadecimal digits."""

    id: str
    kind: DutyKind
    clock_started_at: datetime
    due_at: datetime
    state: DutyState
    level: int
    unit_id: str
    owed_by_id: str | None


def _digits(column: Column[UUID]) -> ColumnElement[str]:
    # To make objects of the ids of ten thousand duties takes longer than to find them.
    return func.replace(cast(column, String), "-", "")


_COLUMNS = [
    _digits(column) if isinstance(column.type, Uuid) else column for column in (_duty.c[name] for name in _Due._fields)
]


@dataclass(slots=True)
class Climbed:
    """What a batch did: `considered` duties, of which `overdue` fell due, `lines` told, `untold` for want of anybody
    to tell; `behind` is by how much the latest was late."""

    considered: int = 0
    overdue: int = 0
    lines: int = 0
    untold: int = 0
    behind: timedelta = timedelta()

    def add(self, other: Climbed) -> None:
        """Count `other` in."""
        self.considered += other.considered
        self.overdue += other.overdue
        self.lines += other.lines
        self.untold += other.untold
        self.behind = max(self.behind, other.behind)


@dataclass(slots=True)
class Climber:
    """One sweep's way through the batches. `organisation` is who stands where at the moment of the batch."""

    rules: Rules
    gathering: Gathering
    refused: dict[UUID, ConfigurationError] = field(default_factory=dict)

    def climb(self, act: Act, organisation: Organisation, limit: int = BATCH) -> Climbed:
        """Take up to `limit` duties whose next moment has come one or more rungs up. Nothing left: none considered."""
        self._look_at_policies(organisation)
        with garbage_of_before_left_alone():
            return self._climb(act, organisation, limit)

    def _climb(self, act: Act, organisation: Organisation, limit: int) -> Climbed:
        # Not the driver's rows: to name a column of one takes ten times as long.
        rows = list(map(_Due._make, act.connection.execute(self._due(act.at, limit)).all()))
        batch = _Batch(act, self.rules, organisation, _paused_until(act, rows))
        for row in rows:
            batch.climb(row)
        update_written(act.connection, _duty, ("id", *_CHANGED), batch.changed)
        self.gathering.add(act, batch.told)
        batch.tell_overdue()
        batch.done.considered = len(rows)
        return batch.done

    def _look_at_policies(self, organisation: Organisation) -> None:
        """Units without a sound policy are left out, and named; the others are served."""
        for unit_id in organisation.units:
            try:
                self.rules.policy_of(unit_id)
            except ConfigurationError as refusal:
                self.refused[unit_id] = refusal

    def _due(self, now: datetime, limit: int) -> Any:
        query = select(*_COLUMNS).where(_duty.c.next_at <= now)
        if self.refused:
            query = query.where(_duty.c.unit_id.not_in(list(self.refused)))
        return query.order_by(_duty.c.next_at).limit(limit)


class Told(NamedTuple):
    """One step of one duty, whose id is its hexadecimal digits, and who is told; each recipient is a person."""

    duty_id: str
    step: Step
    recipients: tuple[Recipient, ...]
    planned_at: datetime
    due_at: datetime


def _paused_until(act: Act, rows: Iterable[_Due]) -> dict[str, datetime]:
    paused = [UUID(row.id) for row in rows if row.state is DutyState.PAUSED]
    decision = table_of(DutyDecision).c
    query = select(decision.duty_id, decision.until).where(decision.kind == DecisionKind.PAUSE)
    found = rows_among(act.connection, query.order_by(decision.until), decision.duty_id, paused)
    return {row.duty_id.hex: row.until for row in found}  # of several pauses of a duty the last


class _Hearing(NamedTuple):
    """Who can be told at a step, and for how many there is nobody."""

    told: tuple[Recipient, ...]
    untold: int


@dataclass(slots=True)
class _Alike:
    """What duties of one kind, unit and officer have in common: a policy, and who hears at which step."""

    unit_id: UUID
    zone: ZoneInfo
    rungs: dict[date, tuple[timedelta, ...]] = field(default_factory=dict)
    hearing: dict[int, _Hearing] = field(default_factory=dict)


class _Batch:
    def __init__(
        self, act: Act, rules: Rules, organisation: Organisation, paused_until: Mapping[str, datetime]
    ) -> None:
        self.done = Climbed()
        self.changed: list[tuple[Any, ...]] = []
        self.told: list[Told] = []
        self._act, self._now = act, act.at
        self._rules, self._organisation, self._paused_until = rules, organisation, paused_until
        self._write = [writer(act.connection, _duty.c[name]) for name in _CHANGED]
        self._overdue: dict[tuple[str, DutyKind], list[str]] = defaultdict(list)
        self._rosters: dict[UUID, Roster] = {}
        self._alike: dict[tuple[str, DutyKind, str | None], _Alike] = {}

    def climb(self, row: _Due) -> None:
        """Climb every rung of the duty whose time has come, and note when the next one comes. A rung is told to whoever
        can be told; only where there is nobody at all it is tried again later."""
        now, due = self._now, row.due_at
        until = self._paused_until.get(row.id)
        if until is not None and until > now:
            self._note(row, row.level, row.state, until)
            return
        level, rung_at = self._up(row)
        self._note(row, level, DutyState.OVERDUE if now > due else DutyState.RUNNING, next_look(due, rung_at, now))

    def _up(self, row: _Due) -> tuple[int, datetime | None]:
        """The level reached, and when the next rung is asked for; None at the top."""
        alike = self._alike.get((row.unit_id, row.kind, row.owed_by_id)) or self._new_alike(row)
        day = row.clock_started_at.astimezone(alike.zone).date()
        rungs = alike.rungs.get(day) or self._rungs(row, alike, day)
        for level in range(row.level, len(STEPS)):
            rung_at = row.due_at + rungs[level]
            if rung_at > self._now:
                return level, rung_at
            if not self._tell(row, alike, level, rung_at):
                return level, self._now + TRY_AGAIN
        return len(STEPS), None

    def _new_alike(self, row: _Due) -> _Alike:
        unit_id = UUID(row.unit_id)
        found = _Alike(unit_id, self._organisation.zone(unit_id))
        self._alike[row.unit_id, row.kind, row.owed_by_id] = found
        return found

    def _rungs(self, row: _Due, alike: _Alike, day: date) -> tuple[timedelta, ...]:
        found = alike.rungs[day] = offsets(row.kind, self._rules.policy_of(alike.unit_id), day)
        return found

    def _note(self, row: _Due, level: int, state: DutyState, next_at: datetime | None) -> None:
        write_level, write_state, write_next = self._write
        self.changed.append((row[0], write_level(level), write_state(state), write_next(next_at)))
        if state is DutyState.OVERDUE and row.state is not DutyState.OVERDUE:
            self._overdue[row.unit_id, row.kind].append(row.id)

    def _tell(self, row: _Due, alike: _Alike, level: int, planned_at: datetime) -> bool:
        hearing = alike.hearing.get(level)
        if hearing is None:
            hearing = alike.hearing[level] = self._heard_by(row, alike, STEPS[level])
        told, done = hearing.told, self.done
        done.untold += hearing.untold
        if not told:
            return False
        self.told.append(Told(row.id, STEPS[level], told, planned_at, row.due_at))
        done.lines += len(told)
        done.behind = max(done.behind, self._now - planned_at)
        return True

    def _heard_by(self, row: _Due, alike: _Alike, step: Step) -> _Hearing:
        owed_by = None if row.owed_by_id is None else UUID(row.owed_by_id)
        found = recipients(row.kind, step, owed_by, self._roster(alike.unit_id))
        told = tuple(one for one in found if one.person_id is not None)
        return _Hearing(told, len(found) - len(told))

    def _roster(self, unit_id: UUID) -> Roster:
        found = self._rosters.get(unit_id)
        if found is None:
            chain = self._organisation.chain(unit_id)
            held, gone = self._organisation.holdings(chain), self._organisation.gone
            found = self._rosters[unit_id] = Roster(chain, held, self._now, gone)
        return found

    def tell_overdue(self) -> None:
        """The ledger hears of what has fallen due."""
        for (unit_id, kind), duty_ids in self._overdue.items():
            self.done.overdue += len(duty_ids)
            record_overdue(self._act, kind, UUID(unit_id), list(map(id_text, duty_ids)))
