"""Signing in with a city's single sign-on: to the provider and back (Art. 17)."""

from __future__ import annotations

import hmac
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.context import Desk, TheDesk, came_from
from desk.cookies import Shown, browser_of, forget_question, fresh_token, keep_question, keep_session, question_of
from desk.provider import Provider, Question
from desk.reader import go_to
from desk.showing import NotShown
from desk.signing import OpenForm, own_place, sign_in_page, with_kept
from registry.queries import person_by_number
from registry.queries.docks import token_hash
from registry.transitions.signing import sign_in_by_provider
from regulation.errors import ActionDenied, CustodyError

log = logging.getLogger("custody.desk")
single = APIRouter()
BACK = "/sign-in/single/back"
_PATIENCE = timedelta(minutes=10)
_MOST, _LONGEST_KEPT = 1_000, 64_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question under way, and where whoever is asked wants to go on to."""

    question: Question
    to: str
    kept: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The provider, and the questions it has not answered yet: each is answered once, a thousand are kept."""

    provider: Provider
    _asked: OrderedDict[str, Asked] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, asked: Asked) -> None:
        """Keep a question until its answer."""
        with self._lock:
            self._asked[asked.question.state] = asked
            while len(self._asked) > _MOST:
                self._asked.popitem(last=False)

    def take(self, state: str, now: datetime) -> Asked | None:
        """The question of this state; afterwards there is none."""
        with self._lock:
            asked = self._asked.pop(state, None)
        return asked if asked is not None and now - asked.at < _PATIENCE else None


@single.post("/sign-in/single")
def leave_for_provider(desk: TheDesk, form: OpenForm) -> Response:
    """To the provider."""
    single_sign_on = _of(desk.access.single_sign_on)
    try:
        question = single_sign_on.provider.ask(desk.now())
    except CustodyError as failure:
        log.error("single sign-on: %s", failure)
        raise NotShown(503, "统一身份认证暂时无法使用。", "Single sign-on cannot be used for now.") from None
    kept = form.one("kept")
    kept = kept if len(kept) <= _LONGEST_KEPT else ""
    single_sign_on.keep(Asked(question, own_place(form.one("to")), kept, desk.now()))
    answer = RedirectResponse(question.address, 303)
    keep_question(answer, question.state, desk.base_url, _PATIENCE)
    return answer


def _of(single_sign_on: SingleSignOn | None) -> SingleSignOn:
    if single_sign_on is None:
        raise NotShown(404, "此处不使用统一身份认证。", "There is no single sign-on here.")
    return single_sign_on


@single.get(BACK)
def back(request: Request, desk: TheDesk, state: str = "", code: str = "", iss: str | None = None) -> Response:
    """Back from the provider: let in whoever it names, if it answers a question that this very browser asked."""
    asked = _taken(request, desk, state)
    token = fresh_token()
    try:
        _let_in(request, desk, asked, code, iss, token)
    except CustodyError as refused:
        log.warning("single sign-on: %s", refused.message)
        desk.access.patience.count(came_from(request), desk.now())
        answer = sign_in_page(request, 403, to="/inbox" if asked is None else asked.to, unproved=True)
    else:
        assert asked is not None
        shown = Shown(token_hash(token), browser_of(request))
        answer = with_kept(request, desk, shown, asked.kept) if asked.kept else go_to(asked.to)
        keep_session(answer, token, desk.base_url)
    forget_question(answer, desk.base_url)
    return answer


def _taken(request: Request, desk: Desk, state: str) -> Asked | None:
    single_sign_on = _of(desk.access.single_sign_on)
    ours = hmac.compare_digest(question_of(request, desk.base_url).encode(), state.encode())
    return single_sign_on.take(state, desk.now()) if state and ours else None


def _let_in(request: Request, desk: Desk, asked: Asked | None, code: str, iss: str | None, token: str) -> None:
    now = desk.now()
    if asked is None or not code:
        raise ActionDenied("The provider was not asked, or let nobody in.", article="Art. 17")
    if desk.access.patience.is_lost(came_from(request), now):
        raise ActionDenied("This try is not looked at.", article="Art. 17")
    number = _of(desk.access.single_sign_on).provider.number(asked.question, code, iss, now)
    with desk.registry.reading() as reading:
        person = person_by_number(reading, number)
    if person is None:
        raise ActionDenied("Nobody has this certificate number.", article="Art. 17")
    with desk.registry.acting(f"person:{person.id}", now) as act:
        sign_in_by_provider(act, person.id, token_hash(token), browser_of(request))
