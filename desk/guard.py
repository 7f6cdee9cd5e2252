"""Around every request: headers that browsers obey, and a log that names no one.

A traceback quotes file names, and these can name an officer; so of an unforeseen error the log gets its kind and place
and nothing else.
"""

from __future__ import annotations

import logging
import traceback
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.refused import problem

log = logging.getLogger("custody.desk")

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_INTAKE = "/intake/"
_OVERRIDES = ("PATCH", "DELETE")
LONGEST_BODY = 2_000_000
"""Bytes of what is sent anywhere but to the intake, which has limits of its own: a form with 500 recordings, and what
each of them proves, takes half."""


class Guard:
    """Outermost but for the framework's own error page, which therefore never has to write one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        if _holds_nul(scope):  # no database keeps it, and nobody means it
            await problem(404, "There is no such page.")(scope, receive, send_guarded)
            return
        try:
            await self._app(_as_meant(scope), _bounded(scope, receive), send_guarded)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text stays out of the log
            log.error("%s at %s", type(error).__name__, _place(error))
            if not started:
                await problem(500, "The server failed; its log names the place.")(scope, receive, send_guarded)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """What comes in, up to `LONGEST_BODY`, whether or not its length was said before. Raises `HTTPException` (413)."""
    if scope["path"].startswith(_INTAKE):
        return receive
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LONGEST_BODY:
            raise HTTPException(413, f"At most {LONGEST_BODY:,} bytes are taken.")
        return message

    return bounded


def _holds_nul(scope: Scope) -> bool:
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(_INTAKE):
        headers["Tus-Resumable"] = "1.0.0"


def _as_meant(scope: Scope) -> Scope:
    """A dock behind a proxy that knows only GET and POST says in a header what it means (tus 1.0.0, core)."""
    if scope["method"] != "POST" or not scope["path"].startswith(_INTAKE):
        return scope
    meant = dict(scope["headers"]).get(b"x-http-method-override", b"").decode("latin-1").upper()
    return {**scope, "method": meant} if meant in _OVERRIDES else scope


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
