"""Cookies of the desk: who is signed in, and the language. Forged or copied, they open nothing (Art. 17)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from registry.queries.docks import token_hash
from registry.queries.signing import LONGEST

LANGUAGE = "desk_language"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser shows: the digest of its session's token, and of what it calls itself."""

    token_hash: str
    browser: str


def session_name(base_url: str) -> str:
    """The cookie's name. Where the desk is reached by HTTPS no other host or path can set one of that name."""
    return "__Host-desk" if base_url.startswith("https:") else "desk"


def shown_by(request: Request, base_url: str) -> Shown | None:
    """What this request shows of a session, if anything."""
    token = request.cookies.get(session_name(base_url), "")
    return Shown(token_hash(token), browser_of(request)) if 0 < len(token) <= 128 else None


def browser_of(request: Request) -> str:
    """A digest of what the browser calls itself."""
    return hashlib.sha256(request.headers.get("User-Agent", "").encode()).hexdigest()


def fresh_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(32)


def question_name(base_url: str) -> str:
    """The name of the cookie that ties a question to a provider to the browser that asked it."""
    return f"{session_name(base_url)}-asked"


def question_of(request: Request, base_url: str) -> str:
    """The state of the question that this browser asked last; empty for none."""
    return request.cookies.get(question_name(base_url), "")[:128]


def keep_question(answer: Response, state: str, base_url: str, lasts: timedelta) -> None:
    """Have the browser keep it, and show it when it comes back from the provider."""
    _keep(answer, question_name(base_url), state, base_url, lasts)


def forget_question(answer: Response, base_url: str) -> None:
    """Have the browser forget it."""
    _forget(answer, question_name(base_url), base_url)


def keep_language(answer: Response, language: str, base_url: str) -> None:
    """Have the browser keep the language in which somebody reads."""
    _keep(answer, LANGUAGE, language, base_url, timedelta(days=365))


def keep_session(answer: Response, token: str, base_url: str) -> None:
    """Have the browser keep the session: out of reach of scripts, and not sent along with other sites' forms."""
    _keep(answer, session_name(base_url), token, base_url, LONGEST)


def forget_session(answer: Response, base_url: str) -> None:
    """Have the browser forget it."""
    _forget(answer, session_name(base_url), base_url)


def _keep(answer: Response, name: str, value: str, base_url: str, lasts: timedelta) -> None:
    secure = base_url.startswith("https:")
    seconds = int(lasts.total_seconds())
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _forget(answer: Response, name: str, base_url: str) -> None:
    answer.delete_cookie(name, path="/", secure=base_url.startswith("https:"), httponly=True, samesite="lax")


def form_key(shown: Shown, key: str) -> str:
    """What every form of this session carries: another site's form, which does not know it, is not taken."""
    return hmac.new(key.encode(), f"form:{shown.token_hash}".encode(), hashlib.sha256).hexdigest()
