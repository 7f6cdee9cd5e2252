"""Evidence conversions at the desk: one's own, those that wait, and a whole one with what may be done (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from desk.conversion_acts import ACTS
from desk.conversion_form import ranges_typed, second_typed, seconds_typed
from desk.conversion_names import names_of
from desk.failing_conversion import problem_in
from desk.keeping import check_shown, status_of, units_of, why
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import Form, TheForm, TheVisit, Visit, go_to, visit_of
from desk.showing import NotShown
from registry.queries.conversion_granted import grants_with_copies
from registry.queries.conversion_pages import (
    ConversionRow,
    conversion_seen,
    conversions_of,
    conversions_waiting,
)
from registry.queries.conversion_statement import stated_conversion
from registry.queries.conversion_whole import WholeConversion, whole_conversion
from regulation.conversion import REGISTRARS
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from regulation.remarks import remark_in
from regulation.statement import Missing, Statement, missing

conversions = APIRouter()

_STATED = (ConversionState.CHECKING, ConversionState.SIGNING)
"""By now the statement has to be whole; before, only what nobody will add by themselves is missing."""

_BEFORE = (ConversionState.DRAFT, ConversionState.EXTRACTION, ConversionState.MAKING)


def registered_units(visit: Visit, reading: Session) -> set[UUID]:
    """The units whose register of conversions is open to them."""
    return units_of(visit, reading, *REGISTRARS)


def keeps_register(visit: Visit) -> bool:
    """Whether the register of some unit is open to them."""
    return not visit.reader.roles.isdisjoint(REGISTRARS)


def waiting_conversions(visit: Visit, reading: Session, limit: int) -> list[ConversionRow]:
    """The conversions that wait for this person's word."""
    return conversions_waiting(reading, visit.reader.person_id, visit.desk.now(), limit)


@conversions.get("/conversions")
def mine(visit: TheVisit) -> Response:
    """What waits for this person, what they take part in, and under which grants they may ask for a new one."""
    with visit.desk.registry.reading() as reading:
        waiting = waiting_conversions(visit, reading, ON_A_PAGE)
        rows = conversions_of(reading, visit.reader.person_id, ON_A_PAGE + 1)
        grants = grants_with_copies(reading, visit.reader.person_id, visit.desk.now())
    known = {one.id for one in waiting}
    return visit.page(
        "conversions.html.j2",
        waiting=waiting,
        rows=[one for one in rows if one.id not in known][:ON_A_PAGE],
        more=len(rows) > ON_A_PAGE,
        most=ON_A_PAGE,
        grants=grants,
        registers=keeps_register(visit),
    )


def row_for(visit: Visit, reading: Session, number: str) -> ConversionRow:
    """The conversion, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise, whether or not there is
    one."""
    row = conversion_seen(reading, number, visit.reader.person_id, registered_units(visit, reading), visit.desk.now())
    if row is None:
        raise NotShown(404, "没有这件证据转换。", "There is no such conversion.")
    return row


def whole_for(visit: Visit, number: str) -> WholeConversion:
    """The conversion with all that belongs to it. Raises as `row_for` does."""
    with visit.desk.registry.reading() as reading:
        row = row_for(visit, reading, number)
        return whole_conversion(reading, row, visit.reader.person_id, visit.desk.now())


def whole_of(request: Request, number: str) -> tuple[Visit, WholeConversion]:
    """The conversion of the address. Raises `SignInFirst`, and `NotShown` as `row_for` does."""
    visit = visit_of(request)
    return visit, whole_for(visit, number)


Whole = Annotated[tuple[Visit, WholeConversion], Depends(whole_of)]


@conversions.get("/conversions/{number}")
def look(request: Request, found: Whole) -> Response:
    """The conversion: where it stands, who said what, what was made, and what may be done."""
    return _page(request, *found)


def _page(
    request: Request,
    visit: Visit,
    whole: WholeConversion,
    typed: Form | None = None,
    refused: ActionDenied | None = None,
) -> Response:
    page = page_asked(request.query_params.get("page", "1"))
    first, statement = first_of(page), statement_of(visit, whole)
    return visit.page(
        "conversion.html.j2",
        status_of(refused),
        whole=whole,
        row=whole.row,
        may=whole.may,
        items=whole.items[first : first + ON_A_PAGE],
        number=page,
        pages=pages_in(len(whole.items)),
        absent=[] if statement is None else absent_of(whole, statement),
        gaps=() if statement is None else statement.gaps,
        activities=activities_of(statement),
        unshown=[] if statement is None else unshown_of(visit, whole.row, statement),
        registers=keeps_register(visit),
        names_of=names_of,
        secs=second_typed,
        seconds=seconds_typed,
        ranges=ranges_typed,
        remark_in=remark_in,
        problem_in=problem_in,
        has_packages=visit.desk.access.packages is not None,
        has_drafts=visit.desk.access.draft_paper is not None,
        typed=typed or Form({}),
        **why(visit, refused),
    )


def statement_of(visit: Visit, whole: WholeConversion) -> Statement | None:
    """The statement as it stands, until it is signed."""
    row = whole.row
    if row.state not in (*_BEFORE, *_STATED):
        return None
    with visit.desk.registry.reading() as reading:
        policy = visit.desk.access.rules(reading).policy_of(row.unit_id)
        return stated_conversion(reading, row.id, policy, visit.desk.now())


def activities_of(statement: Statement | None) -> list[str]:
    """The numbers of the activities that the recordings are of, each once."""
    stated = () if statement is None else statement.recordings
    return list(dict.fromkeys(one.activity.number for one in stated if one.activity is not None))


def absent_of(whole: WholeConversion, statement: Statement) -> list[Missing]:
    """What the statement does not say yet and somebody has to see to."""
    absent = missing(statement)
    return absent if whole.row.state in _STATED else [one for one in absent if one.ordinal is not None]


def unshown_of(visit: Visit, row: ConversionRow, statement: Statement) -> list[tuple[str, str]]:
    """The characters of it, and of the names of who is still to speak, that no paper can show, each once with its
    code. Names that devices gave to files do not count: they are spelled out."""
    bare = replace(statement, recordings=tuple(replace(one, shown_name=None) for one in statement.recordings))
    text = "".join((*_texts(asdict(bare)), row.extractor_name, row.checker_name))
    return [(one, f"U+{ord(one):04X}") for one in visit.desk.access.unshowable(text)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


@conversions.post("/conversions/{number}")
def act_on(request: Request, form: TheForm, found: Whole) -> Response:
    """What somebody does with the conversion, by the button that was pressed."""
    visit, whole = found
    do = form.one("do")
    if do not in ACTS:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with a conversion.")
    try:
        check_shown(visit, "reason", form.one("reason"))
        with visit.acting() as act:
            ACTS[do](act, visit, whole, form)
    except ActionDenied as refused:
        return _page(request, visit, whole_for(visit, whole.row.number), form, refused)
    follow(visit, whole.row.number)
    return go_to(f"/conversions/{whole.row.number}")


def follow(visit: Visit, number: str) -> None:
    """Have its run look at it; a draft that was never handed in has none."""
    with visit.desk.registry.reading() as reading:
        row = row_for(visit, reading, number)
    if row.submitted_at is not None:
        visit.desk.access.follow(number)
