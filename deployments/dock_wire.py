"""The wire between a dock and the server: what may pass is tried again, what is refused is said."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from regulation.errors import ActionDenied, ConfigurationError, Unavailable

_MAY_PASS = {408, 423, 429, 502, 503, 504, 507}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0
_TIMEOUT = httpx.Timeout(30.0, read=300.0)  # the last piece of a long file is answered once all of it is hashed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object; empty where it is none."""
        try:
            found = httpx.Response(self.status, content=self.body).json()
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def sentence(self) -> str:
        """What the server says went wrong."""
        return str(self.json().get("detail", f"The server answers {self.status}."))


class Wire:
    """A connection to one server with one token. Threads may share it. `patience_seconds` is how long a server that
    does not answer, or is busy or full, is asked again."""

    def __init__(
        self, url: str, token: str, *, patience_seconds: float = 600.0, clear_text: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme != "https" and not clear_text and parts.hostname not in _LOOPBACK:
            raise ConfigurationError("A token is not sent in clear text: use an https address.", subject=url)
        self._base = url.rstrip("/") + "/"
        self._patience = patience_seconds
        self._http = httpx.Client(
            timeout=_TIMEOUT, headers={"Authorization": f"Bearer {token}"}, transport=transport, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        place: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """The answer, if it is good or its status is in `accept`. Raises `ActionDenied` for any other refusal,
        `Unavailable` when patience is over."""
        until, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            answer = self._try(method, place, headers, content, json)
            if 0 < answer.status < 400 or answer.status in accept:
                return answer
            if answer.status != 0 and answer.status not in _MAY_PASS:
                raise ActionDenied(answer.sentence, article="Art. 16", subject=f"{answer.status}")
            if time.monotonic() > until:
                raise Unavailable(f"The server cannot be used: {answer.sentence}")
            time.sleep(min(pause, max(0.0, until - time.monotonic())))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(
        self, method: str, place: str, headers: Mapping[str, str] | None, content: bytes | None, json: Any
    ) -> Answer:
        """One request; status 0 where nothing answered."""
        url = urljoin(self._base, place)
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise ActionDenied("The server points to another one: the token is not sent there.", subject=self._base)
        try:
            answer = self._http.request(method, url, headers=headers, content=content, json=json)
        except httpx.TransportError as error:
            detail = f'{{"detail": "it does not answer ({type(error).__name__})"}}'
            return Answer(0, httpx.Headers(), detail.encode())
        return Answer(answer.status_code, answer.headers, answer.content)

    def state(self, batch: str) -> dict[str, Any]:
        """How far a batch has come."""
        found = self.ask("GET", f"/intake/sessions/{batch}").json()
        if "state" not in found:
            raise Unavailable("This address answers, but not as the intake does.")
        return found

    def wait_for_receipt(self, batch: str, *, every_seconds: float = 2.0) -> dict[str, Any]:
        """The state of a batch once it is sealed, however long that takes."""
        while (state := self.state(batch))["state"] != "sealed":
            time.sleep(every_seconds)
        return state
