"""What the desk answers to a request it does not carry out."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from regulation.errors import CustodyError, Unavailable

_TITLES = {
    400: "Malformed request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    408: "Too slow",
    409: "Conflict",
    412: "Other protocol version",
    413: "Too large",
    415: "Other content type",
    423: "Locked",
    429: "Too many attempts",
    460: "Checksum mismatch",
    500: "Failure of the server",
    503: "Not available now",
    507: "Disk full",
}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_RETRY_AFTER_SECONDS = "5"


class Refused(Exception):  # noqa: N818 - it is raised as what it says
    """A request not carried out. `status` is the HTTP status, `sentence` is for whoever reads the dock's log, `facts`
    are further members of the answer."""

    def __init__(self, status: int, sentence: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})
        self.facts = facts


@contextmanager
def disk() -> Iterator[None]:
    """Turn a failing disk into an answer. The system's own text is not passed on: it quotes file names."""
    try:
        yield
    except OSError as failure:
        if failure.errno in _FULL:
            raise Refused(507, "The server's disk is full.", headers={"Retry-After": _RETRY_AFTER_SECONDS}) from None
        code = errno.errorcode.get(failure.errno or 0, "unknown error")
        raise Refused(500, f"The server's disk failed: {code}.") from None


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None, **facts: Any) -> Response:
    """An answer of RFC 9457."""
    body = {"title": _TITLES.get(status, "Refused"), "status": status, "detail": sentence, **facts}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")


def answer_refused(request: Request, refused: Exception) -> Response:
    """The answer to a request the desk refused."""
    assert isinstance(refused, Refused)
    return problem(refused.status, refused.sentence, headers=refused.headers, **refused.facts)


def answer_custody_error(request: Request, refused: Exception) -> Response:
    """The answer where the registry refused (409), does not answer (503), or is set up wrongly (500)."""
    assert isinstance(refused, CustodyError)
    article: dict[str, Any] = {"article": refused.article} if refused.article else {}
    if isinstance(refused, Unavailable):
        return problem(503, refused.message, {"Retry-After": _RETRY_AFTER_SECONDS})
    return problem(409, refused.message, **article)


def answer_http_exception(request: Request, refused: Exception) -> Response:
    """The answer of the framework itself, such as 404 and 405, in the same form."""
    assert isinstance(refused, HTTPException)
    return problem(refused.status_code, str(refused.detail), refused.headers)
