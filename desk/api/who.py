"""Whose program it is: a personal token says so, each time; cookies count for nothing here."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from desk.context import came_from, desk_of
from desk.reader import Visit
from desk.refused import Refused
from registry.queries.docks import token_hash
from registry.queries.signing import bearer_of
from registry.transitions.personal_tokens import note_used

PREFIX = "bwc_"
"""With which every token begins, so that programs which look for leaked secrets know it."""

_SEEN_EVERY = timedelta(minutes=10)
_scheme = HTTPBearer(auto_error=False, scheme_name="personal token", description="issued at /tokens")


def caller_of(request: Request, _shown: Annotated[object, Depends(_scheme)]) -> Visit:
    """As whom the request acts. Raises `Refused`: 401, or 429 after too many unknown tokens from one address."""
    desk = desk_of(request)
    address, now = came_from(request), desk.now()
    patience = desk.access.patience
    if patience.is_lost(address, now):
        raise Refused(429, "Too many unknown tokens from here.", headers={"Retry-After": "600"})
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    reader = None
    if scheme.lower() == "bearer" and token.startswith(PREFIX) and len(token) <= 128:
        with desk.registry.reading() as reading:
            reader = bearer_of(reading, token_hash(token), now)
    if reader is None:
        if token:
            patience.count(address, now)
        raise Refused(401, "A live personal token is needed.", headers={"WWW-Authenticate": 'Bearer realm="desk"'})
    if now - reader.seen_at >= _SEEN_EVERY:
        with desk.registry.acting(f"person:{reader.person_id}", now) as act:
            note_used(act, reader.session_id)
    return Visit(desk, reader, "en", "", address, "")


Caller = Annotated[Visit, Depends(caller_of)]
