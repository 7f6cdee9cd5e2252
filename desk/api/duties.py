"""Duties for programs: what one owes and what is owed below one; filed, confirmed, reported, excused and paused.

Art. 15, 16, 20.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from desk import duties as pages
from desk.api.disposals import Page
from desk.api.shapes.common import ReasonBody
from desk.api.shapes.duties import DutyPage, DutyShape, FilingBody, PauseBody, ReturnBody, WholeDutyShape
from desk.api.who import Caller
from desk.duties import duty_for, owed_to, whole_for
from desk.reader import Visit
from registry.queries.duty_pages import DutySeen

owed = APIRouter(tags=["duties"])


@owed.get("/duties")
def duties(visit: Caller, page: Page = 1) -> DutyPage:
    """What one owes and what is owed in the units that one looks after, the first due first."""
    rows, total = owed_to(visit, page)
    return DutyPage(total=total, duties=[DutyShape.of(one) for one in rows])


@owed.get("/duties/{duty}")
def look(visit: Caller, duty: UUID) -> WholeDutyShape:
    """A duty, what was decided about it, and what may be done."""
    return WholeDutyShape.whole(whole_for(visit, duty))


def _seen(visit: Visit, duty: UUID) -> DutySeen:
    with visit.desk.registry.reading() as reading:
        return duty_for(visit, reading, duty)


@owed.post("/duties/{duty}/filing")
def file(visit: Caller, duty: UUID, body: FilingBody) -> WholeDutyShape:
    """Say to which activity the recording belongs."""
    seen = _seen(visit, duty)
    with visit.acting() as act:
        pages.file_under(act, visit, seen, body.activity)
    return look(visit, duty)


@owed.post("/duties/{duty}/arrivals/{session}")
def confirm(visit: Caller, duty: UUID, session: UUID) -> WholeDutyShape:
    """Confirm that what came over the air has arrived reliably."""
    seen = _seen(visit, duty)
    with visit.acting() as act:
        pages.confirm(act, visit, seen, str(session))
    return look(visit, duty)


@owed.post("/duties/{duty}/return")
def report(visit: Caller, duty: UUID, body: ReturnBody) -> WholeDutyShape:
    """Report the return to the unit from the activity."""
    seen = _seen(visit, duty)
    with visit.acting() as act:
        pages.report(act, visit, seen, body.returned_at)
    return look(visit, duty)


@owed.post("/duties/{duty}/excuse")
def excuse(visit: Caller, duty: UUID, body: ReasonBody) -> WholeDutyShape:
    """Excuse it: it need not be done."""
    seen = _seen(visit, duty)
    with visit.acting() as act:
        pages.excuse(act, visit, seen, body.reason)
    return look(visit, duty)


@owed.post("/duties/{duty}/pause")
def pause(visit: Caller, duty: UUID, body: PauseBody) -> WholeDutyShape:
    """Stop its clock until a moment."""
    seen = _seen(visit, duty)
    with visit.acting() as act:
        pages.pause(act, visit, seen, body.reason, body.until)
    return look(visit, duty)
