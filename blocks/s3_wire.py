"""Objects over plain, persistent connections: what boto3 does too slowly for five thousand photos.

Requests are signed by botocore; bodies are sent from the buffers they were read into, without a copy; answers are
parsed by httptools. A request is repeated where the connection or the server fails, unless the caller says it may not.
"""

from __future__ import annotations

import random
import socket
import ssl
import time
import weakref
from collections import deque
from collections.abc import Mapping
from urllib.parse import quote

import httptools

from blocks.s3_connection import Answer, Connection, StaleError
from blocks.s3_settings import S3Settings
from blocks.s3_signing import Signer
from regulation.errors import ConfigurationError, CustodyError, FixityError, Unavailable

UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

_ATTEMPTS = 4
_FIRST_PAUSE = 0.2  # seconds, doubled each time
_AGAIN = {408, 409, 429, 500, 502, 503, 504}
_MISMATCHES = {"BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "InvalidDigest"}


class Wire:
    """A pool of connections to one bucket; thread-safe."""

    def __init__(self, settings: S3Settings) -> None:
        address = settings.address()
        self._host = str(address.hostname)
        self._port = address.port or (443 if address.scheme == "https" else 80)
        self._netloc = address.netloc
        self._bucket = settings.bucket
        self._timeout = settings.timeout_seconds
        self._tls = _tls(settings) if address.scheme == "https" else None
        self._signer = Signer(settings.access_key, settings.secret_key, settings.region)
        self._idle: deque[Connection] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def send(
        self,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: memoryview | bytes = b"",
        payload_sha256: str = EMPTY_SHA256,
        repeatable: bool = True,
    ) -> Answer:
        """Send one request, again where that may help, and return the answer, whatever it says below 500.

        Header names are in lower case. `repeatable` is False for what a server would keep twice if only its answer was
        lost. Raises `Unavailable` when there is no answer, `ConfigurationError` for a certificate that is not trusted.
        """
        path, asked = f"/{self._bucket}/{key}", _query(query)
        trouble = ""
        for attempt in range(_ATTEMPTS if repeatable else 1):
            if attempt:
                time.sleep(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.7, 1.3))  # noqa: S311 - spreads retries
            try:
                answer = self._once(method, path, asked, headers or {}, body, payload_sha256, repeatable)
            except ssl.SSLCertVerificationError as untrusted:
                raise ConfigurationError(
                    f"The server's certificate is not trusted: {untrusted.verify_message}.",
                    subject="certificate_authorities",
                ) from untrusted
            except (OSError, StaleError, httptools.HttpParserError) as failure:
                trouble = str(failure) or type(failure).__name__
                continue
            if answer.status not in _AGAIN and answer.code != "RequestTimeout":
                return answer
            trouble = f"{answer.status} {answer.code}".strip()
        raise Unavailable(f"The S3 server did not take the request: {trouble}.", subject=self._netloc)

    def _once(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: memoryview | bytes,
        payload_sha256: str,
        repeatable: bool,
    ) -> Answer:
        head = self._head(method, path, query, headers, len(body), payload_sha256)
        while True:
            connection = self._take()
            try:
                answer = connection.exchange(head, body, bodiless=method == "HEAD")
            except StaleError:
                _close_all(self._idle)  # the server closes idle connections together
                if not repeatable:
                    raise
                continue
            except BaseException:
                connection.close()
                raise
            if connection.reusable:
                self._idle.append(connection)
            else:
                connection.close()
            return answer

    def _head(
        self, method: str, path: str, query: str, headers: Mapping[str, str], length: int, payload_sha256: str
    ) -> bytes:
        signed = {"host": self._netloc, **headers}
        self._signer.sign(method, path, query, signed, payload_sha256)
        target = f"{path}?{query}" if query else path
        lines = [f"{method} {target} HTTP/1.1", f"content-length: {length}"]
        lines += [f"{name}: {value}" for name, value in signed.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return Connection(self._connect())

    def _connect(self) -> socket.socket:
        plain = socket.create_connection((self._host, self._port), timeout=self._timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return plain
        try:
            return self._tls.wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise


def _close_all(idle: deque[Connection]) -> None:
    while True:
        try:
            idle.pop().close()
        except IndexError:
            return


def refusal(answer: Answer, subject: str) -> CustodyError:
    """The project's own error for an answer that says no."""
    if answer.code in _MISMATCHES:
        return FixityError(
            f"The S3 server received other bytes than were sent ({answer.code}).", article="Art. 7", subject=subject
        )
    told = f"{answer.status} {answer.code}".strip()
    if answer.code == "RequestTimeTooSkewed":
        return ConfigurationError("The clocks of this machine and of the S3 server differ too much.", subject="clock")
    if answer.status in (401, 403):
        return ConfigurationError(f"The S3 server refuses these keys: {told}.", subject="access_key")
    if answer.code == "NoSuchBucket":
        return ConfigurationError("The bucket is not there.", subject="bucket")
    return ConfigurationError(f"The S3 server refuses what was asked: {told}.", subject=subject)


def _query(asked: Mapping[str, str] | None) -> str:
    return "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted((asked or {}).items()))


def _tls(settings: S3Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.certificate_authorities)
    except OSError as failure:
        raise ConfigurationError(
            f"The file of certificate authorities cannot be read: {failure.strerror}.",
            subject="certificate_authorities",
        ) from failure
