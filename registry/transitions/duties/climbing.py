"""The ladder being climbed: who hears of which duty is recorded once, whatever crashes or runs twice (Art. 16, 20).

A sweep goes through what is due in batches, each an act of its own. A person's lines gather in one notice a sweep,
which is queued when the sweep ends; what a killed sweep gathered, the next one queues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, type_coerce

from registry.act import Act
from registry.bulk import garbage_of_before_left_alone, rows_among, table_of, update_rows
from registry.queries.organisation import Organisation
from registry.tables import DecisionKind, Duty, DutyDecision
from registry.transitions.duties.settling import Rules, next_look, record_overdue
from registry.transitions.notices.gathering import Gathering
from registry.types import OftenSame
from regulation.duties import DutyKind, DutyState
from regulation.errors import ConfigurationError
from regulation.ladder import STEPS, Step, offsets
from regulation.recipients import Recipient, recipients

BATCH = 10_000
TRY_AGAIN = timedelta(hours=1)
"""Where nobody holds any of the roles above a duty, it is asked again who does."""

_duty = table_of(Duty)


class _Due(NamedTuple):
    """A duty whose next moment has come."""

    id: UUID
    kind: DutyKind
    clock_started_at: datetime
    due_at: datetime
    state: DutyState
    level: int
    unit_id: UUID
    owed_by_id: UUID | None


_OF_MANY = ("unit_id", "owed_by_id")
_COLUMNS = [type_coerce(_duty.c[name], OftenSame) if name in _OF_MANY else _duty.c[name] for name in _Due._fields]


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
        rows = list(map(_Due._make, act.connection.execute(self._due(act.at, limit))))
        batch = _Batch(act, self.rules, organisation, _paused_until(act, rows))
        for row in rows:
            batch.climb(row)
        update_rows(act.connection, Duty, batch.changed)
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
    """One step of one duty, and who is told; each recipient is a person."""

    duty_id: UUID
    step: Step
    recipients: tuple[Recipient, ...]
    planned_at: datetime
    due_at: datetime


def _paused_until(act: Act, rows: Sequence[_Due]) -> dict[UUID, datetime]:
    paused = [row.id for row in rows if row.state is DutyState.PAUSED]
    decision = table_of(DutyDecision).c
    query = select(decision.duty_id, decision.until).where(decision.kind == DecisionKind.PAUSE)
    found = rows_among(act.connection, query.order_by(decision.until), decision.duty_id, paused)
    return {row.duty_id: row.until for row in found}  # of several pauses of a duty the last


class _Hearing(NamedTuple):
    """Who can be told at a step, and for how many there is nobody."""

    told: tuple[Recipient, ...]
    untold: int


@dataclass(slots=True)
class _Alike:
    """What duties of one kind, unit and officer have in common: a policy, and who hears at which step."""

    zone: ZoneInfo
    rungs: dict[date, tuple[timedelta, ...]] = field(default_factory=dict)
    hearing: dict[int, _Hearing] = field(default_factory=dict)


@dataclass(slots=True)
class _Batch:
    act: Act
    rules: Rules
    organisation: Organisation
    paused_until: Mapping[UUID, datetime]
    done: Climbed = field(default_factory=Climbed)
    changed: list[dict[str, Any]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    overdue: dict[tuple[UUID, DutyKind], list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _alike: dict[tuple[UUID, DutyKind, UUID | None], _Alike] = field(default_factory=dict)

    def climb(self, row: _Due) -> None:
        """Climb every rung of the duty whose time has come, and note when the next one comes. A rung is told to whoever
        can be told; only where there is nobody at all it is tried again later."""
        now, due, level = self.act.at, row.due_at, row.level
        until = self.paused_until.get(row.id)
        if until is not None and until > now:
            self._note(row, level, row.state, until)
            return
        alike = self._of(row)
        rungs = self._rungs(row, alike)
        while level < len(STEPS) and (planned_at := due + rungs[level]) <= now:
            if not self._tell(row, alike, level, planned_at):
                self._note(row, level, self._state(due), next_look(due, now + TRY_AGAIN, now))
                return
            level += 1
        self._note(row, level, self._state(due), next_look(due, planned_at if level < len(STEPS) else None, now))

    def _of(self, row: _Due) -> _Alike:
        key = (row.unit_id, row.kind, row.owed_by_id)
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = _Alike(self.organisation.zone(row.unit_id))
        return found

    def _rungs(self, row: _Due, alike: _Alike) -> tuple[timedelta, ...]:
        day = row.clock_started_at.astimezone(alike.zone).date()
        found = alike.rungs.get(day)
        if found is None:
            found = alike.rungs[day] = offsets(row.kind, self.rules.policy_of(row.unit_id), day)
        return found

    def _state(self, due: datetime) -> DutyState:
        return DutyState.OVERDUE if self.act.at > due else DutyState.RUNNING

    def _note(self, row: _Due, level: int, state: DutyState, next_at: datetime | None) -> None:
        self.changed.append({"id": row.id, "level": level, "state": state, "next_at": next_at})
        if state is DutyState.OVERDUE and row.state is not DutyState.OVERDUE:
            self.overdue[row.unit_id, row.kind].append(row.id)

    def _tell(self, row: _Due, alike: _Alike, level: int, planned_at: datetime) -> bool:
        hearing = alike.hearing.get(level)
        if hearing is None:
            hearing = alike.hearing[level] = self._heard_by(row, STEPS[level])
        self.done.untold += hearing.untold
        if not hearing.told:
            return False
        self.told.append(Told(row.id, STEPS[level], hearing.told, planned_at, row.due_at))
        self.done.lines += len(hearing.told)
        self.done.behind = max(self.done.behind, self.act.at - planned_at)
        return True

    def _heard_by(self, row: _Due, step: Step) -> _Hearing:
        chain = self.organisation.chain(row.unit_id)
        found = recipients(
            row.kind,
            step,
            row.owed_by_id,
            chain,
            self.organisation.holdings(chain),
            self.act.at,
            self.organisation.gone,
        )
        told = tuple(one for one in found if one.person_id is not None)
        return _Hearing(told, len(found) - len(told))

    def tell_overdue(self) -> None:
        """The ledger hears of what has fallen due."""
        for (unit_id, kind), ids in self.overdue.items():
            self.done.overdue += len(ids)
            record_overdue(self.act, kind, unit_id, ids)
