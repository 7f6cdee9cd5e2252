"""Who may do what at a given moment (Art. 15; acting appointments count while they last).

Pure functions over appointments given as data: a decision is judged by who held the role *at that moment*, not now.
`check_x` raises `ActionDenied` naming the article, `can_x` returns a bool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulation.clock import as_utc
from regulation.errors import ActionDenied
from regulation.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held in a unit from `valid_from` until, but not at, `valid_to` (None: still). `acting`: delegated."""

    person_id: UUID
    unit_id: UUID
    role: Role
    acting: bool
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, at: datetime) -> bool:
        """Whether the role is held at the moment `at`."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class FilingQuestion:
    """Who stands near a recording and the activity it is to be filed under.

    `activity_officers` took part in that activity, `recording_officer` made the recording (None: unknown), `unit_chain`
    is the unit that holds the recording and those above it whose administrators answer for it too.
    """

    activity_officers: Collection[UUID]
    recording_officer: UUID | None
    unit_chain: Collection[UUID]


def holds(role: Role, holdings: Iterable[Holding], person: UUID, unit_chain: Collection[UUID], at: datetime) -> bool:
    """Whether `person` holds `role` in one of the units of `unit_chain` at the moment `at`, acting or not.

    Raises `ValueError` when `at` has no zone.
    """
    moment = as_utc(at)
    return any(
        one.person_id == person and one.role is role and one.unit_id in unit_chain and one.covers(moment)
        for one in holdings
    )


def can_answer_filing(person: UUID, question: FilingQuestion, holdings: Iterable[Holding], at: datetime) -> bool:
    """Who enforces, files (Art. 15): an officer of the activity, the one who recorded, or the unit's administrator."""
    if person in question.activity_officers or person == question.recording_officer:
        return True
    return holds(Role.DEVICE_ADMINISTRATOR, holdings, person, question.unit_chain, at)


def check_answer_filing(person: UUID, question: FilingQuestion, holdings: Iterable[Holding], at: datetime) -> None:
    """Raise `ActionDenied` (Art. 15) unless `can_answer_filing`."""
    if not can_answer_filing(person, question, holdings, at):
        raise ActionDenied(
            "Only an officer of the activity, who recorded it, or the unit's device administrator may file this.",
            article="Art. 15",
            subject=str(person),
        )
