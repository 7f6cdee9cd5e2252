"""Disposal lists at the desk: what may go, who says so, and what can still be taken off (Art. 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from desk.asking import person_numbered
from desk.keeping import chosen, member, onlooker_of, status_of, typed_day, typed_ids, units_of, why
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import SEARCHING, Form, TheForm, TheVisit, Visit, go_to, visit_of
from desk.showing import NotShown
from registry.act import Act
from registry.queries.disposal_pages import ListRow, counts_by_state, list_seen, lists_seen, lists_waiting
from registry.queries.disposal_whole import (
    SoughtItems,
    WholeList,
    items_of_list,
    recordings_listed_on,
    whole_list,
    witnesses_offered,
)
from registry.transitions import disposal
from regulation.access_terms import FieldDenied
from regulation.disposal import ARTICLE, WITNESSES, Appraisal
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied
from regulation.retention import RetentionClass
from regulation.vocabulary import Role

disposals = APIRouter()


def waiting_lists(visit: Visit, reading: Session, limit: int) -> list[ListRow]:
    """The lists that wait for this person's word."""
    administered = units_of(visit, reading, Role.DEVICE_ADMINISTRATOR)
    return lists_waiting(reading, onlooker_of(visit, reading), administered, visit.desk.now(), limit)


@disposals.get("/disposals")
def lists(visit: TheVisit, state: str = "", page: str = "1") -> Response:
    """The lists of one's units, and how many are in each state."""
    number, wanted = page_asked(page), member(ListState, state)
    with visit.desk.registry.reading() as reading:
        onlooker = onlooker_of(visit, reading)
        counts = counts_by_state(reading, onlooker)
        rows, total = lists_seen(reading, onlooker, wanted, first_of(number), ON_A_PAGE)
        waiting = {one.id for one in waiting_lists(visit, reading, ON_A_PAGE)}
    return visit.page(
        "disposals.html.j2",
        rows=rows,
        total=total,
        counts=counts,
        state=wanted,
        waiting=waiting,
        number=number,
        pages=pages_in(total),
    )


def list_for(visit: Visit, reading: Session, number: str) -> ListRow:
    """The list, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise, whether or not there is
    one."""
    row = list_seen(reading, onlooker_of(visit, reading), number)
    if row is None:
        raise NotShown(404, "没有这份清册。", "There is no such list.")
    return row


def whole_for(visit: Visit, number: str) -> WholeList:
    """The list with all that belongs to it. Raises as `list_for` does."""
    with visit.desk.registry.reading() as reading:
        row = list_for(visit, reading, number)
        return whole_list(reading, row, visit.reader.person_id, visit.desk.now())


def whole_of(request: Request, number: str) -> tuple[Visit, WholeList]:
    """The list of the address. Raises `SignInFirst`, and `NotShown` as `list_for` does."""
    visit = visit_of(request)
    return visit, whole_for(visit, number)


Whole = Annotated[tuple[Visit, WholeList], Depends(whole_of)]


def sought_in(request: Request) -> SoughtItems:
    """Which items the address asks for."""
    asked = request.query_params
    return SoughtItems(
        asked.get("words", "").strip()[:100],
        member(RetentionClass, asked.get("class", "")),
        member(ItemState, asked.get("state", "")),
        bool(asked.get("unappraised")),
    )


@disposals.get("/disposals/{number}")
def look(request: Request, found: Whole) -> Response:
    """The list: where it stands, who said what, its items, and what may be done."""
    return _page(request, *found)


def _page(
    request: Request,
    visit: Visit,
    whole: WholeList,
    typed: Form | None = None,
    refused: ActionDenied | None = None,
) -> Response:
    query = _query(request)
    page = page_asked(request.query_params.get("page", "1"))
    with visit.desk.registry.reading() as reading:
        items, total = items_of_list(reading, whole.row.id, sought_in(request), first_of(page), ON_A_PAGE)
        offered = _offered(visit, reading, whole)
    return visit.page(
        "disposal.html.j2",
        status_of(refused),
        policy=SEARCHING,
        whole=whole,
        row=whole.row,
        items=items,
        total=total,
        query=query,
        place=f"/disposals/{whole.row.number}?{urlencode({**query, 'page': page})}",
        number=page,
        pages=pages_in(total),
        offered=offered,
        typed=typed or Form({}),
        **why(visit, refused),
    )


