"""Duties brought to what the facts say: opened, re-timed, met. Never ticked off (Art. 6, 7, 15, 16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.tables import DecisionKind, Duty, DutyDecision
from registry.transitions.duties.facts import QUESTIONS
from registry.transitions.duties.owed import Owed
from registry.types import new_id
from regulation.duties import RULES, DutyKind, DutyState, Facts, due_at, state_at
from regulation.errors import ConfigurationError
from regulation.ladder import next_at
from regulation.policy import Policy

_duty, _decision = table_of(Duty), table_of(DutyDecision)
_CHANGING = ("clock", "clock_started_at", "due_at", "state", "level", "next_at", "met_at")
_TOLD = ("clock", "clock_started_at", "due_at")
"""What the ledger hears of when it changes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What duties are judged by: the policy of each unit, by the unit's id, and which days are working days.

    `policy_of` raises `ConfigurationError` for a unit whose policy is not sound.
    """

    policy_of: Callable[[UUID], Policy]
    is_working_day: Callable[[date], bool]


@dataclass(slots=True)
class Settled:
    """How many duties were opened, changed, met, or found overdue; and the subjects that wait for a sound policy of
    their unit."""

    opened: int = 0
    changed: int = 0
    met: int = 0
    overdue: int = 0
    refused: dict[UUID, ConfigurationError] = field(default_factory=dict)
    waiting: set[UUID] = field(default_factory=set)

    def add(self, other: Settled) -> None:
        """Count `other` in."""
        self.opened += other.opened
        self.changed += other.changed
        self.met += other.met
        self.overdue += other.overdue
        self.refused |= other.refused
        self.waiting |= other.waiting


def settle(act: Act, kind: DutyKind, subject_ids: Iterable[UUID], rules: Rules) -> Settled:
    """Bring the duties of `kind` about these subjects to what the facts say at the act's time.

    Asked again it changes nothing. Subjects of a unit whose policy is not sound are left as they are and named in
    `waiting`; the other units' are settled.
    """
    ids = set(subject_ids)
    known = _known(act, kind, ids)
    decisions = _decisions(act, [duty.id for duties in known.values() for duty in duties])
    settling = _Settling(act, kind, rules)
    for owed in QUESTIONS[kind](act, ids, known):
        now = next((one for one in known.get(owed.subject_id, ()) if one.owed_by_id == owed.owed_by_id), None)
        settling.settle(owed, now, decisions.get(now.id, []) if now is not None else [])
    settling.write()
    return settling.done


def facts_of(owed: Owed, decisions: Iterable[AnyRow]) -> Facts:
    """What `regulation.duties` judges: the facts of a duty and what was decided about it."""
    excused, pauses = None, list[tuple[datetime, datetime]]()
    for one in decisions:
        if one.kind is DecisionKind.EXCUSE:
            excused = one.at
        else:
            pauses.append((one.at, one.until))
    return Facts(owed.clock, owed.clock_started_at, owed.met_at, excused, tuple(sorted(pauses)))


def _known(act: Act, kind: DutyKind, subject_ids: Collection[UUID]) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    query = select(_duty).where(_duty.c.kind == kind)
    for row in rows_among(act.connection, query, _duty.c.subject_id, subject_ids):
        found[row.subject_id].append(row)
    return found


def _decisions(act: Act, duty_ids: Collection[UUID]) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows_among(act.connection, select(_decision), _decision.c.duty_id, duty_ids):
        found[row.duty_id].append(row)
    return found


@dataclass(slots=True)
class _Settling:
    """The rows to write, gathered."""

    act: Act
    kind: DutyKind
    rules: Rules
    done: Settled = field(default_factory=Settled)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    overdue: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def settle(self, owed: Owed, now: AnyRow | None, decisions: Collection[AnyRow]) -> None:
        try:
            policy = self.rules.policy_of(owed.unit_id)
        except ConfigurationError as refusal:
            self.done.refused[owed.unit_id] = refusal
            self.done.waiting.add(owed.subject_id)
            return
        level = 0 if now is None else now.level
        standing = standing_of(self.kind, owed, facts_of(owed, decisions), level, policy, self.rules, self.act.at)
        if now is None:
            self._open(owed, standing, policy)
        elif any(getattr(now, name) != standing[name] for name in _CHANGING):
            self._change(now, standing, policy)

    def _open(self, owed: Owed, standing: dict[str, Any], policy: Policy) -> None:
        row = {
            "id": new_id(),
            "kind": self.kind,
            "article": RULES[self.kind].article,
            "subject_id": owed.subject_id,
            "unit_id": owed.unit_id,
            "owed_by_id": owed.owed_by_id,
            "opened_at": self.act.at,
            **standing,
        }
        self.new.append(row)
        self.done.opened += 1
        facts = {"subject_id": owed.subject_id, "owed_by_id": owed.owed_by_id, "policy": policy.version}
        self._tell(Event.DUTY_OPENED, row["id"], owed.unit_id, standing, facts)
        if standing["met_at"] is not None:
            self._met(row["id"], owed.unit_id, standing)
        self._note_overdue(row["id"], owed.unit_id, None, standing)

    def _change(self, now: AnyRow, standing: dict[str, Any], policy: Policy) -> None:
        self.changed.append({"id": now.id} | standing)
        if any(getattr(now, name) != standing[name] for name in _TOLD):
            self.done.changed += 1
            self._tell(Event.DUTY_CHANGED, now.id, now.unit_id, standing, {"policy": policy.version})
        if standing["met_at"] != now.met_at and standing["met_at"] is not None:
            self._met(now.id, now.unit_id, standing)
        self._note_overdue(now.id, now.unit_id, now.state, standing)

    def _note_overdue(
        self, duty_id: UUID, unit_id: UUID, before: DutyState | None, standing: Mapping[str, Any]
    ) -> None:
        if standing["state"] is DutyState.OVERDUE and before is not DutyState.OVERDUE:
            self.overdue[unit_id].append(duty_id)

    def _met(self, duty_id: UUID, unit_id: UUID, standing: dict[str, Any]) -> None:
        self.done.met += 1
        facts = {"kind": self.kind.value, "met_at": standing["met_at"], "state": standing["state"].value}
        self._record(Event.DUTY_MET, duty_id, unit_id, facts)

    def _tell(
        self, event: Event, duty_id: UUID, unit_id: UUID, standing: dict[str, Any], more: Mapping[str, Any]
    ) -> None:
        facts = {
            "kind": self.kind.value,
            "clock": standing["clock"].value,
            "clock_started_at": standing["clock_started_at"],
            "due_at": standing["due_at"],
        }
        self._record(event, duty_id, unit_id, facts | dict(more))

    def _record(self, event: Event, duty_id: UUID, unit_id: UUID, facts: Mapping[str, Any]) -> None:
        self.act.record(event, "duty", duty_id, facts, unit_id=unit_id, article=RULES[self.kind].article)

    def write(self) -> None:
        insert_rows(self.act.connection, Duty, self.new)
        update_rows(self.act.connection, Duty, self.changed)
        for unit_id, ids in self.overdue.items():
            self.done.overdue += len(ids)
            record_overdue(self.act, self.kind, unit_id, ids)


def record_overdue(act: Act, kind: DutyKind, unit_id: UUID, duty_ids: Sequence[UUID] | Sequence[str]) -> None:
    """One entry a unit and kind: a thousand duties that fall due together are one event. Ids may be text already."""
    facts = {"kind": kind.value, "duties": duty_ids}
    act.record(Event.DUTY_OVERDUE, "unit", unit_id, facts, unit_id=unit_id, article=RULES[kind].article)


def standing_of(
    kind: DutyKind, owed: Owed, facts: Facts, level: int, policy: Policy, rules: Rules, now: datetime
) -> dict[str, Any]:
    """The columns of a duty that follow from its facts, the rungs climbed and the time."""
    zone, started = ZoneInfo(owed.zone), owed.clock_started_at
    due = due_at(kind, facts, policy, zone, rules.is_working_day)
    rung = None if started is None else next_at(kind, due, level, policy, started.astimezone(zone).date())
    state = state_at(facts, due, now)
    return {
        "clock": owed.clock,
        "clock_started_at": started,
        "due_at": due,
        "state": state,
        "level": level,
        "next_at": _next_moment(facts, state, due, rung, now),
        "met_at": owed.met_at,
    }


def _next_moment(
    facts: Facts, state: DutyState, due: datetime | None, rung_at: datetime | None, now: datetime
) -> datetime | None:
    """When something next happens to a duty by itself: a rung, or the end of a pause."""
    if state is DutyState.PAUSED:
        return facts.paused_until(now)
    if due is None or state not in (DutyState.RUNNING, DutyState.OVERDUE):
        return None
    return next_look(due, rung_at, now)


def next_look(due: datetime, rung_at: datetime | None, now: datetime) -> datetime | None:
    """When a running duty is looked at next: at its next rung, and right after it is due where that comes first. At the
    very moment it is due it is not overdue yet, and a duty that was given more time has its lower rungs behind it."""
    if now > due:
        return rung_at
    return min(rung_at or _after(due), _after(due))


def _after(due: datetime) -> datetime:
    return due + timedelta(microseconds=1)
