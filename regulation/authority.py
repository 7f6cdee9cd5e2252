"""Who may do what at a given moment (Art. 6, 7, 15, 16; acting appointments count while they last).

Pure functions over appointments given as data: a decision is judged by who held the role *at that moment*, not now.
`check_x` raises `ActionDenied` naming the article, `can_x` returns a bool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulation.clock import as_utc
from regulation.duties import RULES, DutyKind
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


_LEADERS = (Role.DEPARTMENT_HEAD, Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER)
"""Who may excuse or pause a duty, from the lowest up (chosen: the text does not speak of it)."""


@dataclass(frozen=True, slots=True)
class DutyQuestion:
    """The duty that is to be excused or paused.

    `owed_by` is None where no one person is known: then whoever holds the role of the kind's rule owes it. `unit_chain`
    is the duty's unit and those above it.
    """

    kind: DutyKind
    owed_by: UUID | None
    unit_chain: Collection[UUID]


def can_excuse_duty(person: UUID, question: DutyQuestion, holdings: Collection[Holding], at: datetime) -> bool:
    """Whether `person` may excuse or pause the duty: a department head or a leader above, but never on their own duty.

    A leader's own duty goes one role up, the principal leader's to the city-level supervision; so `holdings` are
    those of the whole chain, not only the person's. Raises `ValueError` when `at` has no zone.
    """
    chain = question.unit_chain
    if person == question.owed_by:
        return False
    if question.owed_by is None and holds(RULES[question.kind].owed_by, holdings, person, chain, at):
        return False
    return any(holds(role, holdings, person, chain, at) for role in _above(question, holdings, at))


def check_excuse_duty(person: UUID, question: DutyQuestion, holdings: Collection[Holding], at: datetime) -> None:
    """Raise `ActionDenied` with the article of the duty unless `can_excuse_duty`."""
    if not can_excuse_duty(person, question, holdings, at):
        raise ActionDenied(
            "Only the department head or a leader above may excuse or pause a duty, and nobody their own.",
            article=RULES[question.kind].article,
            subject=str(person),
        )


def _above(question: DutyQuestion, holdings: Collection[Holding], at: datetime) -> tuple[Role, ...]:
    """The roles above whoever owes the duty."""
    if question.owed_by is None:
        return _LEADERS
    held = [holds(role, holdings, question.owed_by, question.unit_chain, at) for role in _LEADERS]
    lowest = max((place + 1 for place, holding in enumerate(held) if holding), default=0)
    return _LEADERS[lowest:] or (Role.SUPERVISOR,)


def can_confirm_arrival(
    person: UUID, officers: Collection[UUID], unit_chain: Collection[UUID], holdings: Iterable[Holding], at: datetime
) -> bool:
    """Whether `person` may confirm that what came over the air has arrived (Art. 16): one of the `officers` who made
    it, or the unit's device administrator."""
    return person in officers or holds(Role.DEVICE_ADMINISTRATOR, holdings, person, unit_chain, at)


def check_confirm_arrival(
    person: UUID, officers: Collection[UUID], unit_chain: Collection[UUID], holdings: Iterable[Holding], at: datetime
) -> None:
    """Raise `ActionDenied` (Art. 16) unless `can_confirm_arrival`."""
    if not can_confirm_arrival(person, officers, unit_chain, holdings, at):
        raise ActionDenied(
            "Only who made a recording of it, or the unit's device administrator, may confirm its arrival.",
            article="Art. 16",
            subject=str(person),
        )


def can_report_return(
    person: UUID, officers: Collection[UUID], unit_chain: Collection[UUID], holdings: Collection[Holding], at: datetime
) -> bool:
    """Whether `person` may report the return of an activity (Art. 16): one of its `officers`, or on their word the
    unit's device administrator or department head."""
    seats = (Role.DEVICE_ADMINISTRATOR, Role.DEPARTMENT_HEAD)
    return person in officers or any(holds(role, holdings, person, unit_chain, at) for role in seats)


def check_report_return(
    person: UUID, officers: Collection[UUID], unit_chain: Collection[UUID], holdings: Collection[Holding], at: datetime
) -> None:
    """Raise `ActionDenied` (Art. 16) unless `can_report_return`."""
    if not can_report_return(person, officers, unit_chain, holdings, at):
        raise ActionDenied(
            "Only an officer of the activity, the unit's device administrator or its department head reports a return.",
            article="Art. 16",
            subject=str(person),
        )
