"""Lists a page at a time, and days between which they are sought."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import Request

from desk.moments import read_time
from desk.showing import NotShown
from regulation.access_terms import FieldDenied

ON_A_PAGE = 50


def page_asked(text: str) -> int:
    """The number of the page that an address names; the first for anything else."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def first_of(page: int) -> int:
    """How many rows come before a page."""
    return (page - 1) * ON_A_PAGE


def pages_in(total: int) -> int:
    """How many pages there are; an empty list has one."""
    return max(1, -(-total // ON_A_PAGE))


def query_kept(request: Request) -> dict[str, str]:
    """What else the address asks, for the links to other pages of what was found."""
    return {name: value for name, value in request.query_params.items() if name not in ("page", "lang")}


def days_asked(request: Request, zone: str) -> tuple[datetime | None, datetime | None]:
    """From when and until when, by the days ``since`` and ``until`` of the address, both included. Raises `NotShown`
    (400) for what is no day."""
    asked = request.query_params
    try:
        since, until = (read_time("day", asked[name], zone) if asked.get(name) else None for name in ("since", "until"))
        return since, None if until is None else until + timedelta(days=1)
    except (FieldDenied, OverflowError):
        raise NotShown(400, "日期不正确。", "This is not a date.") from None
