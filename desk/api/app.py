"""The API as an application of its own, under /api/v1 of the desk."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from desk.api.activities import told
from desk.api.conversions import converted
from desk.api.disposals import disposed
from desk.api.duties import owed
from desk.api.fixity import found
from desk.api.footage import granted
from desk.api.people import kept
from desk.api.requests import asked
from desk.api.retention import held
from desk.api.shapes.common import Problem
from desk.context import Desk
from desk.failing import field_of, said
from desk.refused import Refused, answer_custody_error, answer_http_exception, answer_refused, problem
from desk.showing import NotShown
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied, CustodyError

PREFIX = "/api/v1"
_PROBLEM: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}
_WHY = {
    400: "Not understood",
    401: "No live personal token",
    403: "Not allowed",
    404: "There is none, or it is not shown to you",
    409: "The registry refuses",
    422: "An entry cannot be",
    429: "Too many unknown tokens",
    503: "Not available now, or being prepared",
}


def create_api(desk: Desk | None = None) -> FastAPI:
    """The application; without a desk it can only say what it offers."""
    responses: dict[int | str, dict[str, Any]] = {code: _PROBLEM | {"description": why} for code, why in _WHY.items()}
    api = FastAPI(
        title="custody desk",
        version="1",
        description="Access to footage (Art. 17), incidents (Art. 7), retention and disposal (Art. 18), "
        "evidence (Art. 19), what was not recorded (Art. 12, 13), duties (Art. 15, 16, 20), the list of "
        "people (Art. 6) for programs: each acts as the person whose token it shows.",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        responses=responses,
    )
    api.state.desk = desk
    api.add_exception_handler(Refused, answer_refused)
    api.add_exception_handler(NotShown, _not_shown)
    api.add_exception_handler(CustodyError, _refused)
    api.add_exception_handler(RequestValidationError, _not_understood)
    api.add_exception_handler(HTTPException, answer_http_exception)
    api.include_router(asked)
    api.include_router(granted)
    api.include_router(kept)
    api.include_router(disposed)
    api.include_router(held)
    api.include_router(found)
    api.include_router(converted)
    api.include_router(told)
    api.include_router(owed)
    return api


def _not_shown(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, NotShown)
    return problem(refused.status, refused.english, detail_zh=refused.chinese)


def _refused(request: Request, refused: Exception) -> Response:
    if not isinstance(refused, ActionDenied):
        return answer_custody_error(request, refused)
    facts: dict[str, Any] = {"detail_zh": said(refused, "zh"), "article": refused.article}
    if isinstance(refused, FieldDenied):
        return problem(422, refused.message, field=field_of(refused), **facts)
    return problem(409, refused.message, **facts)


def _not_understood(request: Request, refused: Exception) -> Response:
    """What does not fit the schema: the first thing wrong, by its place; never what was sent."""
    assert isinstance(refused, RequestValidationError)
    first = refused.errors()[0]
    place = ".".join(str(one) for one in first["loc"])
    return problem(422, str(first["msg"]), field=place)
