"""Signatures of requests whose body's digest is known before they are made."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest


@dataclass(frozen=True, slots=True)
class _Moment:
    """All that botocore's signer looks at in a request once its canonical form is made."""

    context: dict[str, str]


class Signer:
    """Signature version 4 by botocore, from a canonical request and with a key of our own: botocore's takes longer to
    make one than a photo needs to be sent, because it must expect any address and any header, where here paths and
    headers are all plain, and it derives the key of the day anew for each request."""

    def __init__(self, access_key: str, secret_key: str, region: str) -> None:
        self._signer = S3SigV4Auth(Credentials(access_key, secret_key), "s3", region)
        self._key_of = lru_cache(maxsize=2)(lambda scope: _key(secret_key, scope))

    def sign(self, method: str, path: str, query: str, headers: dict[str, str], payload_sha256: str) -> None:
        """Add date, digest and signature to `headers` (lower-case names, plain values, ``host`` among them).

        `path` and `query` are as they will be sent, percent-encoded, the query sorted by name.
        """
        now = time.strftime(SIGV4_TIMESTAMP, time.gmtime())  # a signature is of this minute, whatever is signed
        moment = cast("AWSRequest", _Moment({"timestamp": now}))
        headers["x-amz-date"] = now
        headers["x-amz-content-sha256"] = payload_sha256
        names = sorted(headers)
        signed = ";".join(names)
        lines = [f"{name}:{headers[name]}" for name in names]
        canonical = "\n".join([method, path, query, *lines, "", signed, payload_sha256])
        text = self._signer.string_to_sign(moment, canonical)
        signature = _hmac(self._key_of(self._signer.credential_scope(moment)), text).hex()
        scope = self._signer.scope(moment)
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={signature}"


def _key(secret_key: str, scope: str) -> bytes:
    """The key for a scope: ``day/region/service/aws4_request``."""
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
