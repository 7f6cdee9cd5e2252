"""The demo's mailbox: what lands on each person's phone, on one page. Kept in memory; nothing leaves this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from deployments.demo.city import NAMES

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

    @mailbox.post("/in/{number}")
    def take(number: str, notice: dict[str, Any]) -> Response:
        title, message = str(notice.get("title", "")), str(notice.get("message", ""))
        landed.append(Landed(number, NAMES.get(number, ""), title, message))
        del landed[:-MOST]
        return Response(status_code=204)

    @mailbox.get("/count")
    def count() -> int:
        return len(landed)

    @mailbox.get("/")
    def look() -> Response:
        return HTMLResponse(_templates.get_template("mailbox.html.j2").render(landed=landed[::-1]), headers=_POLICY)

    return mailbox
