"""The demo's mailbox: what lands on each person's phone, and what their authenticators show.

Kept in memory; nothing leaves this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyotp
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from deployments.demo.city import NAMES
from deployments.home import Home
from deployments.settings import read_settings

MOST = 500
_templates = Environment(loader=PackageLoader("deployments.demo"), autoescape=True, undefined=StrictUndefined)
_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@dataclass(frozen=True, slots=True)
class Landed:
    """One notice on one phone."""

    number: str
    name: str
    title: str
    message: str


def app() -> FastAPI:
    """The mailbox as an application: `POST /in/NUMBER` as Apprise's JSON does, `GET /` to look at it."""
    mailbox, landed = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), list[Landed]()
    authenticators: dict[str, str] = {}

    @mailbox.post("/in/{number}")
    def take(number: str, notice: dict[str, Any]) -> Response:
        title, message = str(notice.get("title", "")), str(notice.get("message", ""))
        landed.append(Landed(number, NAMES.get(number, ""), title, message))
        del landed[:-MOST]
        return Response(status_code=204)

    @mailbox.post("/codes")
    def keep(made: dict[str, str]) -> Response:
        authenticators[made["number"]] = made["secret"]
        return Response(status_code=204)

    @mailbox.get("/codes")
    def codes() -> Response:
        now = int(Home(read_settings()).now().timestamp())
        shown = [(number, NAMES.get(number, ""), pyotp.TOTP(one).at(now)) for number, one in authenticators.items()]
        return HTMLResponse(_templates.get_template("codes.html.j2").render(shown=shown), headers=_POLICY)

    @mailbox.get("/count")
    def count() -> int:
        return len(landed)

    @mailbox.get("/")
    def look() -> Response:
        return HTMLResponse(_templates.get_template("mailbox.html.j2").render(landed=landed[::-1]), headers=_POLICY)

    return mailbox
