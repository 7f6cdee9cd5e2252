"""A new request at the desk: find the footage, choose, say what for (Art. 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Response

from desk.failing import field_of, said
from desk.moments import read_number, read_time, typed_time
from desk.paging import page_asked
from desk.reader import Form, TheForm, TheVisit, Visit, go_to
from registry.act import Act
from registry.queries import person_by_number
from registry.queries.access import authority_of
from registry.queries.access_offer import offered, offered_by_kind, recent_activities
from registry.queries.organisation import unit_subtree
from registry.tables import AccessRequest
from registry.transitions import access
from registry.transitions.access import NewRequest
from regulation.access_terms import MOST_ITEMS, FieldDenied, Range, Terms
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

asking = APIRouter()
_USUAL = timedelta(days=7)
_USUAL_VIEWS = 3


@asking.get("/new-request")
def ask(
    visit: TheVisit,
    activity: str = "",
    page: str = "",
    choose: str = "",
    views: str = "",
    copies: str = "",
    days: str = "",
) -> Response:
    """The form: the footage of an activity, once one is named; numbers in the address are filled in."""
    wanted = {name: text for name, text in (("views", views), ("copies", copies), ("days", days)) if _is_small(text)}
    typed = Form({"activity": [activity.strip()[:64]], "page": [page]})
    return _page(visit, typed, wanted=wanted, is_all=choose == "all")


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def _page(
    visit: Visit,
    typed: Form,
    refused: ActionDenied | None = None,
    wanted: Mapping[str, str] = MappingProxyType({}),
    *,
    is_all: bool = False,
) -> Response:
    number, page, now = typed.one("activity"), page_asked(typed.one("page")), visit.desk.now()
    with visit.desk.registry.reading() as reading:
        found = offered(reading, number, (page - 1) * MOST_ITEMS) if number else []
        total = sum(offered_by_kind(reading, number).values()) if number else 0
        units = unit_subtree(reading, authority_of(reading, visit.reader.unit_id))
        recent = recent_activities(reading, units)
    usual = {
        "valid_from": typed_time(now, visit.reader.zone),
        "valid_until": typed_time(now + timedelta(days=int(wanted.get("days", _USUAL.days))), visit.reader.zone),
        "views": wanted.get("views", str(_USUAL_VIEWS)),
        "copies": wanted.get("copies", "0"),
    }
    return visit.page(
        "new_request.html.j2",
        200 if refused is None else 422,
        typed=typed,
        usual=usual,
        number=number,
        found=found,
        total=total,
        page=page,
        pages=max(1, -(-total // MOST_ITEMS)),
        is_all=is_all,
        kept={"activity": number, **wanted},
        recent=recent,
        behalf=Role.DEVICE_ADMINISTRATOR in visit.reader.roles,
        is_again=refused is not None,
        wrong=None if refused is None else said(refused, visit.language),
        field="" if refused is None else field_of(refused),
    )


@asking.post("/new-request")
def asked(form: TheForm) -> Response:
    """Enter it and hand it in; what is wrong stands beside its field, and everything typed is still there."""
    visit = form.visit
    try:
        with visit.acting() as act:
            request_id = access.enter_request(act, _new(act, visit, form), visit.reader.person_id)
            access.submit_request(act, request_id, visit.reader.person_id, visit.desk.access.rules(act.session))
            number = act.session.get_one(AccessRequest, request_id).number
    except ActionDenied as refused:
        return _page(visit, form, refused)
    visit.desk.access.follow(number)
    return go_to(f"/requests/{number}")


def _new(act: Act, visit: Visit, form: Form) -> NewRequest:
    return NewRequest(
        _requester(act, visit, form),
        {one: _part(form, one) for one in _chosen(form)},
        form.one("purpose"),
        _terms(visit, form),
        form.optional("outsider"),
        form.optional("document"),
    )


def _requester(act: Act, visit: Visit, form: Form) -> UUID:
    number = form.one("requester")
    return person_numbered(act, "requester", number) if number else visit.reader.person_id


def person_numbered(act: Act, field: str, number: str) -> UUID:
    """Who has this certificate number. Raises `FieldDenied` for the field where nobody has."""
    found = person_by_number(act.session, number)
    if found is None:
        raise FieldDenied(field, "Nobody has this certificate number.")
    return found.id


def _chosen(form: Form) -> list[UUID]:
    try:
        return [UUID(one) for one in form.all("recording")]
    except ValueError:
        raise FieldDenied("recordings", "There is no such recording.") from None


def _part(form: Form, recording: UUID) -> Range:
    start, end = form.one(f"start-{recording}"), form.one(f"end-{recording}")
    return Range(
        float(read_number("recordings", start)) if start else 0.0,
        float(read_number("recordings", end)) if end else None,
    )


def _terms(visit: Visit, form: Form) -> Terms:
    zone = visit.reader.zone
    return Terms(
        read_time("valid_from", form.one("valid_from"), zone),
        read_time("valid_until", form.one("valid_until"), zone),
        read_number("views", form.one("views")),
        read_number("copies", form.one("copies")),
    )
