"""An OpenID provider for tests: signs, checks the code's verifier, takes each code once; lies when it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "the desk", "the desk's own: secret"
Twist = Callable[[dict[str, Any]], None]


class OidcProvider:
    """Vouches for `user`. `twist_metadata`, `twist_claims` and `twist_token` change what it says before it says it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.user: Any = "A1"
        self.key = RSAKey.generate_key(2048, {"kid": "first", "alg": "RS256", "use": "sig"}, auto_kid=False)
        self.signing: RSAKey | OctKey = self.key
        self.algorithm = "RS256"
        self.twist_metadata: Twist = lambda _: None
        self.twist_claims: Twist = lambda _: None
        self.twist_token: Twist = lambda _: None
        self.moved_to: str | None = None
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self)

            def do_POST(self) -> None:
                provider.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realms/city"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def new_key(self) -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": "second", "alg": "RS256", "use": "sig"}, auto_kid=False)
        self.signing = self.key

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        place = urlsplit(request.path)
        self.asked.append(place.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        if self.moved_to is not None:
            _redirect(request, self.moved_to)
        elif place.path.endswith("/.well-known/openid-configuration"):
            _json(request, self._metadata())
        elif place.path.endswith("/keys"):
            _json(request, {"keys": [self.key.as_dict(private=False)]})
        elif place.path.endswith("/authorize"):
            self._authorize(request, query)
        else:
            length = int(request.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(request.rfile.read(length).decode()).items()}
            self._token(request, form)

    def _metadata(self) -> dict[str, Any]:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        self.twist_metadata(said)
        return said

    def _authorize(self, request: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        _redirect(request, f"{query['redirect_uri']}?{urlencode(back)}")

    def _token(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or not _proves(request, form, asked):
            _json(request, {"error": "invalid_grant"}, 400)
            return
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "17", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": self.user,
        }  # fmt: skip
        self.twist_claims(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        signed = jwt.encode(header, claims, self.signing, algorithms=["RS256", "HS256"])
        said = {"access_token": "for nobody", "token_type": "Bearer", "expires_in": 300, "id_token": signed}
        self.twist_token(said)
        _json(request, said)


def _proves(request: BaseHTTPRequestHandler, form: dict[str, str], asked: dict[str, str]) -> bool:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    return (
        challenge == asked["code_challenge"]
        and form["redirect_uri"] == asked["redirect_uri"]
        and request.headers.get("Authorization") == f"Basic {basic}"
    )


def _json(request: BaseHTTPRequestHandler, said: dict[str, Any], status: int = 200) -> None:
    content = json.dumps(said).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _redirect(request: BaseHTTPRequestHandler, to: str) -> None:
    request.send_response(302)
    request.send_header("Location", to)
    request.send_header("Content-Length", "0")
    request.end_headers()
