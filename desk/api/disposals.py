"""Disposal lists: appraised, approved, witnessed, taken off in time, registered (Art. 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from desk import disposal_register
from desk.api.shapes.common import ReasonBody
from desk.api.shapes.disposals import (
    AppraiseBody,
    Certificate,
    DisposalRegister,
    ItemPage,
    ListItem,
    ListPage,
    ListStepBody,
    ListSummary,
    ListWhole,
    RegisteredList,
    RestoreBody,
)
from desk.api.who import Caller
from desk.asking import person_numbered
from desk.disposals import list_for, recordings_meant, step_named, waiting_lists, whole_for
from desk.keeping import onlooker_of
from desk.paging import ON_A_PAGE, first_of
from desk.reader import Visit
from registry.act import Act
from registry.queries.disposal_pages import lists_seen
from registry.queries.disposal_whole import SoughtItems, items_of_list
from registry.transitions import disposal
from registry.transitions.duties import Rules
from regulation.disposal_states import ItemState, ListState
from regulation.retention import RetentionClass

disposed = APIRouter(tags=["disposal"])
Page = Annotated[int, Query(ge=1, le=100_000)]
Words = Annotated[str, Query(max_length=100)]


@disposed.get("/disposals")
def lists(visit: Caller, state: ListState | None = None, page: Page = 1) -> ListPage:
    """The lists of the units one looks after, and those on which one has a part."""
    with visit.desk.registry.reading() as reading:
        rows, total = lists_seen(reading, onlooker_of(visit, reading), state, first_of(page), ON_A_PAGE)
    return ListPage(total=total, lists=[ListSummary.of(one) for one in rows])


@disposed.get("/disposals/waiting")
def waiting(visit: Caller) -> list[ListSummary]:
    """The lists that wait for the word of whoever asks."""
    with visit.desk.registry.reading() as reading:
        return [ListSummary.of(one) for one in waiting_lists(visit, reading, 200)]


@disposed.get("/disposals/register")
def registered(
    request: Request,
    visit: Caller,
    words: Words = "",
    state: ListState | None = None,
    since: Annotated[str, Query(max_length=10, description="a day")] = "",
    until: Annotated[str, Query(max_length=10, description="a day")] = "",
    page: Page = 1,
) -> DisposalRegister:
    """The register of disposal of the units one looks after (销毁登记簿)."""
    rows, total = disposal_register.found(request, visit, first_of(page), ON_A_PAGE)
    return DisposalRegister(total=total, lists=[RegisteredList.registered(one) for one in rows])


@disposed.get("/disposals/{number}")
def look(visit: Caller, number: str) -> ListWhole:
    """A list: where it stands, who said what, what may be done."""
    return ListWhole.whole(whole_for(visit, number))


@disposed.get("/disposals/{number}/items")
def items(
    visit: Caller,
    number: str,
    words: Words = "",
    retention_class: RetentionClass | None = None,
    state: ItemState | None = None,
    unappraised: bool = False,
    page: Page = 1,
) -> ItemPage:
    """A page of the originals on a list."""
    sought = SoughtItems(words.strip(), retention_class, state, unappraised)
    with visit.desk.registry.reading() as reading:
        row = list_for(visit, reading, number)
        rows, total = items_of_list(reading, row.id, sought, first_of(page), ON_A_PAGE)
    return ItemPage(total=total, items=[ListItem.of(one) for one in rows])


def _fresh(visit: Visit, number: str) -> ListWhole:
    """As it stands now; whoever watches its run is told."""
    visit.desk.access.follow(number)
    return ListWhole.whole(whole_for(visit, number))


@disposed.post("/disposals/{number}/appraisals")
def appraise(visit: Caller, number: str, body: AppraiseBody) -> ListWhole:
    """Say of originals on the list that they are destroyed, or kept; what is kept leaves it."""
    whole, by = whole_for(visit, number), visit.reader.person_id
    with visit.acting() as act:
        meant = recordings_meant(act, whole, body.scope, set(body.recordings))
        disposal.appraise(act, whole.row.id, meant, by, body.appraisal, body.reason, body.keep_until)
    return _fresh(visit, number)


@disposed.post("/disposals/{number}/submission")
def submit(visit: Caller, number: str, body: ReasonBody) -> ListWhole:
    """Hand the list in: all that still stands on it is to be destroyed."""
    whole = whole_for(visit, number)
    with visit.acting() as act:
        disposal.submit(act, whole.row.id, visit.reader.person_id, body.reason, visit.desk.access.rules(act.session))
    return _fresh(visit, number)


@disposed.post("/disposals/{number}/restorations")
def restore(visit: Caller, number: str, body: RestoreBody) -> ListWhole:
    """Take originals off the list before it is carried out, and keep them."""
    whole, by = whole_for(visit, number), visit.reader.person_id
    with visit.acting() as act:
        meant = recordings_meant(act, whole, body.scope, set(body.recordings))
        disposal.restore(act, whole.row.id, meant, by, body.reason, body.keep_until)
    return _fresh(visit, number)


@disposed.post("/disposals/{number}/steps/{step}")
def answer(visit: Caller, number: str, step: UUID, body: ListStepBody) -> ListWhole:
    """Answer a step: approve with two witnesses, refuse, witness, name another witness. One answer a step."""
    whole = whole_for(visit, number)
    with visit.acting() as act:
        rules = visit.desk.access.rules(act.session)
        _ANSWERS[body.do](act, visit.reader.person_id, step_named(whole, str(step)), body, rules)
    return _fresh(visit, number)


def _approve(act: Act, by: UUID, step: UUID, body: ListStepBody, rules: Rules) -> None:
    named = [person_numbered(act, "witnesses", one) for one in body.witnesses]
    disposal.approve(act, step, by, named, body.reason, rules)


def _refuse(act: Act, by: UUID, step: UUID, body: ListStepBody, rules: Rules) -> None:
    disposal.refuse(act, step, by, body.reason, rules, body.keep_until)


def _witness(act: Act, by: UUID, step: UUID, body: ListStepBody, rules: Rules) -> None:
    disposal.witness(act, step, by, body.reason, rules)


def _name_witness(act: Act, by: UUID, step: UUID, body: ListStepBody, _rules: Rules) -> None:
    disposal.replace_witness(act, step, by, person_numbered(act, "other", body.other))


_ANSWERS: Mapping[str, Callable[[Act, UUID, UUID, ListStepBody, Rules], None]] = MappingProxyType(
    {"approve": _approve, "refuse": _refuse, "witness": _witness, "name-witness": _name_witness}
)


@disposed.get("/disposals/{number}/certificate")
def certificate(visit: Caller, number: str) -> Certificate:
    """The certificate of a list that was carried out, to be checked by anybody."""
    return Certificate.of(disposal_register.certificate_for(visit, number))
