"""Duties worked out again from the facts, to see whether anything would differ; nothing is written (Art. 20).

A duty that somebody changed by hand, or that a fault of the software left behind, shows here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import rows_among, table_of
from registry.tables import Duty, DutyTouch
from registry.transitions.duties.settling import Rules, settle
from registry.transitions.duties.subjects import subjects
from regulation.duties import DutyKind, DutyState

CHUNK = 1_000
_duty, _touch = table_of(Duty), table_of(DutyTouch)
_BY_TIME = {DutyState.RUNNING, DutyState.OVERDUE, DutyState.PAUSED}
"""States that follow one another by time alone; the next sweep sees to them."""


@dataclass(slots=True)
class Rechecked:
    """How many duties were looked at; the ids of those that differ from the facts, of subjects that have duties the
    registry lacks, and of subjects that only wait: for the next sweep, or for a sound policy of their unit."""

    duties: int = 0
    differ: list[UUID] = field(default_factory=list)
    lacking: list[UUID] = field(default_factory=list)
    waiting: list[UUID] = field(default_factory=list)
    last: UUID | None = None

    def add(self, other: Rechecked) -> None:
        """Count `other` in; its `last` is where to go on."""
        self.duties += other.duties
        self.differ += other.differ
        self.lacking += other.lacking
        self.waiting += other.waiting
        self.last = other.last


def recheck(act: Act, kind: DutyKind, rules: Rules, after: UUID | None = None, limit: int = CHUNK) -> Rechecked:
    """Work out again the duties about up to `limit` subjects, those after `after`; the act is taken back.

    `last` is empty once none are left.
    """
    act.take_back()
    looked_at = subjects(act, kind, after, limit)
    touched = _touched(act, kind, looked_at)
    settled_ones = [one for one in looked_at if one not in touched]
    before = _standing(act, kind, settled_ones)
    done = settle(act, kind, settled_ones, rules)
    now = _standing(act, kind, settled_ones)
    return Rechecked(
        duties=len(before),
        differ=[duty for duty, standing in before.items() if standing != now.get(duty)],
        lacking=sorted({standing[0] for duty, standing in now.items() if duty not in before}),
        waiting=sorted({*touched, *done.waiting}),
        last=looked_at[-1] if looked_at else None,
    )


def _touched(act: Act, kind: DutyKind, subjects: Iterable[UUID]) -> set[UUID]:
    query = select(_touch.c.subject_id).where(_touch.c.kind == kind)
    return {row.subject_id for row in rows_among(act.connection, query, _touch.c.subject_id, subjects)}


def _standing(act: Act, kind: DutyKind, subjects: Iterable[UUID]) -> dict[UUID, tuple[Any, ...]]:
    """What of each duty follows from the facts, whatever the time."""
    query = select(_duty).where(_duty.c.kind == kind)
    return {
        row.id: (
            row.subject_id,
            row.clock,
            row.clock_started_at,
            row.due_at,
            row.met_at,
            None if row.state in _BY_TIME else row.state,
            row.next_at is None,
        )
        for row in rows_among(act.connection, query, _duty.c.subject_id, subjects)
    }
