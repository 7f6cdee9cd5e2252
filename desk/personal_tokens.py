"""Personal tokens at the desk: issued to whoever is signed in, shown once, taken back (Art. 17)."""

from __future__ import annotations

import secrets
from uuid import UUID

from fastapi import APIRouter, Response

from desk.api.who import PREFIX
from desk.failing import said
from desk.reader import TheForm, TheVisit, Visit, go_to
from registry.queries.docks import token_hash
from registry.queries.signing import tokens_of
from registry.transitions.personal_tokens import issue_token, revoke_token
from regulation.errors import ActionDenied

personal_tokens = APIRouter()


@personal_tokens.get("/tokens")
def look(visit: TheVisit) -> Response:
    """One's tokens, and a form for another."""
    return _page(visit)


def _page(visit: Visit, fresh: str = "", typed: str = "", refused: ActionDenied | None = None) -> Response:
    with visit.desk.registry.reading() as reading:
        rows = tokens_of(reading, visit.reader.person_id, visit.desk.now())
    wrong = None if refused is None else said(refused, visit.language)
    status = 200 if refused is None else 422
    return visit.page("tokens.html.j2", status, rows=rows, fresh=fresh, typed=typed, wrong=wrong)


@personal_tokens.post("/tokens")
def issue(form: TheForm) -> Response:
    """Issue one; it is shown on this page and never again."""
    visit, token = form.visit, PREFIX + secrets.token_urlsafe(32)
    try:
        with visit.acting() as act:
            issue_token(act, visit.reader.person_id, form.one("name"), token_hash(token))
    except ActionDenied as refused:
        return _page(visit, typed=form.one("name"), refused=refused)
    return _page(visit, fresh=token)


@personal_tokens.post("/tokens/{token}")
def revoke(form: TheForm, token: UUID) -> Response:
    """Take one back."""
    with form.visit.trying(404) as act:
        revoke_token(act, token, form.visit.reader.person_id)
    return go_to("/tokens")
