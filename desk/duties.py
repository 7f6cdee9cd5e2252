"""Duties at the desk: what one owes, what is owed below one, and what may be done about it (Art. 15, 16, 20).

A duty is never ticked off. What is done here is a fact that meets it, or a decision that it need not be done, or not
yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from desk.keeping import status_of, typed_day, units_of, why
from desk.moments import read_time
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.queries import activities_by_number
from registry.queries.duty_pages import (
    DutySeen,
    decisions_on,
    duties_seen,
    duty_seen,
    may_decide,
    unconfirmed_of,
    waiting_of,
)
from registry.transitions.docking import confirm_arrival
from registry.transitions.duties import excuse_duty, pause_duty
from registry.transitions.filing import answer_filing
from regulation.access_terms import FieldDenied
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

duties = APIRouter()

SEATS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.DEPARTMENT_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.SUPERVISOR,
)
"""From which somebody sees what is owed in their units: those that a ladder tells, and the supervision above."""


@duties.get("/duties")
def look(visit: TheVisit, page: str = "1") -> Response:
    """What they owe, and what is owed in the units that they look after."""
    number = page_asked(page)
    with visit.desk.registry.reading() as reading:
        units = units_of(visit, reading, *SEATS)
        rows, total = duties_seen(reading, visit.reader.person_id, units, first_of(number), ON_A_PAGE)
    return visit.page("duties.html.j2", rows=rows, total=total, number=number, pages=pages_in(total))


@duties.get("/duties/{duty}")
def look_at(visit: TheVisit, duty: UUID) -> Response:
    """One duty, and what may be done about it."""
    return _page(visit, duty)


@duties.post("/duties/{duty}")
def act_on(form: TheForm, duty: UUID) -> Response:
    """Say where a recording belongs, confirm an arrival, excuse or pause; by the button that was pressed."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        seen = duty_for(visit, reading, duty)
    do = _DO.get(form.one("do"))
    if do is None:
        raise NotShown(400, "内容不正确。", "This is nothing that is done about a duty.")
    try:
        with visit.acting() as act:
            do(act, visit, seen, form)
    except ActionDenied as refused:
        return _page(visit, duty, form, refused)
    return go_to(f"/duties/{duty}")


def duty_for(visit: Visit, reading: Session, duty: UUID) -> DutySeen:
    """The duty, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    seen = duty_seen(reading, duty, visit.reader.person_id, units_of(visit, reading, *SEATS))
    if seen is None:
        raise NotShown(404, "没有这个期限事项。", "There is no such duty.")
    return seen


def _page(visit: Visit, duty: UUID, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    with visit.desk.registry.reading() as reading:
        seen = duty_for(visit, reading, duty)
        decides = may_decide(reading, seen, visit.reader.person_id, visit.desk.now())
        decisions = decisions_on(reading, duty)
        waiting, unconfirmed = waiting_of(reading, seen), unconfirmed_of(reading, seen)
    return visit.page(
        "duty.html.j2",
        status_of(refused),
        seen=seen,
        row=seen.row,
        decides=decides,
        decisions=decisions,
        waiting=waiting,
        unconfirmed=unconfirmed,
        typed=typed or Form({}),
        **why(visit, refused),
    )


def _file(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    if seen.row.kind is not DutyKind.FILING:
        raise NotShown(400, "内容不正确。", "This is nothing that is done about a duty.")
    number = form.one("activity").strip()
    activity = activities_by_number(act.session, [number]).get(number)
    if activity is None:
        raise FieldDenied("activity", "There is no activity of this number.", "Art. 15")
    answer_filing(act, seen.subject_id, activity.id, visit.reader.person_id)


def _confirm(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    arrived = {str(one.id): one.id for one in unconfirmed_of(act.session, seen)}
    if form.one("of") not in arrived:
        raise ActionDenied("Its arrival was confirmed already.", article="Art. 16")
    confirm_arrival(act, arrived[form.one("of")], visit.reader.person_id)


def _excuse(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    rules = visit.desk.access.rules(act.session)
    excuse_duty(act, seen.row.duty_id, visit.reader.person_id, form.one("reason"), rules)


def _pause(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    day = typed_day(form, "until")
    if day is None:
        raise FieldDenied("until", "This is not a time.", seen.row.article)
    until = read_time("until", day.isoformat(), seen.zone)
    rules = visit.desk.access.rules(act.session)
    pause_duty(act, seen.row.duty_id, visit.reader.person_id, form.one("reason"), until, rules)


_DO: Mapping[str, Callable[[Act, Visit, DutySeen, Form], None]] = MappingProxyType(
    {"file": _file, "confirm": _confirm, "excuse": _excuse, "pause": _pause}
)
