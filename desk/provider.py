"""A city's single sign-on: who somebody is, said by an OpenID provider and believed only when it is proved.

Nothing of the registry here, and no clock: the time is passed in. What the provider names is followed only where it
lies at the provider's own address (OpenID Connect Core 1.0, RFC 7636, RFC 9207).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from regulation.errors import ActionDenied, ConfigurationError, Unavailable

_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that only the provider can make: none with a shared secret, and never none at all."""

_WAIT_SECONDS = 10
_LEEWAY_SECONDS = 60
_LONGEST = 1 << 20
_KNOWN_FOR = timedelta(hours=1)
_ASKED_AGAIN_AFTER = timedelta(minutes=1)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider, as whom this desk asks it, and which claim holds the certificate number. `acr` is how well
    somebody must have proved who they are, where the provider tells grades apart."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "preferred_username"
    name: str = "统一身份认证"
    acr: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of the provider, kept until the answer: its address, and three secrets that tie both together."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Known:
    metadata: dict[str, str]
    keys: KeySet
    at: datetime


class Provider:
    """One OpenID provider. Raises `ConfigurationError` for an issuer whose answers others could read or change."""

    def __init__(self, settings: ProviderSettings, redirect_uri: str) -> None:
        place = urlsplit(settings.issuer)
        if (place.scheme != "https" and place.hostname not in _LOOPBACK) or not place.hostname or place.query:
            raise ConfigurationError("A provider is reached by https.", subject="CUSTODY_OIDC_ISSUER")
        self.settings = settings
        self.origin = f"{place.scheme}://{place.netloc}"
        self._redirect_uri = redirect_uri
        self._known: _Known | None = None

    def ask(self, now: datetime) -> Question:
        """Where to send somebody, and what to keep meanwhile. Raises `Unavailable`."""
        known = self._look(now)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        more = {} if self.settings.acr is None else {"acr_values": self.settings.acr}
        with self._session() as session:
            address, _ = session.create_authorization_url(
                known.metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, **more
            )
        return Question(address, state, nonce, verifier)

    def number(self, question: Question, code: str, issuer: str | None, now: datetime) -> str:
        """The certificate number of whoever the provider says it is.

        Raises `ActionDenied` where the answer proves nothing, and `Unavailable` where there is none.
        """
        if issuer not in (None, self.settings.issuer):
            raise _unproved("another provider answered")
        known = self._look(now)
        token = self._token(known.metadata["token_endpoint"], question, code)
        claims = self._claims(known, token, question.nonce, now)
        number = claims.get(self.settings.claim)
        if not isinstance(number, str) or not 0 < len(number.strip()) <= 32:
            raise _unproved(f"claim {self.settings.claim} is no certificate number")
        return number.strip()

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret,
            scope="openid profile",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=_WAIT_SECONDS,
        )

    def _token(self, endpoint: str, question: Question, code: str) -> dict[str, Any]:
        try:
            with self._session() as session:
                return dict(
                    session.fetch_token(
                        endpoint, code=code, grant_type="authorization_code", code_verifier=question.verifier,
                        allow_redirects=False,
                    )
                )  # fmt: skip
        except OAuthError as refused:
            raise _unproved(f"the code was refused: {refused.error}") from None
        except (requests.RequestException, ValueError):
            raise Unavailable("The provider did not answer.", subject="CUSTODY_OIDC_ISSUER") from None

    def _claims(self, known: _Known, token: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        sent = token.get("id_token")
        if not isinstance(sent, str) or len(sent) > _LONGEST:
            raise _unproved("there is no identity token")
        try:
            decoded = self._decoded(known, sent, now)
            claims = CodeIDToken(decoded.claims, decoded.header, self._wanted(), self._sent(token, nonce))
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as wrong:
            raise _unproved(type(wrong).__name__) from None
        return dict(decoded.claims)

    def _wanted(self) -> dict[str, Any]:
        acr = {} if self.settings.acr is None else {"acr": {"essential": True, "value": self.settings.acr}}
        return {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            **acr,
        }

    def _sent(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        return {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")}

    def _decoded(self, known: _Known, sent: str, now: datetime) -> jwt.Token:
        try:
            return jwt.decode(sent, known.keys, algorithms=list(_ALGORITHMS))
        except (JoseError, ValueError):  # the provider may have a new key
            if now - known.at < _ASKED_AGAIN_AFTER:
                raise
            self._known = None
            return jwt.decode(sent, self._look(now).keys, algorithms=list(_ALGORITHMS))

    def _look(self, now: datetime) -> _Known:
        """The provider's places and keys, asked for once an hour."""
        if self._known is None or not timedelta() <= now - self._known.at < _KNOWN_FOR:
            metadata = self._fetch(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.settings.issuer:
                raise ConfigurationError("The provider calls itself something else.", subject="CUSTODY_OIDC_ISSUER")
            places = {name: self._own(metadata, name) for name in ("authorization_endpoint", "token_endpoint")}
            try:
                keys = KeySet.import_key_set(self._fetch(self._own(metadata, "jwks_uri")))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise Unavailable("The provider's keys make no sense.", subject="CUSTODY_OIDC_ISSUER") from None
            self._known = _Known(places, keys, now)
        return self._known

    def _own(self, metadata: dict[str, Any], name: str) -> str:
        """A place that the provider names, at its own address and nobody else's."""
        named = metadata.get(name)
        place = urlsplit(named) if isinstance(named, str) else None
        if place is None or f"{place.scheme}://{place.netloc}" != self.origin:
            raise ConfigurationError(f"{name} is not at the issuer's address.", subject="CUSTODY_OIDC_ISSUER")
        assert isinstance(named, str)
        return named

    def _fetch(self, address: str) -> dict[str, Any]:
        try:
            with requests.get(address, timeout=_WAIT_SECONDS, allow_redirects=False, stream=True) as answer:
                content = answer.raw.read(_LONGEST + 1, decode_content=True)
                if answer.status_code != requests.codes.ok or len(content) > _LONGEST:
                    raise Unavailable("The provider did not answer.", subject="CUSTODY_OIDC_ISSUER")
            found = json.loads(content)
        except (requests.RequestException, OSError, ValueError):
            raise Unavailable("The provider did not answer.", subject="CUSTODY_OIDC_ISSUER") from None
        if not isinstance(found, dict):
            raise Unavailable("The provider's answer makes no sense.", subject="CUSTODY_OIDC_ISSUER")
        return found


def _unproved(why: str) -> ActionDenied:
    return ActionDenied(f"The provider's answer proves nothing: {why}.", article="Art. 17")
