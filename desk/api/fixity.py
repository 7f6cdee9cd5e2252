"""Incidents: what an audit found wrong with originals, and who has settled it (Art. 7)."""

from __future__ import annotations

from fastapi import APIRouter

from desk.api.disposals import Page
from desk.api.shapes.fixity import IncidentPage, IncidentShape, SettleBody
from desk.api.who import Caller
from desk.incidents import incident_for
from desk.keeping import overseen
from desk.paging import first_of
from desk.reader import Visit
from registry.queries.incident_pages import incidents_seen
from registry.transitions import fixity

found = APIRouter(tags=["fixity"])


@found.get("/incidents")
def incidents(visit: Caller, settled: bool = False, page: Page = 1) -> IncidentPage:
    """The incidents of the units one looks after: those that are open, or those that were settled."""
    with visit.desk.registry.reading() as reading:
        rows, total = incidents_seen(reading, overseen(visit, reading), settled=settled, offset=first_of(page))
    return IncidentPage(total=total, incidents=[IncidentShape.of(one) for one in rows])


@found.get("/incidents/{number}")
def look_at_incident(visit: Caller, number: str) -> IncidentShape:
    """An incident."""
    return _incident(visit, number)


def _incident(visit: Visit, number: str) -> IncidentShape:
    with visit.desk.registry.reading() as reading:
        return IncidentShape.of(incident_for(visit, reading, number))


@found.post("/incidents/{number}/settle")
def settle(visit: Caller, number: str, body: SettleBody) -> IncidentShape:
    """Enter how an incident was settled, and why."""
    _incident(visit, number)
    with visit.acting() as act:
        fixity.close_incident(act, number, visit.reader.person_id, body.resolution, body.reason)
    return _incident(visit, number)
