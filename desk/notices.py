"""The page of a notice: one person's digest, all of it, and the button by which they say they have read it (Art. 20).

Looking at the page enters nothing: chat programs look at every link by themselves, long before a person does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from blocks.notice_link import NOTICE_NUMBER, opens
from desk.context import Desk, TheDesk, desk_of
from desk.showing import NotShown, no_link, shown
from registry.queries.notices import NoticeView, notice_view
from registry.transitions.notices import record_reading

Language = Literal["zh", "en"]

ON_A_PAGE = 200
_LONGEST = 6
_ACTOR = "desk:notice-link"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

notices = APIRouter()


@dataclass(frozen=True, slots=True)
class Card:
    """One matter: what it is, whose, how pressing, what to do; `now` says what has become of it since, if anything."""

    heading: str
    subject: str
    pressing: str
    is_overdue: bool
    facts: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    what_to_do: str
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A notice in words."""

    headline: str
    lead: Sequence[str]
    cards: Sequence[Card]


LayOut = Callable[[NoticeView, Language, datetime], Sheet]
"""Puts a notice into words; the last argument is the time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link opens: the notice's number, its key, the page and the language asked for."""

    number: str
    key: str
    page: int
    language: Language

    def address(self, *, page: int | None = None, language: Language | None = None) -> str:
        """The same notice, another page or language."""
        query = {"key": self.key, "page": str(page or self.page), "lang": language or self.language}
        return f"/notices/{self.number}?{urlencode(query)}"


def asked_of(request: Request, number: str, key: str = "", page: str = "1", lang: str = "zh") -> Asked:
    """What the link opens. Raises `NotShown` (403) for whoever has no link to it, whether or not it exists."""
    desk = desk_of(request)
    if not NOTICE_NUMBER.fullmatch(number) or not opens(key, number, desk.pages_key, desk.now()):
        raise no_link()
    is_number = page.isascii() and page.isdigit() and len(page) <= _LONGEST
    return Asked(number, key, max(int(page), 1) if is_number else 1, "en" if lang == "en" else "zh")


TheNotice = Annotated[Asked, Depends(asked_of)]


@notices.get("/notices/{number}")
def notice(asked: TheNotice, desk: TheDesk) -> Response:
    """The notice as its reader sees it."""
    view = _view(desk, asked)
    if desk.lay_out is None:
        raise NotShown(404, "此处不显示通知。", "Notices are not shown here.")
    return shown(
        "notice.html.j2",
        policy=_POLICY,
        asked=asked,
        view=view,
        sheet=desk.lay_out(view, asked.language, desk.now()),
        first=(asked.page - 1) * ON_A_PAGE,
        pages=max(1, -(-view.total // ON_A_PAGE)),
        read_at=_shown_time(view.read_at, view.zone),
    )


@notices.post("/notices/{number}")
def read(asked: TheNotice, desk: TheDesk) -> Response:
    """Enter that the reader has read it; said again, the first time counts."""
    with desk.registry.acting(_ACTOR, desk.now()) as act:
        record_reading(act, asked.number)
    return RedirectResponse(asked.address(), 303)


def _view(desk: Desk, asked: Asked) -> NoticeView:
    with desk.registry.reading() as reading:
        view = notice_view(reading, asked.number, (asked.page - 1) * ON_A_PAGE, ON_A_PAGE)
    if view is None or (asked.page > 1 and not view.lines):
        raise NotShown(404, "没有这一页。", "There is no such page.")
    return view


def _shown_time(at: datetime | None, zone: str) -> str | None:
    return None if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
