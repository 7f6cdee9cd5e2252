"""A leader's answer to a step: once, by whoever holds the seat at that moment, never by silence (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import Wanted, deciders_of, roles_over, seats_from, step_items, units_upward, wanted_of
from registry.tables import AccessDecision, AccessDecisionItem, AccessQuestion, Verdict
from registry.transitions.access.common import (
    change,
    close_steps,
    open_step,
    parts_told,
    tell_ledger,
    tell_requester,
    terms_of,
    unanswered,
)
from registry.transitions.access.shapes import Answer
from registry.transitions.access.stepping import advance
from registry.transitions.duties.settling import Rules
from registry.types import new_id
from regulation.access import Deciders, Stage, check_decide
from regulation.access_states import RequestEvent
from regulation.access_terms import FieldDenied, Given, Range, Terms, check_given, check_range, check_text
from regulation.vocabulary import Role


def decide_step(act: Act, step_id: UUID, by: UUID, answer: Answer, rules: Rules) -> None:
    """Enter the answer of person `by` to the step, and go on: to the next step, or to the grant, which is effective at
    once.

    Raises `ActionDenied` unless the step is open and `by` may decide it at the act's time, `FieldDenied` for an answer
    without a reason or that gives more than was asked; `ConfigurationError` where the unit's policy is not sound.
    """
    step, request = open_step(act, step_id)
    found = deciders_of(act.session, step, request.requester_id, act.at)
    check_decide(by, found)
    wanted = wanted_of(act.session, request.id)
    asked = _asked(act, step, wanted)
    given = None if answer.is_denied else _given(request, step, asked, answer)
    verdict = _verdict(given, terms_of(request), {item: one.part for item, one in asked.items()})
    row: dict[str, Any] = {
        "step_id": step_id,
        "person_id": by,
        "role": _role_of(act, step, by, found),
        "passed": [[role.value, why.value] for role, why in found.passed],
        "verdict": verdict,
        "reason": storable(check_text("reason", answer.reason)),
        "at": act.at,
        "policy_version": rules.policy_of(step.unit_id).version,
    }
    terms = _write(act, row, given)
    facts = {
        "step_id": step_id,
        "person_id": by,
        "role": row["role"].value,
        "passed": row["passed"],
        "verdict": verdict.value,
        "reason_sha256": digest_of(row["reason"]),
        "policy": row["policy_version"],
        "recordings": parts_told({} if given is None else given.parts, asked),
        **terms,
    }
    tell_ledger(act, Event.ACCESS_DECIDED, request, facts)
    close_steps(act, [step_id])
    advance(act, request, wanted)


def _asked(act: Act, step: AnyRow, wanted: Iterable[Wanted]) -> dict[UUID, Wanted]:
    """The items of the step."""
    items = set(step_items(act.session, [step.id])[step.id])
    return {one.footage.item_id: one for one in wanted if one.footage.item_id in items}


def _given(request: AnyRow, step: AnyRow, asked: Mapping[UUID, Wanted], answer: Answer) -> Given:
    terms = _usual_terms(request, step) if answer.terms is None else answer.terms
    check_given(terms, terms_of(request))
    whole = {item: one.part for item, one in asked.items()}
    parts = whole if answer.parts is None else dict(answer.parts)
    if not parts:
        raise FieldDenied("recordings", "Choose at least one recording, or deny.")
    for item_id, part in parts.items():
        if item_id not in asked or not part.within(asked[item_id].part):
            raise FieldDenied("recordings", "This is more than was asked for.")
        check_range(part, asked[item_id].duration)
    return Given(terms, parts)


def _usual_terms(request: AnyRow, step: AnyRow) -> Terms:
    """As asked; but what is marked is for viewing only, unless the reviewer says otherwise (chosen)."""
    asked = terms_of(request)
    if step.stage is Stage.APPROVAL:
        return asked
    return Terms(asked.valid_from, asked.valid_until, asked.views, 0)


def _verdict(given: Given | None, terms: Terms, asked: Mapping[UUID, Range]) -> Verdict:
    if given is None:
        return Verdict.DENIED
    return Verdict.APPROVED if (given.terms, dict(given.parts)) == (terms, dict(asked)) else Verdict.PARTLY


def _role_of(act: Act, step: AnyRow, by: UUID, found: Deciders) -> Role:
    """In which role they decide: the seat's, or, where they were named, the lowest of theirs that may."""
    chain = [unit.id for unit in units_upward(act.session, step.unit_id)]
    held = roles_over(act.session, by, chain, act.at)
    if found.role in held:
        return found.role
    return next(role for role in seats_from(step.role, found) if role in held)


def _write(act: Act, row: Mapping[str, Any], given: Given | None) -> dict[str, Any]:
    """Enter the decision and what it gives. Gives its terms as they were entered."""
    terms = None if given is None else given.terms
    columns = {
        "valid_from": None if terms is None else terms.valid_from,
        "valid_until": None if terms is None else terms.valid_until,
        "views": 0 if terms is None else terms.views,
        "copies": 0 if terms is None else terms.copies,
    }
    insert_rows(act.connection, AccessDecision, [dict(row) | columns])
    parts = {} if given is None else given.parts
    items = [
        {"step_id": row["step_id"], "item_id": item, "start_second": part.start, "end_second": part.end}
        for item, part in parts.items()
    ]
    insert_rows(act.connection, AccessDecisionItem, items)
    return columns


def send_back(act: Act, step_id: UUID, by: UUID, question: str) -> None:
    """Ask the requester something first: the request is theirs again; handed in anew, every step is asked anew.

    Raises `ActionDenied` as `decide_step` does, `FieldDenied` without a question.
    """
    step, request = open_step(act, step_id)
    check_decide(by, deciders_of(act.session, step, request.requester_id, act.at))
    row = {
        "id": new_id(),
        "step_id": step_id,
        "request_id": request.id,
        "person_id": by,
        "text": storable(check_text("question", question)),
        "at": act.at,
    }
    insert_rows(act.connection, AccessQuestion, [row])
    change(act, request, RequestEvent.SENT_BACK)
    close_steps(act, unanswered(act, request))
    facts = {"step_id": step_id, "person_id": by, "question_sha256": digest_of(row["text"])}
    tell_ledger(act, Event.ACCESS_SENT_BACK, request, facts)
    tell_requester(act, request)
