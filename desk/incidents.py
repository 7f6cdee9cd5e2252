"""Incidents at the desk: what an audit found wrong with an original, until somebody has settled it (Art. 7)."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import chosen, overseen, status_of, units_of, why
from desk.paging import first_of, page_asked, pages_in
from desk.reader import Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.queries.incident_pages import IncidentSeen, incident_seen, incidents_counted, incidents_seen
from registry.transitions import fixity
from regulation.errors import ActionDenied
from regulation.incidents import CLOSERS, Resolution

incidents = APIRouter()


def open_incidents(visit: Visit, reading: Session) -> int:
    """How many incidents this person may settle."""
    return incidents_counted(reading, units_of(visit, reading, *CLOSERS), settled=False)


@incidents.get("/incidents")
def look(visit: TheVisit, settled: str = "", page: str = "1") -> Response:
    """The incidents of one's units: those that are open, or those that were settled."""
    number = page_asked(page)
    with visit.desk.registry.reading() as reading:
        rows, total = incidents_seen(reading, overseen(visit, reading), settled=bool(settled), offset=first_of(number))
    return visit.page(
        "incidents.html.j2",
        rows=rows,
        total=total,
        settled=bool(settled),
        number=number,
        pages=pages_in(total),
    )


def incident_for(visit: Visit, reading: Session, number: str) -> IncidentSeen:
    """The incident, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    row = incident_seen(reading, units_of(visit, reading), number)
    if row is None:
        raise NotShown(404, "没有这项异常。", "There is no such incident.")
    return row


@incidents.get("/incidents/{number}")
def look_at(visit: TheVisit, number: str) -> Response:
    """An incident: what was found, what was done about it."""
    return _page(visit, number)


def _page(visit: Visit, number: str, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    with visit.desk.registry.reading() as reading:
        row = incident_for(visit, reading, number)
        may_settle = row.unit_id in units_of(visit, reading, *CLOSERS)
    return visit.page(
        "incident.html.j2",
        status_of(refused),
        row=row,
        may_settle=may_settle and row.closed_at is None,
        resolutions=list(Resolution),
        typed=typed or Form({}),
        **why(visit, refused),
    )


@incidents.post("/incidents/{number}")
def settle(form: TheForm, number: str) -> Response:
    """Enter how it was settled, and why."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        row = incident_for(visit, reading, number)
    try:
        resolution = chosen(Resolution, "resolution", form.one("resolution"))
        with visit.acting() as act:
            fixity.close_incident(act, row.number, visit.reader.person_id, resolution, form.one("reason"))
    except ActionDenied as refused:
        return _page(visit, number, form, refused)
    return go_to(f"/incidents/{row.number}")
