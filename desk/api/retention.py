"""Holds, case files, changes of terms, and how a recording stands (Art. 18, 23)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from desk import recordings
from desk.api.disposals import Page, Words
from desk.api.shapes.common import ReasonBody
from desk.api.shapes.retention import (
    CaseBody,
    CaseChange,
    CasePage,
    CaseShape,
    ChangeShape,
    ChangeWhole,
    HoldBody,
    HoldPage,
    HoldShape,
    Overlong,
    Released,
    ReviewPage,
    StandingShape,
    UseBody,
    VerdictBody,
)
from desk.api.who import Caller
from desk.cases import case_for, enter_new
from desk.holds import hold_for
from desk.keeping import onlooker_of, overseen
from desk.paging import ON_A_PAGE, first_of
from desk.reader import Visit
from desk.terms import change_for, reviewed
from registry.queries.holding_pages import holds_seen
from registry.queries.retention_pages import cases_seen, changes_seen, released_by
from registry.transitions import holding, retention
from registry.transitions.holding import NewHold
from registry.transitions.retention import CaseEntry

held = APIRouter(tags=["retention"])


@held.get("/recordings/{recording}/standing")
def standing(visit: Caller, recording: UUID) -> StandingShape:
    """Why a recording is kept, or what is due; or what is left of it."""
    return StandingShape.of(recordings.standing_for(visit, recordings.trail_for(visit, recording)))


@held.post("/recordings/{recording}/extensions/{extension}/end")
def end_extension(visit: Caller, recording: UUID, extension: UUID, body: ReasonBody) -> StandingShape:
    """Take back a decision to keep a recording without an end: it goes by its own term again."""
    recordings.trail_for(visit, recording)
    with visit.acting() as act:
        retention.end_extension(act, recording, extension, visit.reader.person_id, body.reason)
    return standing(visit, recording)


@held.get("/holds")
def holds(visit: Caller, lifted: bool = False, words: Words = "", page: Page = 1) -> HoldPage:
    """The holds of the units one looks after, and those one placed: those that last, or those that were lifted."""
    with visit.desk.registry.reading() as reading:
        onlooker = onlooker_of(visit, reading)
        rows, total = holds_seen(reading, onlooker, lifted=lifted, words=words.strip(), offset=first_of(page))
    return HoldPage(total=total, holds=[HoldShape.of(one) for one in rows])


@held.post("/holds", status_code=201)
def place(visit: Caller, body: HoldBody) -> HoldShape:
    """Hold recordings back, or all of a case; what stands on a disposal list leaves it."""
    new = NewHold(body.kind, body.reason, set(body.recordings), body.case_number or None, body.document or None)
    with visit.acting() as act:
        number = holding.place_hold(act, new, visit.reader.person_id)
    return _hold(visit, number)


def _hold(visit: Visit, number: str) -> HoldShape:
    with visit.desk.registry.reading() as reading:
        return HoldShape.of(hold_for(visit, reading, number))


@held.get("/holds/{number}")
def look_at_hold(visit: Caller, number: str) -> HoldShape:
    """A hold."""
    return _hold(visit, number)


@held.post("/holds/{number}/lift")
def lift(visit: Caller, number: str, body: ReasonBody) -> HoldShape:
    """Let go of what it names."""
    _hold(visit, number)
    with visit.acting() as act:
        holding.lift_hold(act, number, visit.reader.person_id, body.reason)
    return _hold(visit, number)


@held.get("/cases")
def cases(visit: Caller, words: Words = "", page: Page = 1) -> CasePage:
    """The case files of the units one looks after."""
    with visit.desk.registry.reading() as reading:
        rows, total = cases_seen(reading, overseen(visit, reading), words.strip(), first_of(page), ON_A_PAGE)
    return CasePage(total=total, cases=[CaseShape.of(one) for one in rows])


@held.post("/cases", status_code=201)
def enter(visit: Caller, body: CaseBody) -> CaseShape:
    """Enter a case file."""
    with visit.acting() as act:
        case_id = enter_new(act, _entry(body, body.number, body.unit), visit.reader.person_id)
    return _case(visit, case_id)


def _entry(body: CaseChange, number: str, unit: str) -> CaseEntry:
    return CaseEntry(number, unit, body.closed_on, body.keep_years, body.permanent, body.document or None)


def _case(visit: Visit, case_id: UUID) -> CaseShape:
    with visit.desk.registry.reading() as reading:
        return CaseShape.of(case_for(visit, reading, case_id))


@held.get("/cases/{case}")
def look_at_case(visit: Caller, case: UUID) -> CaseShape:
    """A case file."""
    return _case(visit, case)


@held.post("/cases/{case}")
def change_case(visit: Caller, case: UUID, body: CaseChange) -> CaseShape:
    """Close it, open it again, have it kept longer: what is sent is how it is from now on."""
    known = _case(visit, case)
    with visit.acting() as act:
        retention.enter_case(act, _entry(body, known.number, known.unit), visit.reader.person_id)
    return _case(visit, case)


@held.post("/uses", status_code=204)
def use(visit: Caller, body: UseBody) -> None:
    """Enter that recordings are used as evidence in a case: from now on they are kept as its file is."""
    with visit.acting() as act:
        retention.use_in_case(act, body.case_number, set(body.recordings), visit.reader.person_id, body.reason)


@held.get("/terms/changes")
def changes(
    visit: Caller, pending: Annotated[bool, Query(description="only those not decided")] = False
) -> list[ChangeShape]:
    """The policies that would release footage of the units one looks after earlier."""
    with visit.desk.registry.reading() as reading:
        rows = changes_seen(reading, overseen(visit, reading), pending=pending)
    return [ChangeShape.of(one) for one in rows]


@held.get("/terms/changes/{change}")
def look_at_change(visit: Caller, change: UUID, page: Page = 1) -> ChangeWhole:
    """A change, and a page of what it would release earlier."""
    with visit.desk.registry.reading() as reading:
        row = change_for(visit, reading, change)
        released = released_by(reading, row.id, first_of(page), ON_A_PAGE)
    return ChangeWhole(change=ChangeShape.of(row), released=[Released.of(one) for one in released])


@held.post("/terms/changes/{change}")
def decide(visit: Caller, change: UUID, body: VerdictBody) -> ChangeWhole:
    """Let the shorter terms into force, or have the longer ones go on."""
    look_at_change(visit, change)
    with visit.acting() as act:
        retention.decide_change(act, change, visit.reader.person_id, body.verdict, body.reason)
    return look_at_change(visit, change)


@held.get("/terms/review")
def review(visit: Caller, page: Page = 1) -> ReviewPage:
    """What is kept for longer than its class allows without a reason."""
    rows, total, unsound = reviewed(visit, first_of(page))
    return ReviewPage(total=total, recordings=[Overlong.of(one) for one in rows], unsound=unsound)
