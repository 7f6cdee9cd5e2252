"""Enforcement activities: their interruptions explained and seen, their exemptions entered and reviewed.

Art. 10, 12, 13.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from desk import activities as pages
from desk.activities import activity_for, open_to, waiting_activities, whole_for
from desk.api.disposals import Page, Words
from desk.api.shapes.activities import (
    ActivityPage,
    ActivityShape,
    ExemptionBody,
    ReportBody,
    ReviewBody,
    WholeActivityShape,
)
from desk.api.who import Caller
from desk.paging import ON_A_PAGE
from desk.reader import Visit
from registry.queries.activity_pages import ActivityRow
from registry.transitions import unrecorded
from registry.transitions.unrecorded import NewExemption, NewReport

told = APIRouter(tags=["activities"])


@told.get("/activities")
def activities(visit: Caller, words: Words = "", page: Page = 1) -> ActivityPage:
    """The activities in which one took part, and those of the units one looks after."""
    rows, total = open_to(visit, words.strip(), page)
    return ActivityPage(total=total, activities=[ActivityShape.of(one) for one in rows])


@told.get("/activities/waiting")
def waiting(visit: Caller) -> list[ActivityShape]:
    """The activities of which a report or an exemption waits for the caller's word."""
    with visit.desk.registry.reading() as reading:
        return [ActivityShape.of(one) for one in waiting_activities(visit, reading, ON_A_PAGE)]


@told.get("/activities/{activity}")
def look(visit: Caller, activity: UUID) -> WholeActivityShape:
    """An activity: its recordings, its interruptions and exemptions."""
    return _whole(visit, activity)


def _whole(visit: Visit, activity: UUID) -> WholeActivityShape:
    return WholeActivityShape.of(whole_for(visit, activity))


def _row(visit: Visit, activity: UUID) -> ActivityRow:
    with visit.desk.registry.reading() as reading:
        return activity_for(visit, reading, activity)


@told.post("/activities/{activity}/reports", status_code=201)
def report(visit: Caller, activity: UUID, body: ReportBody) -> WholeActivityShape:
    """Say why nothing was recorded for a while; whoever heads the department is told."""
    row = _row(visit, activity)
    with visit.acting() as act:
        pages.report(act, visit, row, NewReport((body.start, body.end), body.manner, body.reason))
    return _whole(visit, activity)


@told.post("/activities/{activity}/reports/{report}/acknowledgement")
def acknowledge(visit: Caller, activity: UUID, report: UUID) -> WholeActivityShape:
    """Take note of a report."""
    _row(visit, activity)
    with visit.acting() as act:
        unrecorded.acknowledge_report(act, activity, report, visit.reader.person_id)
    return _whole(visit, activity)


@told.post("/activities/{activity}/exemptions", status_code=201)
def exempt(visit: Caller, activity: UUID, body: ExemptionBody) -> WholeActivityShape:
    """Enter on which ground the activity was not to be recorded; the principal leader is told."""
    row = _row(visit, activity)
    with visit.acting() as act:
        pages.exempt(act, visit, row, NewExemption(body.ground, body.reason, body.document or None))
    return _whole(visit, activity)


@told.post("/activities/{activity}/exemptions/{exemption}/review")
def review(visit: Caller, activity: UUID, exemption: UUID, body: ReviewBody) -> WholeActivityShape:
    """Approve or refuse an exemption."""
    _row(visit, activity)
    with visit.acting() as act:
        unrecorded.review_exemption(act, activity, exemption, visit.reader.person_id, body.review, body.reason)
    return _whole(visit, activity)
