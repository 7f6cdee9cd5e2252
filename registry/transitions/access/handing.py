"""Somebody does not decide: they stand aside for a conflict of interest, or name another who may (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update

from registry.act import Act
from registry.bulk import AnyRow, storable, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import aside_of, deciders_of, roles_over, seats_from, steps_in
from registry.queries.organisation import unit_chain
from registry.tables import AccessAssignment, Assigned
from registry.transitions.access.common import open_step, tell_ledger
from registry.transitions.access.stepping import assign, note_asked
from registry.transitions.duties.touching import touch
from regulation.access import ARTICLE, check_decide
from regulation.access_terms import check_text
from regulation.duties import DutyKind
from regulation.errors import ActionDenied

_assignment = table_of(AccessAssignment)


def stand_aside(act: Act, step_id: UUID, by: UUID, reason: str) -> None:
    """Enter that person `by` has a conflict of interest: they decide nothing of this request, somebody else is asked.

    Raises `ActionDenied` unless `by` could decide the step, `FieldDenied` without a reason.
    """
    step, request = open_step(act, step_id)
    said = _checked(act, step, request, by, reason)
    open_ones = [one for one in steps_in(act.session, request.id, request.round) if _is_open(one)]
    theirs = [one for one in open_ones if by in deciders_of(act.session, one, request.requester_id, act.at).people]
    for one in theirs:
        _end(act, one, by, Assigned.STOOD_ASIDE, said, None)
    facts = {"step_id": step_id, "person_id": by, "why": Assigned.STOOD_ASIDE.value, "reason_sha256": digest_of(said)}
    tell_ledger(act, Event.ACCESS_HANDED_OVER, request, facts)
    for one in theirs:
        _ask_others(act, one, request)


def hand_over(act: Act, step_id: UUID, by: UUID, to: UUID, reason: str) -> None:
    """Enter that person `by` leaves the decision of a step to person `to`, who holds its seat or one above.

    Raises `ActionDenied` unless `by` could decide the step and `to` may; `FieldDenied` without a reason.
    """
    step, request = open_step(act, step_id)
    said = _checked(act, step, request, by, reason)
    _check_successor(act, step, request, by, to)
    _end(act, step, by, Assigned.PASSED_ON, said, to)
    facts = {
        "step_id": step_id,
        "person_id": by,
        "successor_id": to,
        "why": Assigned.PASSED_ON.value,
        "reason_sha256": digest_of(said),
    }
    tell_ledger(act, Event.ACCESS_HANDED_OVER, request, facts)
    if not _is_assigned(act, step, to):
        assign(act, step, [to], Assigned.NAMED)


def _checked(act: Act, step: AnyRow, request: AnyRow, by: UUID, reason: str) -> str:
    check_decide(by, deciders_of(act.session, step, request.requester_id, act.at))
    return storable(check_text("reason", reason))


def _is_open(step: AnyRow) -> bool:
    return step.opened_at is not None and step.closed_at is None


def _check_successor(act: Act, step: AnyRow, request: AnyRow, by: UUID, to: UUID) -> None:
    found = deciders_of(act.session, step, request.requester_id, act.at)
    held = roles_over(act.session, to, unit_chain(act.session, step.unit_id), act.at)
    barred = aside_of(act.session, request.id, step.id) | {request.requester_id, by}
    if to in barred or not held & set(seats_from(step.role, found)):
        raise ActionDenied("They may not decide this: name somebody who holds the seat or one above.", article=ARTICLE)


def _end(act: Act, step: AnyRow, by: UUID, why: Assigned, reason: str, successor: UUID | None) -> None:
    """End their part in the step; who came to the seat after it was asked has none yet, and gets one that ended."""
    if not _is_assigned(act, step, by):
        note_asked(act, step, [by], Assigned.SEAT)
    ended = {"ended_at": act.at, "ended_why": why, "reason": reason, "successor_id": successor}
    theirs = (_assignment.c.step_id == step.id) & (_assignment.c.person_id == by)
    act.connection.execute(update(_assignment).where(theirs).values(ended))
    touch(act, DutyKind.ACCESS_DECISION, [step.id])


def _is_assigned(act: Act, step: AnyRow, person: UUID) -> bool:
    return person in _assigned(act, step)


def _assigned(act: Act, step: AnyRow) -> set[UUID]:
    query = select(_assignment.c.person_id).where(_assignment.c.step_id == step.id)
    return set(act.connection.execute(query).scalars())


def _ask_others(act: Act, step: AnyRow, request: AnyRow) -> None:
    people: Iterable[UUID] = deciders_of(act.session, step, request.requester_id, act.at).people
    asked = _assigned(act, step)
    assign(act, step, [one for one in people if one not in asked], Assigned.SEAT)
