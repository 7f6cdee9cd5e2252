"""Requests for access at the desk: the inbox, one's own, a whole one, and what is decided about it (Art. 17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from blocks.access_link import read_step
from desk.activities import waiting_activities
from desk.context import TheDesk
from desk.conversions import waiting_conversions
from desk.disposals import waiting_lists
from desk.failing import field_of, said
from desk.incidents import open_incidents
from desk.moments import read_number, read_time
from desk.reader import Form, TheForm, TheVisit, Visit, go_to, visit_of
from desk.showing import NotShown
from desk.terms import pending_changes
from registry.act import Act
from registry.queries import person_by_number
from registry.queries.access_pages import (
    RequestRow,
    may_see,
    number_of_open_step,
    request_numbered,
    requests_of,
    to_decide,
)
from registry.queries.access_whole import StepRow, WholeRequest, whole_request
from registry.queries.people import proposals_for
from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access import OVERSEERS
from regulation.access_terms import Range, Terms
from regulation.errors import ActionDenied

requests = APIRouter()
IN_A_LIST = 50


@requests.get("/inbox")
def inbox(visit: TheVisit) -> Response:
    """What waits for this person's decision."""
    with visit.desk.registry.reading() as reading:
        rows = to_decide(reading, visit.reader.person_id, IN_A_LIST + 1)
        seats = proposals_for(reading, visit.reader.person_id, visit.desk.now()) if visit.reader.keeps_people else []
        lists = waiting_lists(visit, reading, IN_A_LIST)
        conversions = waiting_conversions(visit, reading, IN_A_LIST)
        activities = waiting_activities(visit, reading, IN_A_LIST)
        changes = pending_changes(visit, reading)
        wrong = open_incidents(visit, reading)
    also = {
        "seats": len(seats), "lists": lists, "conversions": conversions, "activities": activities,
        "changes": len(changes), "incidents": wrong,
    }  # fmt: skip
    return _list(visit, rows, title="待我审批", empty="没有待您审批的申请。", **also)


def _list(visit: Visit, rows: Sequence[RequestRow], **facts: Any) -> Response:
    more = len(rows) > IN_A_LIST
    return visit.page("list.html.j2", rows=rows[:IN_A_LIST], more=more, most=IN_A_LIST, **facts)


@requests.get("/requests")
def mine(visit: TheVisit) -> Response:
    """What this person asked for."""
    with visit.desk.registry.reading() as reading:
        rows = requests_of(reading, visit.reader.person_id, IN_A_LIST + 1)
    none = {"seats": 0, "lists": [], "conversions": [], "activities": [], "changes": 0, "incidents": 0}
    return _list(visit, rows, title="我的申请", empty="您还没有申请。", **none)


@requests.get("/go/{token}")
def from_notice(token: str, desk: TheDesk, visit: TheVisit) -> Response:
    """A notice's link: to the request that it names, for whom it was meant. It decides nothing; answered, it is
    void."""
    named = read_step(token, desk.pages_key, desk.now())
    if named is None or named[1] != visit.reader.person_id:
        raise NotShown(403, "此链接已失效，或者不是发给您的。", "This link is void, or was not meant for you.")
    with desk.registry.reading() as reading:
        number = number_of_open_step(reading, named[0])
    if number is None:
        raise NotShown(410, "该申请已作出决定，此链接已失效。", "This was decided; the link is void.")
    return go_to(f"/requests/{number}")


def whole_of(request: Request, number: str) -> tuple[Visit, WholeRequest]:
    """The request of the address, for whom it may be shown. Raises `NotShown` (404) for all others, whether or not it
    exists, and `SignInFirst`."""
    visit = visit_of(request)
    return visit, whole_for(visit, number)


