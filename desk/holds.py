"""Holds at the desk: footage held back from disposal, until the principal leader lets go of it (Art. 18)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import chosen, onlooker_of, status_of, typed_ids, units_of, why
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import SEARCHING, Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.queries.access_offer import recent_activities
from registry.queries.holding_pages import HoldRow, hold_seen, holds_seen, recordings_held, recordings_to_hold
from registry.transitions import holding
from registry.transitions.holding import NewHold
from regulation.errors import ActionDenied
from regulation.holds import LIFTERS, HoldKind

holds = APIRouter()


@holds.get("/holds")
def look(visit: TheVisit, words: str = "", lifted: str = "", page: str = "1") -> Response:
    """The holds of one's units: those that last, or those that were lifted."""
    number, sought = page_asked(page), words.strip()[:100]
    with visit.desk.registry.reading() as reading:
        onlooker = onlooker_of(visit, reading)
        rows, total = holds_seen(reading, onlooker, lifted=bool(lifted), words=sought, offset=first_of(number))
    return visit.page(
        "holds.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        sought=sought,
        lifted=bool(lifted),
        number=number,
        pages=pages_in(total),
    )


@holds.get("/holds/new")
def blank(visit: TheVisit, activity: str = "", case: str = "") -> Response:
    """The form: the footage of an activity, once one is named, or a case."""
    return _new_page(visit, Form({"activity": [activity.strip()[:64]], "case_number": [case.strip()[:64]]}))


def _new_page(visit: Visit, typed: Form, refused: ActionDenied | None = None) -> Response:
    activity = typed.one("activity")
    with visit.desk.registry.reading() as reading:
        units = units_of(visit, reading)
        recent = recent_activities(reading, units)
        found = recordings_to_hold(reading, onlooker_of(visit, reading), activity) if activity else []
    return visit.page(
        "new_hold.html.j2",
        status_of(refused),
        typed=typed,
        activity=activity,
        recent=recent,
        found=found,
        kinds=list(HoldKind),
        **why(visit, refused),
    )


@holds.post("/holds/new")
def place(form: TheForm) -> Response:
    """Hold it back; what is wrong stands beside its field."""
    visit = form.visit
    try:
        with visit.acting() as act:
            number = placed(act, visit, form, typed_ids(form.all("recording")))
    except ActionDenied as refused:
        return _new_page(visit, form, refused)
    return go_to(f"/holds/{number}")


def placed(act: Act, visit: Visit, form: Form, recordings: set[UUID]) -> str:
    """Place the hold that a form describes; gives its number."""
    kind = chosen(HoldKind, "kind", form.one("kind"))
    new = NewHold(kind, form.one("reason"), recordings, form.optional("case_number"), form.optional("document"))
    return holding.place_hold(act, new, visit.reader.person_id)


def hold_for(visit: Visit, reading: Session, number: str) -> HoldRow:
    """The hold, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    row = hold_seen(reading, onlooker_of(visit, reading), number)
    if row is None:
        raise NotShown(404, "没有这项暂停处置。", "There is no such hold.")
    return row


@holds.get("/holds/{number}")
def look_at(visit: TheVisit, number: str, page: str = "1") -> Response:
    """A hold: what it names, why, by whom."""
    return _page(visit, number, page_asked(page))


def _page(
    visit: Visit, number: str, page: int = 1, typed: Form | None = None, refused: ActionDenied | None = None
) -> Response:
    with visit.desk.registry.reading() as reading:
        row = hold_for(visit, reading, number)
        recordings = recordings_held(reading, row.id, first_of(page), ON_A_PAGE)
        may_lift = row.unit_id in units_of(visit, reading, *LIFTERS)
    return visit.page(
        "hold.html.j2",
        status_of(refused),
        row=row,
        recordings=recordings,
        may_lift=may_lift and row.lifted_at is None,
        number=page,
        pages=pages_in(row.recordings),
        typed=typed or Form({}),
        **why(visit, refused),
    )


@holds.post("/holds/{number}")
def lift(form: TheForm, number: str) -> Response:
    """Let go of what it names."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        row = hold_for(visit, reading, number)
    try:
        with visit.acting() as act:
            holding.lift_hold(act, row.number, visit.reader.person_id, form.one("reason"))
    except ActionDenied as refused:
        return _page(visit, number, typed=form, refused=refused)
    return go_to(f"/holds/{row.number}")
