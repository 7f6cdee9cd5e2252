"""Terms at the desk: policies that would release footage earlier, and what is kept beyond its limit (Art. 18, 23)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import chosen, overseen, status_of, units_of, why
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.queries.overlong import OverlongRow, limits_of, overlong
from registry.queries.people import units_among
from registry.queries.retention_pages import ChangeRow, change_seen, changes_seen, released_by
from registry.tables import Shortened, Unit
from registry.transitions import retention
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

terms = APIRouter()


def pending_changes(visit: Visit, reading: Session) -> list[ChangeRow]:
    """The changes that wait for this person's word."""
    return changes_seen(reading, units_of(visit, reading, Role.PRINCIPAL_LEADER), pending=True)


@terms.get("/terms/changes")
def changes(visit: TheVisit) -> Response:
    """The policies that would release footage of one's units earlier."""
    with visit.desk.registry.reading() as reading:
        rows = changes_seen(reading, overseen(visit, reading))
    return visit.page("term_changes.html.j2", rows=rows)


def change_for(visit: Visit, reading: Session, change: UUID) -> ChangeRow:
    """The change, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    row = change_seen(reading, units_of(visit, reading), change)
    if row is None:
        raise NotShown(404, "没有这项变更。", "There is no such change.")
    return row


@terms.get("/terms/changes/{change}")
def look_at(visit: TheVisit, change: UUID, page: str = "1") -> Response:
    """A change: what it would release earlier, and what was said of it."""
    return _page(visit, change, page_asked(page))


def _page(
    visit: Visit, change: UUID, page: int = 1, typed: Form | None = None, refused: ActionDenied | None = None
) -> Response:
    with visit.desk.registry.reading() as reading:
        row = change_for(visit, reading, change)
        released = released_by(reading, row.id, first_of(page), ON_A_PAGE)
        may_decide = row.unit_id in units_of(visit, reading, Role.PRINCIPAL_LEADER)
    return visit.page(
        "term_change.html.j2",
        status_of(refused),
        row=row,
        released=released,
        may_decide=may_decide and row.decided_at is None,
        number=page,
        pages=pages_in(row.recordings),
        typed=typed or Form({}),
        **why(visit, refused),
    )


@terms.post("/terms/changes/{change}")
def decide(form: TheForm, change: UUID) -> Response:
    """Let the shorter terms into force, or have the longer ones go on."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        row = change_for(visit, reading, change)
    try:
        verdict = chosen(Shortened, "verdict", form.one("do"))
        with visit.acting() as act:
            retention.decide_change(act, row.id, visit.reader.person_id, verdict, form.one("reason"))
    except ActionDenied as refused:
        return _page(visit, change, typed=form, refused=refused)
    return go_to("/terms/changes")


@terms.get("/terms/review")
def review(visit: TheVisit, page: str = "1") -> Response:
    """What is kept for longer than its class allows without a reason."""
    number = page_asked(page)
    rows, total, unsound = reviewed(visit, first_of(number))
    return visit.page(
        "term_review.html.j2", rows=rows, total=total, unsound=unsound, number=number, pages=pages_in(total)
    )


def reviewed(visit: Visit, offset: int, limit: int = ON_A_PAGE) -> tuple[list[OverlongRow], int, list[str]]:
    """What the review finds in one's units, and how much; and the units whose policy is not sound, where it finds
    nothing. Raises `NotShown` (403)."""
    with visit.desk.registry.reading() as reading:
        now, rules = visit.desk.now(), visit.desk.access.rules(reading)
        units = [reading.get_one(Unit, one) for one in overseen(visit, reading)]
        limits, unsound = limits_of(units, rules.policy_of, now)
        rows, total = overlong(reading, limits, now, offset, limit)
        return rows, total, [one.name for one in units_among(reading, unsound)]
