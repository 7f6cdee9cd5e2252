"""A request going through its chain: steps opened, people asked, and the outcome once nothing is left (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, update_rows
from registry.ledger import Event
from registry.queries.access import Wanted, deciders_of, given_by, last_marked, step_items, steps_in
from registry.tables import (
    AccessAssignment,
    AccessGrant,
    AccessGrantItem,
    AccessStep,
    AccessStepItem,
    Assigned,
)
from registry.transitions.access.common import (
    asking_of,
    change,
    close_steps,
    parts_told,
    tell_ledger,
    tell_people,
    tell_requester,
    terms_of,
)
from registry.transitions.duties.touching import touch
from registry.types import new_id
from regulation.access import Stage, Step, steps_of
from regulation.access_states import RequestEvent
from regulation.access_terms import Given, Range, Terms, granted, narrowest
from regulation.duties import DutyKind


def open_round(act: Act, request: AnyRow, steps: Sequence[Step], wanted: Iterable[Wanted]) -> None:
    """Write down the steps of a round and ask the first of them."""
    _enter_steps(act, request, steps, wanted, first=0)
    _open_what_can_be(act, request)


def _enter_steps(act: Act, request: AnyRow, steps: Sequence[Step], wanted: Iterable[Wanted], first: int) -> None:
    ids = [new_id() for _ in steps]
    rows = [
        {
            "id": step_id,
            "request_id": request.id,
            "round": request.round,
            "position": position,
            "stage": step.stage,
            "role": step.role,
            "unit_id": step.unit_id,
            "ground": step.ground,
        }
        for position, (step_id, step) in enumerate(zip(ids, steps, strict=True), first)
    ]
    insert_rows(act.connection, AccessStep, rows)
    items = [
        {"step_id": step_id, "item_id": item}
        for step_id, step in zip(ids, steps, strict=True)
        for item in step.item_ids
    ]
    insert_rows(act.connection, AccessStepItem, items)
    asked = {one.footage.item_id: one for one in wanted}
    for row, step in zip(rows, steps, strict=True):
        parts = {item: asked[item].part for item in step.item_ids}
        facts = {
            "step_id": row["id"],
            "round": request.round,
            "position": row["position"],
            "stage": step.stage.value,
            "role": step.role.value,
            "unit_id": step.unit_id,
            "ground": step.ground.value,
            "recordings": parts_told(parts, asked),
        }
        tell_ledger(act, Event.ACCESS_ASKED, request, facts)


def _open_what_can_be(act: Act, request: AnyRow) -> None:
    """Ask the reviews; once they are all answered, the approvals."""
    steps = steps_in(act.session, request.id, request.round)
    waiting = [one for one in steps if one.closed_at is None]
    reviews = [one for one in waiting if one.stage is Stage.REVIEW]
    fresh = [one for one in reviews or waiting if one.opened_at is None]
    update_rows(act.connection, AccessStep, [{"id": one.id, "opened_at": act.at} for one in fresh])
    for step in fresh:
        assign(act, step, deciders_of(act.session, step, request.requester_id, act.at).people, Assigned.SEAT)


def assign(act: Act, step: AnyRow, people: Iterable[UUID], why: Assigned) -> None:
    """Ask these people for the decision: it is their duty, and they get a notice."""
    named = list(people)
    note_asked(act, step, named, why)
    tell_people(act, "decide", step.id, named)


def note_asked(act: Act, step: AnyRow, people: Iterable[UUID], why: Assigned) -> None:
    """Enter that the decision is theirs, without a notice."""
    rows = [{"step_id": step.id, "person_id": one, "why": why, "assigned_at": act.at} for one in people]
    insert_rows(act.connection, AccessAssignment, rows)
    touch(act, DutyKind.ACCESS_DECISION, [step.id])


def advance(act: Act, request: AnyRow, wanted: Sequence[Wanted]) -> None:
    """Go on after a step was answered: ask the next, or enter the outcome. What was marked in the meantime is reviewed
    before anything is granted."""
    steps = steps_in(act.session, request.id, request.round)
    given = given_by(act.session, [one.id for one in steps])
    left = _left(act, steps, given, wanted)
    if _review_late_markings(act, request, steps, wanted, left):
        steps = steps_in(act.session, request.id, request.round)
    if _close_moot(act, steps, left):
        steps = steps_in(act.session, request.id, request.round)
    if any(one.closed_at is None for one in steps):
        change(act, request, RequestEvent.STEP_DECIDED)
        _open_what_can_be(act, request)
        return
    _conclude(act, request, wanted, left, given.values())


def _left(
    act: Act, steps: Iterable[AnyRow], given: Mapping[UUID, Given | None], wanted: Iterable[Wanted]
) -> dict[UUID, Range]:
    """The parts that nobody has denied so far."""
    items = step_items(act.session, given)
    asked = {one.footage.item_id: one.part for one in wanted}
    return dict(granted(asked, [(items[one.id], given[one.id]) for one in steps if one.id in given]))


def _review_late_markings(
    act: Act, request: AnyRow, steps: Sequence[AnyRow], wanted: Sequence[Wanted], left: Mapping[UUID, Range]
) -> bool:
    """Have what was marked in the meantime reviewed; gives whether there was anything."""
    chain = steps_of(asking_of(act, request), [one.footage for one in wanted])
    reviewed = _reviewed(act, steps, wanted)
    missing = [_without(step, left.keys() - reviewed) for step in chain if step.stage is Stage.REVIEW]
    late = [one for one in missing if one.item_ids]
    _enter_steps(act, request, late, wanted, first=len(steps))
    return bool(late)


def _reviewed(act: Act, steps: Iterable[AnyRow], wanted: Sequence[Wanted]) -> set[UUID]:
    """The items whose review is still to be answered, or was answered after they were marked last."""
    marked = last_marked(act.session, [one.recording_id for one in wanted])
    since = {one.footage.item_id: marked.get(one.recording_id) for one in wanted}
    reviews = [one for one in steps if one.stage is Stage.REVIEW]
    items = step_items(act.session, [one.id for one in reviews])
    return {
        item
        for one in reviews
        for item in items[one.id]
        if one.closed_at is None or (at := since[item]) is None or at <= one.closed_at
    }


def _without(step: Step, wanted: Iterable[UUID]) -> Step:
    kept = set(wanted)
    items = tuple(one for one in step.item_ids if one in kept)
    return Step(step.stage, step.role, step.unit_id, step.ground, items)


def _close_moot(act: Act, steps: Iterable[AnyRow], left: Mapping[UUID, Range]) -> bool:
    """A step whose items were all denied elsewhere is not asked any more; gives whether there was one."""
    waiting = [one.id for one in steps if one.closed_at is None]
    items = step_items(act.session, waiting)
    moot = [one for one in waiting if not left.keys() & set(items[one])]
    close_steps(act, moot)
    return bool(moot)


def _conclude(
    act: Act, request: AnyRow, asked: Iterable[Wanted], left: Mapping[UUID, Range], given: Iterable[Given | None]
) -> None:
    wanted = {one.footage.item_id: one for one in asked}
    there = {item: part for item, part in left.items() if wanted[item].is_sealed}
    if not there:
        _refuse(act, request, is_lost=bool(left))
        return
    # the narrowest of what was given by those who gave any of it
    terms = narrowest(one.terms for one in given if one is not None and one.parts.keys() & there.keys())
    if terms.valid_until <= max(act.at, terms.valid_from):
        end_unused(act, request)
        return
    _grant(act, request, terms, there, wanted)


def _refuse(act: Act, request: AnyRow, *, is_lost: bool) -> None:
    event = RequestEvent.LOST if is_lost else RequestEvent.DENIED
    change(act, request, event, closed_at=act.at, next_at=None)
    tell_ledger(act, Event.ACCESS_LOST if is_lost else Event.ACCESS_DENIED, request, {"round": request.round})
    tell_requester(act, request)


def end_unused(act: Act, request: AnyRow) -> None:
    """Its time has passed."""
    change(act, request, RequestEvent.LAPSED, closed_at=act.at, next_at=None)
    tell_ledger(act, Event.ACCESS_LAPSED, request, {"round": request.round})
    tell_requester(act, request)


def _grant(act: Act, request: AnyRow, terms: Terms, parts: Mapping[UUID, Range], wanted: Mapping[UUID, Wanted]) -> None:
    whole = terms == terms_of(request) and parts == {item: one.part for item, one in wanted.items()}
    event = RequestEvent.GRANTED if whole else RequestEvent.GRANTED_PARTLY
    state = change(act, request, event, next_at=terms.valid_until)
    grant_id = new_id()
    row = {"id": grant_id, "request_id": request.id, "person_id": request.requester_id, "granted_at": act.at}
    insert_rows(act.connection, AccessGrant, [row | asdict(terms)])
    items = [
        {
            "grant_id": grant_id,
            "recording_id": wanted[item].recording_id,
            "start_second": part.start,
            "end_second": part.end,
        }
        for item, part in parts.items()
    ]
    insert_rows(act.connection, AccessGrantItem, items)
    facts = {
        "grant_id": grant_id,
        "person_id": request.requester_id,
        "state": state.value,
        "recordings": parts_told(parts, wanted),
        **asdict(terms),
    }
    tell_ledger(act, Event.ACCESS_GRANTED, request, facts)
    tell_requester(act, request)
