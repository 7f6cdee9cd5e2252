"""Duties at the desk: what one owes, what is owed below one, and what may be done about it (Art. 15, 16, 20).

A duty is never ticked off. What is done here is a fact that meets it, or a decision that it need not be done, or not
yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from registry.bulk import AnyRow
from registry.queries import activities_by_number
from registry.queries.duty_pages import (
    DutySeen,
    Waiting,
    decisions_on,
    duties_seen,
    duty_seen,
    may_decide,
    returning_of,
    unconfirmed_of,
    waiting_of,
)
from registry.transitions.docking import confirm_arrival
from registry.transitions.duties import excuse_duty, pause_duty
from registry.transitions.filing import answer_filing
from registry.transitions.returning import report_return
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


@dataclass(frozen=True, slots=True)
class WholeDuty:
    """A duty with what was decided about it, and what may be done by whoever looks at it: `decides` that they may
    excuse or pause it, `returning` the activity whose return they may report."""

    seen: DutySeen
    decides: bool
    decisions: list[AnyRow]
    waiting: Waiting | None
    unconfirmed: list[AnyRow]
    returning: AnyRow | None


@duties.get("/duties")
def look(visit: TheVisit, page: str = "1") -> Response:
    """What they owe, and what is owed in the units that they look after."""
    number = page_asked(page)
    rows, total = owed_to(visit, number)
    return visit.page("duties.html.j2", rows=rows, total=total, number=number, pages=pages_in(total))


def owed_to(visit: Visit, page: int) -> tuple[list[DutySeen], int]:
    """A page of what whoever visits owes and looks after, and how many there are."""
    with visit.desk.registry.reading() as reading:
        units = units_of(visit, reading, *SEATS)
        return duties_seen(reading, visit.reader.person_id, units, first_of(page), ON_A_PAGE)


@duties.get("/duties/{duty}")
def look_at(visit: TheVisit, duty: UUID) -> Response:
    """One duty, and what may be done about it."""
    return _page(visit, duty)


@duties.post("/duties/{duty}")
def act_on(form: TheForm, duty: UUID) -> Response:
    """Say where a recording belongs, confirm an arrival, report a return, excuse or pause; by the button that was
    pressed."""
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


def whole_for(visit: Visit, duty: UUID) -> WholeDuty:
    """The duty with all that belongs to it. Raises as `duty_for` does."""
    with visit.desk.registry.reading() as reading:
        seen = duty_for(visit, reading, duty)
        return WholeDuty(
            seen,
            may_decide(reading, seen, visit.reader.person_id, visit.desk.now()),
            decisions_on(reading, duty),
            waiting_of(reading, seen),
            unconfirmed_of(reading, seen),
            returning_of(reading, seen, visit.reader.person_id, visit.desk.now()),
        )


def _page(visit: Visit, duty: UUID, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    whole = whole_for(visit, duty)
    return visit.page(
        "duty.html.j2",
        status_of(refused),
        seen=whole.seen,
        row=whole.seen.row,
        decides=whole.decides,
        decisions=whole.decisions,
        waiting=whole.waiting,
        unconfirmed=whole.unconfirmed,
        returning=whole.returning,
        typed=typed or Form({}),
        **why(visit, refused),
    )


def file_under(act: Act, visit: Visit, seen: DutySeen, number: str) -> None:
    """Answer to which activity the duty's recording belongs."""
    if seen.row.kind is not DutyKind.FILING:
        raise ActionDenied("This duty is not about where a recording belongs.", article="Art. 15")
    activity = activities_by_number(act.session, [number]).get(number)
    if activity is None:
        raise FieldDenied("activity", "There is no activity of this number.", "Art. 15")
    answer_filing(act, seen.subject_id, activity.id, visit.reader.person_id)


def confirm(act: Act, visit: Visit, seen: DutySeen, session: str) -> None:
    """Confirm the arrival of one of the duty's wireless sessions."""
    arrived = {str(one.id): one.id for one in unconfirmed_of(act.session, seen)}
    if session not in arrived:
        raise ActionDenied("Its arrival was confirmed already.", article="Art. 16")
    confirm_arrival(act, arrived[session], visit.reader.person_id)


def report(act: Act, visit: Visit, seen: DutySeen, returned_at: datetime) -> None:
    """Report when they returned to the unit from the duty's activity."""
    if seen.row.kind is not DutyKind.RETURN_REPORT:
        raise ActionDenied("This duty is not about a return to the unit.", article="Art. 16")
    report_return(act, seen.subject_id, returned_at, visit.reader.person_id)


def excuse(act: Act, visit: Visit, seen: DutySeen, reason: str) -> None:
    """Decide that it need not be done."""
    excuse_duty(act, seen.row.duty_id, visit.reader.person_id, reason, visit.desk.access.rules(act.session))


def pause(act: Act, visit: Visit, seen: DutySeen, reason: str, until: datetime) -> None:
    """Decide that it need not be done before `until`."""
    pause_duty(act, seen.row.duty_id, visit.reader.person_id, reason, until, visit.desk.access.rules(act.session))


def _file(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    file_under(act, visit, seen, form.one("activity").strip())


def _confirm(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    confirm(act, visit, seen, form.one("of"))


def _report(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    report(act, visit, seen, read_time("returned_at", form.one("returned_at"), seen.zone, "Art. 16"))


def _excuse(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    excuse(act, visit, seen, form.one("reason"))


def _pause(act: Act, visit: Visit, seen: DutySeen, form: Form) -> None:
    day = typed_day(form, "until")
    if day is None:
        raise FieldDenied("until", "This is not a time.", seen.row.article)
    pause(act, visit, seen, form.one("reason"), read_time("until", day.isoformat(), seen.zone))


_DO: Mapping[str, Callable[[Act, Visit, DutySeen, Form], None]] = MappingProxyType(
    {"file": _file, "confirm": _confirm, "return": _report, "excuse": _excuse, "pause": _pause}
)
