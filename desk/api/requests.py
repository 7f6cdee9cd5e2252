"""Requests for access: asked for, answered, managed, registered (Art. 17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from desk import register
from desk.api.shapes.requests import AnswerBody, ManageBody, Me, NewRequestBody, Page, Part, RequestSummary, Whole
from desk.api.who import Caller
from desk.asking import person_numbered
from desk.paging import ON_A_PAGE, first_of
from desk.reader import Visit
from desk.requests import REASONED, submit_anew, whole_for
from desk.showing import NotShown
from registry.act import Act
from registry.queries.access_pages import requests_of, to_decide
from registry.queries.access_whole import WholeRequest
from registry.tables import AccessRequest
from registry.transitions import access
from registry.transitions.access import Answer, NewRequest
from regulation.access_states import RequestState
from regulation.access_terms import Range, Terms

asked = APIRouter(tags=["requests"])


@asked.get("/me")
def me(visit: Caller) -> Me:
    """As whom the token acts."""
    reader = visit.reader
    return Me(number=reader.number, name=reader.name, unit=reader.unit_name, roles=sorted(reader.roles))


@asked.get("/inbox")
def inbox(visit: Caller) -> list[RequestSummary]:
    """What waits for the decision of whoever asks."""
    with visit.desk.registry.reading() as reading:
        return [RequestSummary.of(one) for one in to_decide(reading, visit.reader.person_id)]


@asked.get("/requests")
def mine(visit: Caller) -> list[RequestSummary]:
    """What whoever asks has asked for."""
    with visit.desk.registry.reading() as reading:
        return [RequestSummary.of(one) for one in requests_of(reading, visit.reader.person_id)]


@asked.post("/requests", status_code=201)
def ask(visit: Caller, body: NewRequestBody) -> Whole:
    """Ask for footage; it is handed in at once."""
    with visit.acting() as act:
        request_id = access.enter_request(act, _new(act, visit, body), visit.reader.person_id)
        access.submit_request(act, request_id, visit.reader.person_id, visit.desk.access.rules(act.session))
        number = act.session.get_one(AccessRequest, request_id).number
    return _fresh(visit, number)


def _new(act: Act, visit: Visit, body: NewRequestBody) -> NewRequest:
    requester = visit.reader.person_id if body.requester is None else person_numbered(act, "requester", body.requester)
    return NewRequest(
        requester,
        _ranges(body.recordings),
        body.purpose,
        Terms(body.valid_from, body.valid_until, body.views, body.copies),
        body.outsider or None,
        body.document or None,
    )


def _ranges(parts: list[Part]) -> dict[UUID, Range]:
    return {one.id: Range(one.start, one.end) for one in parts}


def _fresh(visit: Visit, number: str) -> Whole:
    """As it stands now; whoever watches its run is told."""
    visit.desk.access.follow(number)
    return Whole.whole(whole_for(visit, number), visit.reader.person_id)


@asked.get("/requests/{number}")
def look(visit: Caller, number: str) -> Whole:
    """A request of one's own, to decide, or of a unit one oversees."""
    return Whole.whole(whole_for(visit, number), visit.reader.person_id)


@asked.post("/requests/{number}/steps/{step}")
def answer(visit: Caller, number: str, step: UUID, body: AnswerBody) -> Whole:
    """Answer a step: given, partly given, denied, sent back, left to others. One answer a step."""
    whole = whole_for(visit, number)
    if all(one.step.id != step for one in whole.steps):
        raise NotShown(404, "没有这件申请。", "There is no such request.")
    with visit.acting() as act:
        _ANSWERS[body.do](act, visit, whole, step, body)
    return _fresh(visit, number)


def _approve(act: Act, visit: Visit, whole: WholeRequest, step: UUID, body: AnswerBody) -> None:
    parts = None if body.items is None else _ranges(body.items)
    given = Answer(body.reason, terms=_terms(whole, body), parts=parts)
    access.decide_step(act, step, visit.reader.person_id, given, visit.desk.access.rules(act.session))


def _terms(whole: WholeRequest, body: AnswerBody) -> Terms | None:
    said = {name: getattr(body, name) for name in ("valid_from", "valid_until", "views", "copies")}
    changed = {name: value for name, value in said.items() if value is not None}
    return replace(access.terms_of(whole.row), **changed) if changed else None


def _reasoned(act: Act, visit: Visit, whole: WholeRequest, step: UUID, body: AnswerBody) -> None:
    REASONED[body.do](act, visit, step, body.reason)


def _hand_over(act: Act, visit: Visit, whole: WholeRequest, step: UUID, body: AnswerBody) -> None:
    successor = person_numbered(act, "successor", body.successor or "")
    access.hand_over(act, step, visit.reader.person_id, successor, body.reason)


_ANSWERS: Mapping[str, Callable[[Act, Visit, WholeRequest, UUID, AnswerBody], None]] = MappingProxyType(
    {
        "approve": _approve,
        "hand-over": _hand_over,
        **dict.fromkeys(REASONED, _reasoned),
    }
)


@asked.post("/requests/{number}")
def manage(visit: Caller, number: str, body: ManageBody) -> Whole:
    """Hand in, withdraw, end, or revoke."""
    whole, by = whole_for(visit, number), visit.reader.person_id
    row = whole.row
    with visit.acting() as act:
        if body.do == "submit":
            submit_anew(act, visit, whole, body.purpose, body.document, body.answer)
        elif body.do == "withdraw":
            access.withdraw_request(act, row.id, by)
        elif body.do == "complete":
            access.complete_request(act, row.id, by)
        else:
            access.revoke_grant(act, row.id, by, body.reason)
    return _fresh(visit, number)


@asked.get("/register")
def registered(
    request: Request,
    visit: Caller,
    words: Annotated[str, Query(max_length=100)] = "",
    state: RequestState | None = None,
    since: Annotated[str, Query(max_length=10, description="a day")] = "",
    until: Annotated[str, Query(max_length=10, description="a day")] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Page:
    """The register of the units one oversees: what was asked about their footage (登记簿)."""
    rows, total = register.found(request, visit, first_of(page), ON_A_PAGE)
    return Page(total=total, requests=[RequestSummary.of(one) for one in rows])