def _query(request: Request) -> dict[str, str]:
    names = ("words", "class", "state", "unappraised")
    return {name: request.query_params[name] for name in names if request.query_params.get(name)}


def _offered(visit: Visit, reading: Session, whole: WholeList) -> list[Any]:
    if not whole.may_approve:
        return []
    return witnesses_offered(reading, whole.row, [visit.reader.person_id], visit.desk.now())


@disposals.post("/disposals/{number}")
def act_on(request: Request, form: TheForm, found: Whole) -> Response:
    """What somebody says of the list, by the button that was pressed."""
    visit, whole = found
    do = _ACTS.get(form.one("do"))
    if do is None:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with a list.")
    try:
        with visit.acting() as act:
            do(act, visit, whole, form)
    except ActionDenied as refused:
        return _page(request, visit, whole_for(visit, whole.row.number), form, refused)
    visit.desk.access.follow(whole.row.number)
    query = _query(request)
    return go_to(f"/disposals/{whole.row.number}{'?' if query else ''}{urlencode(query)}")


def step_named(whole: WholeList, text: str) -> UUID:
    """The step of this list that a form or a program names. Raises `ActionDenied` for any other: an old page never
    answers a new question, nor another list's."""
    found: UUID | None = next((one.step.id for one in whole.steps if str(one.step.id) == text), None)
    if found is None:
        raise ActionDenied("This step is not open: it was answered, or there is none.")
    return found


def recordings_meant(act: Act, whole: WholeList, scope: str, ticked: set[UUID]) -> set[UUID]:
    """The originals that are meant: ``all`` on the list, those ``unappraised``, or those that were ticked. Raises
    `FieldDenied` where nothing was."""
    if scope in ("all", "unappraised"):
        return recordings_listed_on(act.session, whole.row.id, unappraised=scope == "unappraised")
    if not ticked:
        raise FieldDenied("recordings", "Choose at least one recording.", ARTICLE)
    return ticked


def _meant(act: Act, whole: WholeList, form: Form) -> set[UUID]:
    return recordings_meant(act, whole, form.one("scope"), typed_ids(form.all("recording")))


def _appraise(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    appraisal = chosen(Appraisal, "appraisal", form.one("appraisal"))
    until = typed_day(form, "keep_until") if appraisal is Appraisal.EXTEND else None
    meant = _meant(act, whole, form)
    disposal.appraise(act, whole.row.id, meant, visit.reader.person_id, appraisal, form.one("reason"), until)


def _submit(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    rules = visit.desk.access.rules(act.session)
    disposal.submit(act, whole.row.id, visit.reader.person_id, form.one("reason"), rules)


def _approve(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    fields = [f"witness-{place}" for place in range(1, WITNESSES + 1)]
    named = [person_numbered(act, field, form.one(field)) for field in fields]
    step, rules = step_named(whole, form.one("step")), visit.desk.access.rules(act.session)
    disposal.approve(act, step, visit.reader.person_id, named, form.one("reason"), rules)


def _refuse(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    step, rules = step_named(whole, form.one("step")), visit.desk.access.rules(act.session)
    until = typed_day(form, "keep_until")
    disposal.refuse(act, step, visit.reader.person_id, form.one("reason"), rules, until)


def _witness(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    step, rules = step_named(whole, form.one("step")), visit.desk.access.rules(act.session)
    disposal.witness(act, step, visit.reader.person_id, form.one("reason"), rules)


def _name_witness(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    other = person_numbered(act, "other", form.one("other"))
    disposal.replace_witness(act, step_named(whole, form.one("step")), visit.reader.person_id, other)


def _restore(act: Act, visit: Visit, whole: WholeList, form: Form) -> None:
    meant, until = _meant(act, whole, form), typed_day(form, "keep_until")
    disposal.restore(act, whole.row.id, meant, visit.reader.person_id, form.one("reason"), until)


_ACTS: Mapping[str, Callable[[Act, Visit, WholeList, Form], None]] = MappingProxyType(
    {
        "appraise": _appraise,
        "submit": _submit,
        "approve": _approve,
        "refuse": _refuse,
        "witness": _witness,
        "name-witness": _name_witness,
        "restore": _restore,
    }
)
"""By the button that was pressed."""
