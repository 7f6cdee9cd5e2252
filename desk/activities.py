"""Enforcement activities at the desk: what was recorded and what was not, why, and who has seen it.

Art. 9, 10, 12, 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import check_shown, chosen, status_of, units_of, why
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import SEARCHING, Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.queries.activity_pages import (
    ActivityRow,
    WholeActivity,
    activities_seen,
    activities_waiting,
    activity_seen,
    whole_activity,
)
from registry.transitions import unrecorded
from registry.transitions.unrecorded import NewExemption, NewReport
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.gaps import Stretch
from regulation.unrecorded import INTERRUPTION, ExemptionGround, Manner, Review

activities = APIRouter()


@activities.get("/activities")
def look(visit: TheVisit, words: str = "", page: str = "1") -> Response:
    """The activities in which they took part, and those of the units they look after."""
    number, sought = page_asked(page), words.strip()[:100]
    rows, total = open_to(visit, sought, number)
    return visit.page(
        "activities.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        sought=sought,
        number=number,
        pages=pages_in(total),
    )


def open_to(visit: Visit, words: str, page: int) -> tuple[list[ActivityRow], int]:
    """A page of the activities that are open to whoever visits, and how many there are."""
    with visit.desk.registry.reading() as reading:
        units = units_of(visit, reading)
        return activities_seen(reading, visit.reader.person_id, units, words, first_of(page), ON_A_PAGE)


def waiting_activities(visit: Visit, reading: Session, limit: int) -> list[ActivityRow]:
    """The activities of which something waits for this person's word."""
    return activities_waiting(reading, visit.reader.person_id, visit.desk.now(), limit)


def activity_for(visit: Visit, reading: Session, activity: UUID) -> ActivityRow:
    """The activity, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    row = activity_seen(reading, activity, visit.reader.person_id, units_of(visit, reading))
    if row is None:
        raise NotShown(404, "没有这项执法活动。", "There is no such activity.")
    return row


@activities.get("/activities/{activity}")
def look_at(visit: TheVisit, activity: UUID) -> Response:
    """An activity: its recordings, its interruptions and exemptions, and what may be done about them."""
    return _page(visit, activity)


def whole_for(visit: Visit, activity: UUID) -> WholeActivity:
    """The activity with all that belongs to it. Raises as `activity_for` does."""
    with visit.desk.registry.reading() as reading:
        row = activity_for(visit, reading, activity)
        policy = visit.desk.access.rules(reading).policy_of(row.unit_id)
        return whole_activity(reading, row, policy, visit.reader.person_id, visit.desk.now())


def _page(visit: Visit, activity: UUID, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    whole = whole_for(visit, activity)
    return visit.page(
        "activity.html.j2",
        status_of(refused),
        row=whole.row,
        whole=whole,
        grounds=list(ExemptionGround),
        manners=list(Manner),
        reviews=list(Review),
        typed=typed or Form({}),
        **why(visit, refused),
    )


@activities.post("/activities/{activity}")
def act_on(form: TheForm, activity: UUID) -> Response:
    """Explain an interruption, take note of an explanation, write down an exemption, review one; by the button that was
    pressed."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        row = activity_for(visit, reading, activity)
    do = _DO.get(form.one("do"))
    if do is None:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with an activity.")
    try:
        with visit.acting() as act:
            do(act, visit, row, form)
    except ActionDenied as refused:
        return _page(visit, activity, form, refused)
    return go_to(f"/activities/{activity}")


def report(act: Act, visit: Visit, row: ActivityRow, new: NewReport) -> None:
    """Explain an interruption in words that a paper can show."""
    check_shown(visit, "reason", new.reason)
    policy = visit.desk.access.rules(act.session).policy_of(row.unit_id)
    unrecorded.report_interruption(act, row.id, new, visit.reader.person_id, policy)


def exempt(act: Act, visit: Visit, row: ActivityRow, new: NewExemption) -> None:
    """Write down an exemption in words that a paper can show."""
    check_shown(visit, "reason", new.reason)
    check_shown(visit, "document", new.document)
    unrecorded.enter_exemption(act, row.id, new, visit.reader.person_id)


def _report(act: Act, visit: Visit, row: ActivityRow, form: Form) -> None:
    manner = chosen(Manner, "manner", form.one("manner"))
    report(act, visit, row, NewReport(_gap_in(form.one("gap")), manner, form.one("reason")))


def _gap_in(text: str) -> Stretch:
    """The interruption that was chosen, as the page names it. Raises `FieldDenied` for what names none."""
    try:
        start, end = (datetime.fromisoformat(one) for one in text.split("/"))
    except ValueError:
        raise FieldDenied("gap", "Choose one of these.", INTERRUPTION) from None
    return start, end


def _acknowledge(act: Act, visit: Visit, row: ActivityRow, form: Form) -> None:
    unrecorded.acknowledge_report(act, row.id, _id_in(form), visit.reader.person_id)


def _exempt(act: Act, visit: Visit, row: ActivityRow, form: Form) -> None:
    ground = chosen(ExemptionGround, "ground", form.one("ground"))
    exempt(act, visit, row, NewExemption(ground, form.one("reason"), form.optional("document")))


def _review(act: Act, visit: Visit, row: ActivityRow, form: Form) -> None:
    review = chosen(Review, "review", form.one("review"))
    unrecorded.review_exemption(act, row.id, _id_in(form), visit.reader.person_id, review, form.one("reason"))


def _id_in(form: Form) -> UUID:
    """The report or exemption that a form is about. Raises `NotShown` (400) for what names none."""
    try:
        return UUID(form.one("of"))
    except ValueError:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with an activity.") from None


_DO: Mapping[str, Callable[[Act, Visit, ActivityRow, Form], None]] = MappingProxyType(
    {"report": _report, "acknowledge": _acknowledge, "exempt": _exempt, "review": _review}
)
