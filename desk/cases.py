"""Case files at the desk: entered, closed, opened again, kept so long or for ever (Art. 18)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import overseen, status_of, typed_day, units_of, why
from desk.moments import read_number
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import SEARCHING, Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.queries.access import authority_of
from registry.queries.people import units_among
from registry.queries.retention import case_numbered
from registry.queries.retention_pages import CaseRow, case_seen, cases_seen, recordings_in_case
from registry.transitions import retention
from registry.transitions.retention import CaseEntry
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, CASE_KEEPERS

cases = APIRouter()


@cases.get("/cases")
def look(visit: TheVisit, words: str = "", page: str = "1") -> Response:
    """The case files of one's units."""
    number, sought = page_asked(page), words.strip()[:100]
    with visit.desk.registry.reading() as reading:
        rows, total = cases_seen(reading, overseen(visit, reading), sought, first_of(number), ON_A_PAGE)
    return visit.page(
        "cases.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        sought=sought,
        number=number,
        pages=pages_in(total),
    )


@cases.get("/cases/new")
def blank(visit: TheVisit, number: str = "") -> Response:
    """The form for a case file."""
    return _new_page(visit, Form({"number": [number.strip()[:64]]}))


def _new_page(visit: Visit, typed: Form, refused: ActionDenied | None = None) -> Response:
    with visit.desk.registry.reading() as reading:
        overseen(visit, reading)
        kept = {authority_of(reading, one) for one in units_of(visit, reading, *CASE_KEEPERS)}
        units = units_among(reading, kept)
    return visit.page("new_case.html.j2", status_of(refused), typed=typed, units=units, **why(visit, refused))


@cases.post("/cases/new")
def enter(form: TheForm) -> Response:
    """Enter a case file. One with this number already is not changed by this form."""
    visit = form.visit
    try:
        with visit.acting() as act:
            case_id = enter_new(act, _entry(form, form.one("number"), form.one("unit")), visit.reader.person_id)
    except ActionDenied as refused:
        return _new_page(visit, form, refused)
    return go_to(f"/cases/{case_id}")


def enter_new(act: Act, entry: CaseEntry, by: UUID) -> UUID:
    """Enter a case file that is not there yet; gives its id. Raises `FieldDenied` where it is."""
    if case_numbered(act.connection, entry.number) is not None:
        raise FieldDenied("number", "There is a case file with this number already.", ARTICLE)
    return retention.enter_case(act, entry, by)


def _entry(form: Form, number: str, unit: str) -> CaseEntry:
    years = form.one("keep_years")
    return CaseEntry(
        number,
        unit,
        typed_day(form, "closed_on"),
        read_number("keep_years", years) if years else None,
        bool(form.one("permanent")),
        form.optional("document"),
    )


def case_for(visit: Visit, reading: Session, case_id: UUID) -> CaseRow:
    """The case file, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    row = case_seen(reading, units_of(visit, reading), case_id)
    if row is None:
        raise NotShown(404, "没有这个案卷。", "There is no such case file.")
    return row


@cases.get("/cases/{case}")
def look_at(visit: TheVisit, case: UUID, page: str = "1") -> Response:
    """A case file, and what was filed in it or is used there."""
    return _page(visit, case, page_asked(page))


def _page(
    visit: Visit, case: UUID, page: int = 1, typed: Form | None = None, refused: ActionDenied | None = None
) -> Response:
    with visit.desk.registry.reading() as reading:
        row = case_for(visit, reading, case)
        recordings = recordings_in_case(reading, row.id, first_of(page), ON_A_PAGE)
        may_change = row.unit_id in units_of(visit, reading, *CASE_KEEPERS)
    return visit.page(
        "case.html.j2",
        status_of(refused),
        row=row,
        recordings=recordings,
        may_change=may_change,
        number=page,
        pages=pages_in(row.recordings),
        typed=typed or Form({}),
        **why(visit, refused),
    )


@cases.post("/cases/{case}")
def change(form: TheForm, case: UUID) -> Response:
    """Close it, open it again, have it kept longer: what the form says is how it is from now on."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        row = case_for(visit, reading, case)
    try:
        with visit.acting() as act:
            retention.enter_case(act, _entry(form, row.number, row.unit_code), visit.reader.person_id)
    except ActionDenied as refused:
        return _page(visit, case, typed=form, refused=refused)
    return go_to(f"/cases/{row.id}")
