"""What access depends on: whose footage it is, and who may decide a step now (Art. 17)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from registry.bulk import Among, AnyRow, table_of
from registry.queries.destroying import being_destroyed
from registry.queries.organisation import UNITS_KNOWN, holders_at, roles_at, units_above
from registry.tables import (
    AccessAssignment,
    AccessDecision,
    AccessDecisionItem,
    AccessItem,
    AccessRequest,
    AccessStep,
    AccessStepItem,
    Assigned,
    Person,
    Recording,
    RecordingMarking,
    RecordingState,
    Unit,
)
from regulation.access import Deciders, Footage, PassedOver, deciders
from regulation.access_terms import Given, Range, Terms
from regulation.authority import Holding
from regulation.recipients import ONE_UP
from regulation.vocabulary import Marking, Role, UnitLevel

_recording, _marking = table_of(Recording), table_of(RecordingMarking)
_item, _step, _step_item = table_of(AccessItem), table_of(AccessStep), table_of(AccessStepItem)
_assignment, _decision = table_of(AccessAssignment), table_of(AccessDecision)
_given, _request = table_of(AccessDecisionItem), table_of(AccessRequest)
_person, _unit = table_of(Person), table_of(Unit)

_BORNE = Among(
    select(_marking.c.recording_id, _marking.c.marking).where(_marking.c.lifted_at.is_(None)), _marking.c.recording_id
)
_LAST_MARKED = Among(
    select(_marking.c.recording_id, func.max(_marking.c.placed_at).label("at"))
    .where(_marking.c.lifted_at.is_(None))
    .group_by(_marking.c.recording_id),
    _marking.c.recording_id,
)
_WANTED = (
    select(_item, *(_recording.c[name] for name in ("unit_id", "duration_seconds", "state")))
    .join_from(_item, _recording, _recording.c.id == _item.c.recording_id)
    .where(_item.c.request_id == bindparam("request_id"))
    .order_by(_item.c.id)
)
_STEPS_IN = (
    select(_step)
    .where(_step.c.request_id == bindparam("request_id"), _step.c.round == bindparam("of_round"))
    .order_by(_step.c.position)
)
_STEP_ITEMS = Among(select(_step_item), _step_item.c.step_id)
_PARTS_GIVEN, _DECIDED = Among(select(_given), _given.c.step_id), Among(select(_decision), _decision.c.step_id)
_ASKED_OF = (  # one row at least: whoever typed the request in
    select(_request.c.entered_by_id, *(_assignment.c[name] for name in ("step_id", "person_id", "successor_id")))
    .add_columns(_assignment.c.ended_at, _assignment.c.ended_why)
    .select_from(
        _request.outerjoin(_step, _step.c.request_id == _request.c.id).outerjoin(
            _assignment, _assignment.c.step_id == _step.c.id
        )
    )
    .where(_request.c.id == bindparam("request_id"))
)
_LEFT = Among(
    select(_person.c.id, _person.c.left_on, _unit.c.zone)
    .join_from(_person, _unit, _unit.c.id == _person.c.unit_id)
    .where(_person.c.left_on.is_not(None)),
    _person.c.id,
)


def units_upward(session: Session, unit_id: UUID) -> list[Unit]:
    """The unit first, then those above it, the nearest first. Asked for once a session."""
    known: dict[UUID, Unit] = session.info.setdefault(UNITS_KNOWN, {})
    if unit_id not in known:
        known |= {unit.id: unit for unit in units_above(session, unit_id)}
    units = [known[unit_id]]
    while (above := units[-1].parent_id) is not None:
        units.append(known[above])
    return units


def codes_upward(session: Session, unit_id: UUID) -> list[str]:
    """Their codes: what the policy of the unit is asked for by."""
    return [unit.code for unit in units_upward(session, unit_id)]


def authority_of(session: Session, unit_id: UUID) -> UUID:
    """The enforcement unit (执法单位) that a department is of; above these, the unit itself."""
    upward = units_upward(session, unit_id)
    return next((one.id for one in upward if one.level is UnitLevel.UNIT), unit_id)


def markings_of(session: Session, recording_ids: Iterable[UUID]) -> dict[UUID, frozenset[Marking]]:
    """The markings that each of these recordings bears now; those without are left out."""
    found: dict[UUID, frozenset[Marking]] = {}
    for row in _BORNE.rows(session.connection(), recording_ids):
        found[row.recording_id] = found.get(row.recording_id, frozenset()) | {row.marking}
    return found


def last_marked(session: Session, recording_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these recordings was given the newest of the markings it bears."""
    return {row.recording_id: row.at for row in _LAST_MARKED.rows(session.connection(), recording_ids)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item of a request with the recording it is about; `is_sealed` is whether it can be had at all: it is not once
    it was destroyed, or that has begun."""

    footage: Footage
    recording_id: UUID
    part: Range
    duration: float | None
    is_sealed: bool


def wanted_of(session: Session, request_id: UUID) -> list[Wanted]:
    """What a request asks for, in the order in which it was entered."""
    rows = session.execute(_WANTED, {"request_id": request_id}).all()
    markings = markings_of(session, [row.recording_id for row in rows])
    going = being_destroyed(session, [row.recording_id for row in rows])
    authorities = {unit_id: authority_of(session, unit_id) for unit_id in {row.unit_id for row in rows}}
    return [
        Wanted(
            Footage(row.id, row.unit_id, authorities[row.unit_id], markings.get(row.recording_id, frozenset())),
            row.recording_id,
            Range(row.start_second, row.end_second),
            row.duration_seconds,
            row.state is RecordingState.SEALED and row.recording_id not in going,
        )
        for row in rows
    ]


def steps_in(session: Session, request_id: UUID, of_round: int) -> list[AnyRow]:
    """The steps of one round, in their order."""
    return list(session.execute(_STEPS_IN, {"request_id": request_id, "of_round": of_round}))


def step_items(session: Session, step_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """The items that each step is about."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    for row in _STEP_ITEMS.rows(session.connection(), step_ids):
        found[row.step_id] = (*found.get(row.step_id, ()), row.item_id)
    return found


def given_by(session: Session, step_ids: Collection[UUID]) -> dict[UUID, Given | None]:
    """What each decided step gives; None for one that denied."""
    parts: dict[UUID, dict[UUID, Range]] = {}
    for row in _PARTS_GIVEN.rows(session.connection(), step_ids):
        parts.setdefault(row.step_id, {})[row.item_id] = Range(row.start_second, row.end_second)
    decided = _DECIDED.rows(session.connection(), step_ids)
    return {row.step_id: _given_of(row, parts.get(row.step_id)) for row in decided}


def _given_of(decision: AnyRow, parts: Mapping[UUID, Range] | None) -> Given | None:
    if parts is None:
        return None
    return Given(Terms(decision.valid_from, decision.valid_until, decision.views, decision.copies), parts)


def aside_of(session: Session, request_id: UUID, step_id: UUID) -> set[UUID]:
    """Who does not decide this step: whoever stood aside from the request, passed this step on, or typed it in."""
    return _aside(_asked_of(session, request_id), step_id)


def _asked_of(session: Session, request_id: UUID) -> Sequence[AnyRow]:
    """Everybody who was asked to decide anything of the request, each beside whoever typed it in."""
    return session.execute(_ASKED_OF, {"request_id": request_id}).all()


def _aside(asked: Sequence[AnyRow], step_id: UUID) -> set[UUID]:
    ended = [one for one in asked if one.ended_at is not None]
    return {asked[0].entered_by_id} | {
        one.person_id for one in ended if one.ended_why is Assigned.STOOD_ASIDE or one.step_id == step_id
    }


def deciders_of(session: Session, step: AnyRow, requester_id: UUID, at: datetime) -> Deciders:
    """Who may decide the step at the moment `at`: the seat's holders, and whom one of them named if they may."""
    chain = [unit.id for unit in units_upward(session, step.unit_id)]
    holdings = holders_at(session, chain, at)
    asked = _asked_of(session, step.request_id)
    aside = _aside(asked, step.id)
    gone = gone_among(session, {one.person_id for one in holdings}, at)
    found = deciders(step.role, requester_id, aside, chain, holdings, at, gone)
    named = [one for one in _named(asked, step.id) if one not in aside | gone]
    return with_named(found, step.role, named, holdings)


NOBODY = UUID(int=0)
"""Who asks where nobody does."""


def deciders_over(
    session: Session, role: Role, unit_id: UUID, aside: Collection[UUID], at: datetime, asking: UUID = NOBODY
) -> Deciders:
    """Who answers from the seat `role` over the unit at the moment `at`, but nobody who is `aside`; then it goes one
    seat up, and it goes past a seat of `asking` as well."""
    chain = [unit.id for unit in units_upward(session, unit_id)]
    holdings = holders_at(session, chain, at)
    gone = gone_among(session, {one.person_id for one in holdings}, at)
    return deciders(role, asking, aside, chain, holdings, at, gone)


def with_named(found: Deciders, role: Role, named: Iterable[UUID], holdings: Iterable[Holding]) -> Deciders:
    """`found` and those who were `named`, as long as they hold a seat from which a step of `role` is decided."""
    seats = seats_from(role, found)
    able = {one.person_id for one in holdings if one.role in seats}
    more = [one for one in dict.fromkeys(named) if one in able and one not in found.people]
    return Deciders((*found.people, *more), found.role, found.passed)


def seats_from(role: Role, found: Deciders) -> tuple[Role, ...]:
    """The role and those above it, the lowest first, but for one that the requester holds: its other holders are their
    peers, and the question went past them."""
    roles = [role]
    while (above := ONE_UP.get(roles[-1])) is not None:
        roles.append(above)
    return tuple(one for one in roles if (one, PassedOver.OWN_REQUEST) not in found.passed)


def _named(asked: Iterable[AnyRow], step_id: UUID) -> list[UUID]:
    """Whom somebody left the step to, whether they were asked because of that or had been already."""
    return [one.successor_id for one in asked if one.step_id == step_id and one.successor_id is not None]


def gone_among(session: Session, people: Iterable[UUID], at: datetime) -> set[UUID]:
    """Which of these people have left by the moment `at`; the last day is still one of duty."""
    rows = _LEFT.rows(session.connection(), people)
    return {row.id for row in rows if row.left_on < at.astimezone(ZoneInfo(row.zone)).date()}


def in_office(session: Session, person_id: UUID, at: datetime) -> Person | None:
    """The person, unless there is none of this id or they have left by the moment `at`."""
    return None if gone_among(session, [person_id], at) else session.get(Person, person_id)


def roles_over(session: Session, person_id: UUID, unit_ids: Collection[UUID], at: datetime) -> set[Role]:
    """The roles that a person holds in these units at the moment `at`; none once they have left."""
    if gone_among(session, [person_id], at):
        return set()
    return {one.role for one in roles_at(session, person_id, at) if one.unit_id in unit_ids}
