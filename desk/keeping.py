"""What the pages of retention and disposal share: over which units somebody looks, days and choices they type."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from desk.failing import field_of, said
from desk.reader import Form, Visit
from desk.showing import NotShown
from registry.queries.disposal_pages import Onlooker
from registry.queries.organisation import unit_subtree
from regulation.access_terms import FieldDenied
from regulation.conversion_states import ARTICLE as CONVERSION_ARTICLE
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, OVERSEERS
from regulation.vocabulary import Role

Member = TypeVar("Member", bound=StrEnum)


def units_of(visit: Visit, reading: Session, *roles: Role) -> set[UUID]:
    """The units below the seats from which they look after footage; with `roles`, below those seats."""
    held = [one.unit_id for one in visit.reader.held if one.role in (roles or OVERSEERS)]
    return {unit for top in held for unit in unit_subtree(reading, top)}


def overseen(visit: Visit, reading: Session) -> set[UUID]:
    """The same. Raises `NotShown` (403) for whoever has no such seat."""
    units = units_of(visit, reading)
    if not units:
        raise NotShown(403, "您没有查看此页的权限。", "This page is not open to you.")
    return units


def onlooker_of(visit: Visit, reading: Session) -> Onlooker:
    """As whom they look at lists and holds."""
    return Onlooker(visit.reader.person_id, units_of(visit, reading))


def member(kind: type[Member], text: str) -> Member | None:
    """The member that an address names; None for anything else."""
    return kind(text) if text in list(kind) else None


def chosen(kind: type[Member], field: str, text: str) -> Member:
    """What was chosen of a form's choice. Raises `FieldDenied` where nothing was, or nothing that is there."""
    found = member(kind, text)
    if found is None:
        raise FieldDenied(field, "Choose one of these.", ARTICLE)
    return found


def check_shown(visit: Visit, field: str, *texts: str | None) -> None:
    """Raise `FieldDenied` for a character that no paper can show, before anybody has answered for it (Art. 19)."""
    for text in filter(None, texts):
        if lost := visit.desk.access.unshowable(text):
            codes = ", ".join(f"{one} (U+{ord(one):04X})" for one in lost)
            raise FieldDenied(field, f"No paper can show {codes}: write it in another way.", CONVERSION_ARTICLE)


def typed_day(form: Form, field: str) -> date | None:
    """A day somebody typed, None where they left it empty. Raises `FieldDenied`."""
    typed = form.one(field)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise FieldDenied(field, "This is not a time.", ARTICLE) from None


def typed_ids(values: list[str], field: str = "recordings") -> set[UUID]:
    """The recordings that were ticked. Raises `FieldDenied` for what names none."""
    try:
        return {UUID(one) for one in values}
    except ValueError:
        raise FieldDenied(field, "There is no such recording.", ARTICLE) from None


def why(visit: Visit, refused: ActionDenied | None) -> dict[str, Any]:
    """What a form that is shown again says, and beside which field."""
    if refused is None:
        return {"wrong": None, "field": ""}
    return {"wrong": said(refused, visit.language), "field": field_of(refused)}


def status_of(refused: ActionDenied | None) -> int:
    """Of a page whose form was refused, or not."""
    return 200 if refused is None else 422
