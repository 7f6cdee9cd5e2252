"""Signatures of requests whose body's digest is known before they are made."""

from __future__ import annotations

import time
from dataclasses import dataclass
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
    """Signature version 4 by botocore, from a canonical request of our own: botocore's takes longer to make one than a
    photo needs to be sent, because it must expect any address and any header; here paths and headers are all plain."""

    def __init__(self, access_key: str, secret_key: str, region: str) -> None:
        self._signer = S3SigV4Auth(Credentials(access_key, secret_key), "s3", region)

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
        signature = self._signer.signature(self._signer.string_to_sign(moment, canonical), moment)
        scope = self._signer.scope(moment)
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={signature}"
