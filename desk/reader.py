"""Who is before the desk, in which language, and whether a form is really theirs (Art. 17)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from desk.context import Desk, came_from, desk_of
from desk.cookies import LANGUAGE, Shown, form_key, shown_by
from desk.failing import shown_as
from desk.guard import LONGEST_BODY
from desk.showing import NotShown, shown
from desk.typed import as_kept
from desk.words import WORDS, Language, say
from registry.act import Act
from registry.queries.signing import Reader, signed_in
from registry.transitions.signing import note_seen

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SEARCHING = POLICY + "; script-src 'self'; connect-src 'self'"
"""Of pages that show what is found while it is typed, by htmx; they work without."""

_SEEN_EVERY = timedelta(minutes=1)
_MOST_FIELDS = 6_000
"""Of a form: 500 recordings of a conversion have nine each."""


class SignInFirst(Exception):  # noqa: N818 - it is raised as what it says
    """Nobody is signed in: the page asks who it is, and then goes on to where they wanted. `kept` is what they had
    typed."""

    def __init__(self, to: str, kept: dict[str, list[str]] | None = None) -> None:
        super().__init__("nobody is signed in")
        self.to = to
        self.kept = kept


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody signed in."""

    desk: Desk
    reader: Reader
    language: Language
    form_key: str
    address: str
    place: str

    def page(self, template: str, status: int = 200, *, policy: str = POLICY, **facts: Any) -> Response:
        """A page for them."""
        return shown(
            template, status, policy=policy, visit=self, reader=self.reader, **words_for(self.language), **facts
        )

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """An act of theirs."""
        with self.desk.registry.acting(f"person:{self.reader.person_id}", self.desk.now()) as act:
            yield act

    @contextmanager
    def trying(self, status: int = 403) -> Iterator[Act]:
        """An act of theirs for which no form is shown again; refused, it raises `NotShown` with this status."""
        with shown_as(status), self.acting() as act:
            yield act


def words_for(language: Language) -> dict[str, Any]:
    """What templates speak with."""
    return {"language": language, "t": lambda key, **facts: say(key, language, **facts), "words": WORDS}


def language_of(request: Request) -> Language:
    """The language asked for in the address, or kept by the browser; Chinese otherwise."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    return "en" if asked == "en" else "zh"


def visit_of(request: Request) -> Visit:
    """Whose request it is, looked up once. Raises `SignInFirst` where nobody is signed in."""
    if not hasattr(request.state, "visit"):
        request.state.visit = visit_with(request, shown_by(request, desk_of(request).base_url))
    visit: Visit = request.state.visit
    return visit


def visit_with(request: Request, cookie: Shown | None) -> Visit:
    """Whose request it is that shows this cookie. Raises as `visit_of` does."""
    desk = desk_of(request)
    reader = None if cookie is None else _reader(desk, cookie)
    if cookie is None or reader is None:
        raise SignInFirst(_wanted(request))
    return Visit(
        desk, reader, language_of(request), form_key(cookie, desk.pages_key), came_from(request), _shown_again(request)
    )


def _reader(desk: Desk, cookie: Shown) -> Reader | None:
    now = desk.now()
    with desk.registry.reading() as reading:
        found = signed_in(reading, cookie.token_hash, cookie.browser, now)
    if found is not None and now - found.seen_at >= _SEEN_EVERY:
        with desk.registry.acting(f"person:{found.person_id}", now) as act:
            note_seen(act, found.session_id)
    return found


def _shown_again(request: Request) -> str:
    """Where this page is found again, in another language; what answers a form is not."""
    return _wanted(request) if request.method == "GET" else "/inbox"


def _wanted(request: Request) -> str:
    """Where to go on to: a place of this desk, never another's."""
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return request.url.path + query


TheVisit = Annotated[Visit, Depends(visit_of)]


@dataclass(frozen=True, slots=True)
class Form:
    """What a form brought: the last of each field, or all of them."""

    fields: dict[str, list[str]]
    _visit: Visit | None = None

    @property
    def visit(self) -> Visit:
        """Whose form it is."""
        assert self._visit is not None
        return self._visit

    def raw(self, name: str) -> str:
        """A field with its blanks, such as a password."""
        return self.fields.get(name, [""])[-1]

    def one(self, name: str) -> str:
        """A field, empty where it is missing."""
        return self.fields.get(name, [""])[-1].strip()

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields.get(name, [])

    def optional(self, name: str) -> str | None:
        """A field, None where it is empty."""
        return self.one(name) or None


async def fields_of(request: Request) -> dict[str, list[str]]:
    """A form's fields. Raises `NotShown` for another site's form, one that is too long, and files."""
    check_origin(request)
    try:
        async with request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=LONGEST_BODY) as form:
            return {name: [as_kept(one) for one in form.getlist(name) if isinstance(one, str)] for name in form}
    except HTTPException as refused:
        if refused.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise NotShown(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "提交的内容过长。", "This is too long.") from None


def check_origin(request: Request) -> None:
    """Raise `NotShown` for a form that another site sent. Browsers say where a form comes from; those that are told to
    send no referrer give no origin, so the newer header counts first."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    here = {urlsplit(desk_of(request).base_url).netloc, request.headers.get("Host", "")}
    is_ours = site in ("same-origin", "none") if site else origin is None or urlsplit(origin).netloc in here
    if not is_ours:
        raise NotShown(403, "此表单来自其他网站，未予处理。", "This form came from another site; nothing was done.")


async def form_of(request: Request) -> Form:
    """The form of somebody signed in. Raises `SignInFirst`, keeping what was typed, and `NotShown` as `fields_of`."""
    fields = await fields_of(request)
    try:
        visit = await run_sync(visit_of, request)
    except SignInFirst as nobody:
        raise SignInFirst(nobody.to, {name: values for name, values in fields.items() if name != "form_key"}) from None
    if not hmac.compare_digest(fields.pop("form_key", [""])[-1], visit.form_key):
        raise NotShown(403, "此页面已过期，请返回后重试。", "This page is out of date: go back and try again.")
    return Form(fields, visit)


TheForm = Annotated[Form, Depends(form_of)]


def go_to(place: str) -> Response:
    """On to another page of the desk."""
    return RedirectResponse(place, 303)
