"""People and appointments at the desk: entered, let in, appointed with a second person's word (Art. 6, 17)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from desk.failing import field_of, said
from desk.moments import read_time
from desk.paging import ON_A_PAGE, first_of, page_asked, pages_in
from desk.reader import SEARCHING, Form, TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.act import Act
from registry.bulk import AnyRow
from registry.queries.docks import token_hash
from registry.queries.people import (
    WholePerson,
    managed_units,
    people_listed,
    proposals_for,
    units_among,
    whole_person,
)
from registry.transitions import appointing
from registry.transitions.directory import PersonEntry
from registry.transitions.signing import INVITED_FOR
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

people = APIRouter()


def units_kept(visit: Visit) -> set[UUID]:
    """The units of which they keep the list. Raises `NotShown` (403) where there are none."""
    with visit.desk.registry.reading() as reading:
        units = managed_units(reading, visit.reader.person_id, visit.desk.now())
    if not units:
        raise NotShown(403, "您没有管理人员的权限。", "The list of people is not yours to keep.")
    return units


@people.get("/people")
def look(visit: TheVisit, words: str = "", page: str = "1") -> Response:
    """A page of the list, and what waits for one's word."""
    units, now = units_kept(visit), visit.desk.now()
    number = page_asked(page)
    sought = words.strip()[:64]
    with visit.desk.registry.reading() as reading:
        rows, total = people_listed(reading, units, sought, now, first_of(number), ON_A_PAGE)
        waiting = proposals_for(reading, visit.reader.person_id, now)
    return visit.page(
        "people.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        waiting=waiting,
        sought=sought,
        number=number,
        pages=pages_in(total),
    )


@people.get("/new-person")
def blank(visit: TheVisit) -> Response:
    """The form for somebody new."""
    return _new_page(visit, Form({}))


def _new_page(visit: Visit, typed: Form, refused: ActionDenied | None = None) -> Response:
    units = units_kept(visit)
    with visit.desk.registry.reading() as reading:
        choice = units_among(reading, units)
    return visit.page("new_person.html.j2", _status(refused), typed=typed, units=choice, **_why(visit, refused))


def _status(refused: ActionDenied | None) -> int:
    return 200 if refused is None else 422


def _why(visit: Visit, refused: ActionDenied | None) -> dict[str, Any]:
    if refused is None:
        return {"wrong": None, "field": ""}
    return {"wrong": said(refused, visit.language), "field": field_of(refused)}


@people.post("/new-person")
def enter(form: TheForm) -> Response:
    """Enter somebody new."""
    visit = form.visit
    try:
        with visit.acting() as act:
            appointing.keep_person(act, _entry(form, form.one("number")), visit.reader.person_id, is_new=True)
    except ActionDenied as refused:
        return _new_page(visit, form, refused)
    return go_to(f"/people/{form.one('number')}")


def _entry(form: Form, number: str) -> PersonEntry:
    dates = {name: _day(form, name) for name in ("joined_on", "left_on")}
    return PersonEntry(number, form.one("name"), form.one("unit"), **dates)


def _day(form: Form, field: str) -> date | None:
    typed = form.one(field)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise FieldDenied(field, "This is not a time.") from None


@people.get("/people/{number}")
def look_at(visit: TheVisit, number: str) -> Response:
    """Somebody: where they stand, with what they sign in, and what may be done."""
    return _page(visit, number)


def person_shown(visit: Visit, number: str) -> WholePerson:
    """Somebody on the list that this visitor keeps. Raises `NotShown` (403, 404)."""
    return _shown(visit, number)[0]


def _shown(visit: Visit, number: str) -> tuple[WholePerson, list[AnyRow]]:
    """Somebody, and the units they may be moved to."""
    units = units_kept(visit)
    with visit.desk.registry.reading() as reading:
        found = whole_person(reading, number, units, visit.desk.now())
        choice = units_among(reading, units)
    if found is None:
        raise NotShown(404, "没有此人。", "There is no such person.")
    return found, choice


def _page(
    visit: Visit,
    number: str,
    typed: Form | None = None,
    refused: ActionDenied | None = None,
    invitation: str | None = None,
) -> Response:
    found, choice = _shown(visit, number)
    return visit.page(
        "person.html.j2",
        _status(refused),
        person=found,
        row=found.row,
        units=choice,
        roles=list(Role),
        is_self=found.row.id == visit.reader.person_id,
        invited_days=INVITED_FOR.days,
        now=visit.desk.now(),
        invitation=invitation,
        typed=typed or Form({}),
        **_why(visit, refused),
    )


@people.post("/people/{number}")
def manage(form: TheForm, number: str) -> Response:
    """Change what is entered, let them in or put them out, propose an appointment or its end."""
    visit = form.visit
    found = person_shown(visit, number)
    do = _MANAGES.get(form.one("do"))
    if do is None:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with people.")
    try:
        with visit.acting() as act:
            invitation = do(act, visit, found, form)
    except ActionDenied as refused:
        return _page(visit, number, form, refused)
    return go_to(f"/people/{number}") if invitation is None else _page(visit, number, invitation=invitation)


def _change(act: Act, visit: Visit, found: WholePerson, form: Form) -> None:
    appointing.keep_person(act, _entry(form, found.row.number), visit.reader.person_id, is_new=False)


def _invite(act: Act, visit: Visit, found: WholePerson, form: Form) -> str:
    token = secrets.token_urlsafe(32)
    appointing.let_in(act, found.row.id, visit.reader.person_id, token_hash(token))
    return f"{visit.desk.base_url}/invitations/{token}"


def _put_out(act: Act, visit: Visit, found: WholePerson, form: Form) -> None:
    appointing.put_out(act, found.row.id, visit.reader.person_id)


def _propose(act: Act, visit: Visit, found: WholePerson, form: Form) -> None:
    role, zone = form.one("role"), visit.reader.zone
    if role not in list(Role):
        raise FieldDenied("role", "There is no such seat.")
    appointing.propose(
        act,
        found.row.id,
        form.one("unit"),
        Role(role),
        read_time("valid_from", form.one("valid_from"), zone) if form.one("valid_from") else act.at,
        read_time("valid_to", form.one("valid_to"), zone) if form.one("valid_to") else None,
        form.one("document"),
        visit.reader.person_id,
        acting=bool(form.one("acting")),
    )


def _end(act: Act, visit: Visit, found: WholePerson, form: Form) -> None:
    named = next((one for one in found.appointments if str(one.id) == form.one("appointment")), None)
    if named is None:
        raise ActionDenied("There is no such appointment.")
    ends = read_time("ends", form.one("ends"), visit.reader.zone) if form.one("ends") else act.at
    appointing.propose_end(act, named.id, ends, form.one("document"), visit.reader.person_id)


_MANAGES: Mapping[str, Callable[[Act, Visit, WholePerson, Form], str | None]] = MappingProxyType(
    {"change": _change, "invite": _invite, "put-out": _put_out, "propose": _propose, "end": _end}
)
"""By the button that was pressed; an invitation gives its link."""


@people.post("/proposals/{proposal}")
def decide(form: TheForm, proposal: UUID) -> Response:
    """Confirm an appointment, or refuse it."""
    visit, do = form.visit, form.one("do")
    if do not in ("confirm", "refuse"):
        raise NotShown(400, "内容不正确。", "This is no answer to a proposal.")
    with visit.trying() as act:
        appointing.decide_proposal(act, proposal, visit.reader.person_id, form.one("reason"), is_refused=do == "refuse")
    return go_to("/people")
