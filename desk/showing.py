"""How pages are shown, and how it is said that one is not."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from desk.moments import length, shown_time, typed_time
from regulation.citing import cite

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""What a page may load and do: its own style and pictures, nothing else."""

_templates = Environment(loader=PackageLoader("desk", "templates"), autoescape=True, undefined=StrictUndefined)
_templates.filters |= {"at": shown_time, "typed": typed_time, "length_of": length, "cited": cite}


class NotShown(Exception):  # noqa: N818 - it is raised as what it says
    """A page that is not shown: status, and a sentence in both languages."""

    def __init__(self, status: int, chinese: str, english: str) -> None:
        super().__init__(english)
        self.status = status
        self.chinese = chinese
        self.english = english


def answer_not_shown(request: Request, refused: Exception) -> Response:
    """The page that says so."""
    assert isinstance(refused, NotShown)
    return shown("refused.html.j2", refused.status, chinese=refused.chinese, english=refused.english)


def no_link() -> NotShown:
    """The answer to whoever has no link to a page, whether or not there is such a page."""
    return NotShown(
        403,
        "此链接不完整或已过期。请向执法记录仪管理员索取新的链接。",
        "This link is not complete, or has expired. Ask the device administrator for a new one.",
    )


def shown(template: str, status: int = 200, *, policy: str = POLICY, **facts: object) -> Response:
    """A page made of a template."""
    content = _templates.get_template(template).render(**facts)
    return HTMLResponse(content, status, headers={"Content-Security-Policy": policy})