def whole_for(visit: Visit, number: str) -> WholeRequest:
    """The request, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    now = visit.desk.now()
    with visit.desk.registry.reading() as reading:
        row = request_numbered(reading, number)
        oversees = [one.unit_id for one in visit.reader.held if one.role in OVERSEERS]
        if row is None or not may_see(reading, row, visit.reader.person_id, oversees):
            raise NotShown(404, "没有这件申请。", "There is no such request.")
        return whole_request(reading, row, now)


Whole = Annotated[tuple[Visit, WholeRequest], Depends(whole_of)]


@requests.get("/requests/{number}")
def look(found: Whole) -> Response:
    """The request: what is asked and why, where it stands, and what may be done."""
    visit, whole = found
    return _page(visit, whole)


def _page(
    visit: Visit, whole: WholeRequest, typed: Form | None = None, refused: ActionDenied | None = None
) -> Response:
    reader = visit.reader.person_id
    return visit.page(
        "request.html.j2",
        200 if refused is None else 422,
        whole=whole,
        row=whole.row,
        mine=reader in (whole.row.requester_id, whole.row.entered_by_id),
        looks=whole.row.requester_id == reader,
        trails=bool(visit.reader.roles & frozenset(OVERSEERS)),
        answerable=whole.may_answer(reader),
        typed=typed or Form({}),
        wrong=None if refused is None else said(refused, visit.language),
        field="" if refused is None else field_of(refused),
        now=visit.desk.now(),
    )


@requests.post("/requests/{number}/steps/{step}")
def answer(form: TheForm, found: Whole, step: UUID) -> Response:
    """What whoever decides says of a step: given, denied, sent back, left to others."""
    visit, whole = found
    act = _ANSWERS.get(form.one("do"))
    row = next((one for one in whole.steps if one.step.id == step), None)
    if act is None or row is None:
        raise NotShown(404, "没有这件申请。", "There is no such request.")
    return _act(visit, whole, form, lambda acting: act(acting, visit, whole, row, form))


def _act(visit: Visit, whole: WholeRequest, form: Form, do: Callable[[Act], None]) -> Response:
    try:
        with visit.acting() as act:
            do(act)
    except ActionDenied as refused:
        return _page(visit, _fresh(visit, whole), form, refused)
    visit.desk.access.follow(whole.row.number)
    return go_to(f"/requests/{whole.row.number}")


def _fresh(visit: Visit, whole: WholeRequest) -> WholeRequest:
    """The request as it stands now: another may have been quicker."""
    with visit.desk.registry.reading() as reading:
        row = request_numbered(reading, whole.row.number)
        assert row is not None
        return whole_request(reading, row, visit.desk.now())


def _approve(act: Act, visit: Visit, whole: WholeRequest, step: StepRow, form: Form) -> None:
    answered = Answer(form.one("reason"), terms=_terms(visit, whole, form), parts=_parts(whole, step, form))
    access.decide_step(act, step.step.id, visit.reader.person_id, answered, visit.desk.access.rules(act.session))


def _deny(act: Act, visit: Visit, step: UUID, reason: str) -> None:
    answered = Answer(reason, is_denied=True)
    access.decide_step(act, step, visit.reader.person_id, answered, visit.desk.access.rules(act.session))


def _send_back(act: Act, visit: Visit, step: UUID, reason: str) -> None:
    access.send_back(act, step, visit.reader.person_id, reason)


def _stand_aside(act: Act, visit: Visit, step: UUID, reason: str) -> None:
    access.stand_aside(act, step, visit.reader.person_id, reason)


REASONED: Mapping[str, Callable[[Act, Visit, UUID, str], None]] = MappingProxyType(
    {"deny": _deny, "send-back": _send_back, "stand-aside": _stand_aside}
)
"""The answers to a step that take a reason and nothing else."""


def _reasoned(act: Act, visit: Visit, whole: WholeRequest, step: StepRow, form: Form) -> None:
    REASONED[form.one("do")](act, visit, step.step.id, form.one("reason"))


def _hand_over(act: Act, visit: Visit, whole: WholeRequest, step: StepRow, form: Form) -> None:
    number = form.one("successor")
    found = person_by_number(act.session, number)
    if found is None:
        raise ActionDenied("Nobody has this certificate number.", subject=number)
    access.hand_over(act, step.step.id, visit.reader.person_id, found.id, form.one("reason"))


_ANSWERS: dict[str, Callable[[Act, Visit, WholeRequest, StepRow, Form], None]] = {
    "approve": _approve,
    "hand-over": _hand_over,
    **dict.fromkeys(REASONED, _reasoned),
}
"""By the button that was pressed."""


def _terms(visit: Visit, whole: WholeRequest, form: Form) -> Terms | None:
    """The terms that were changed, None where none was: then those of the step."""
    if not form.one("change"):
        return None
    asked = access.terms_of(whole.row)
    return replace(
        asked,
        valid_until=min(read_time("valid_until", form.one("valid_until"), visit.reader.zone), asked.valid_until)
        if form.one("valid_until")
        else asked.valid_until,
        views=read_number("views", form.one("views")),
        copies=read_number("copies", form.one("copies")),
    )


def _parts(whole: WholeRequest, step: StepRow, form: Form) -> dict[UUID, Range]:
    chosen = set(form.all("item"))
    asked = {one.item_id: Range(one.start_second, one.end_second) for one in whole.items}
    return {item: asked[item] for item in step.item_ids if str(item) in chosen}


@requests.post("/requests/{number}")
def manage(form: TheForm, found: Whole) -> Response:
    """What the requester, or whoever granted it, does with the request."""
    visit, whole = found
    do = _MANAGES.get(form.one("do"))
    if do is None:
        raise NotShown(404, "没有这件申请。", "There is no such request.")
    return _act(visit, whole, form, lambda act: do(act, visit, whole, form))


def _submit(act: Act, visit: Visit, whole: WholeRequest, form: Form) -> None:
    submit_anew(act, visit, whole, form.one("purpose"), form.optional("document"), form.optional("answer"))


def submit_anew(
    act: Act, visit: Visit, whole: WholeRequest, purpose: str | None, document: str | None, answer: str | None
) -> None:
    """Hand a draft in, with the answer to what was asked; what is left empty stays as it was."""
    row, by = whole.row, visit.reader.person_id
    terms = access.terms_of(row)
    access.amend_request(act, row.id, by, purpose or row.purpose, document or row.document, terms)
    access.submit_request(act, row.id, by, visit.desk.access.rules(act.session), answer)


def _withdraw(act: Act, visit: Visit, whole: WholeRequest, form: Form) -> None:
    access.withdraw_request(act, whole.row.id, visit.reader.person_id)


def _complete(act: Act, visit: Visit, whole: WholeRequest, form: Form) -> None:
    access.complete_request(act, whole.row.id, visit.reader.person_id)


def _revoke(act: Act, visit: Visit, whole: WholeRequest, form: Form) -> None:
    access.revoke_grant(act, whole.row.id, visit.reader.person_id, form.one("reason"))


_MANAGES: dict[str, Callable[[Act, Visit, WholeRequest, Form], None]] = {
    "submit": _submit,
    "withdraw": _withdraw,
    "complete": _complete,
    "revoke": _revoke,
}
"""By the button that was pressed."""
