"""Objects over plain, persistent connections: what boto3 does too slowly for five thousand photos.

Requests are signed by botocore; bodies are sent from the buffers they were read into, without a copy; answers are
parsed by httptools. A request is repeated where the connection or the server fails, unless the caller says it may not.
"""

from __future__ import annotations

import random
import re
import socket
import ssl
import time
import weakref
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httptools
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blocks.s3_settings import MIB, S3Settings
from regulation.errors import ConfigurationError, CustodyError, FixityError, Unavailable

UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

_ATTEMPTS = 4
_FIRST_PAUSE = 0.2  # seconds, doubled each time
_SLICE = MIB  # bytes sent under one time limit, so that a slow line is not taken for a dead one
_RECEIVE = 256 << 10
_AGAIN = {408, 409, 429, 500, 502, 503, 504}
_MISMATCHES = {"BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "InvalidDigest"}
_CODE = re.compile(rb"<Code>([^<]{1,80})</Code>")


@dataclass(slots=True)
class Answer:
    """One answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """S3's own name of the error; empty where it told none."""
        found = _CODE.search(self.body)
        return found[1].decode("ascii", "replace") if found else ""

    @property
    def server_time(self) -> datetime | None:
        """The server's clock, in UTC."""
        told = self.headers.get("date")
        return parsedate_to_datetime(told) if told else None


class _Signer(S3SigV4Auth):
    """Takes the payload's digest from where it is known already instead of hashing the body again."""

    def payload(self, request: AWSRequest) -> str:
        return str(request.context["payload_sha256"])


class Wire:
    """A pool of connections to one bucket; thread-safe."""

    def __init__(self, settings: S3Settings) -> None:
        address = settings.address()
        self._host = str(address.hostname)
        self._port = address.port or (443 if address.scheme == "https" else 80)
        self._netloc = address.netloc
        self._base = f"{address.scheme}://{address.netloc}"
        self._bucket = settings.bucket
        self._timeout = settings.timeout_seconds
        self._tls = _tls(settings) if address.scheme == "https" else None
        self._signer = _Signer(Credentials(settings.access_key, settings.secret_key), "s3", settings.region)
        self._idle: deque[_Connection] = deque()
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
        """Send one request, again where that may help, and return the server's answer, whatever it says below 500.

        `repeatable` is False for what a server would keep twice if only its answer was lost. Raises `Unavailable`
        when there is none, `ConfigurationError` for a certificate that is not trusted.
        """
        path = f"/{self._bucket}/{key}{_query(query)}"
        trouble = ""
        for attempt in range(_ATTEMPTS if repeatable else 1):
            if attempt:
                time.sleep(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.7, 1.3))  # noqa: S311 - spreads retries
            try:
                answer = self._once(method, path, headers or {}, body, payload_sha256, repeatable)
            except ssl.SSLCertVerificationError as untrusted:
                raise ConfigurationError(
                    f"The server's certificate is not trusted: {untrusted.verify_message}.",
                    subject="certificate_authorities",
                ) from untrusted
            except (OSError, _StaleError, httptools.HttpParserError) as failure:
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
        headers: Mapping[str, str],
        body: memoryview | bytes,
        payload_sha256: str,
        repeatable: bool,
    ) -> Answer:
        head = self._head(method, path, headers, len(body), payload_sha256)
        while True:
            connection = self._take()
            try:
                answer = connection.exchange(head, body, bodiless=method == "HEAD")
            except _StaleError:
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

    def _head(self, method: str, path: str, headers: Mapping[str, str], length: int, payload_sha256: str) -> bytes:
        request = AWSRequest(method, self._base + path, headers=dict(headers))
        request.context["payload_sha256"] = payload_sha256
        self._signer.add_auth(request)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._netloc}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _take(self) -> _Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return _Connection(self._connect())

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


def _close_all(idle: deque[_Connection]) -> None:
    while True:
        try:
            idle.pop().close()
        except IndexError:
            return


class _StaleError(Exception):
    """A connection that had served before was closed by the server before it answered."""


class _Connection:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._served = 0
        self.reusable = False

    def exchange(self, head: bytes, body: memoryview | bytes, *, bodiless: bool) -> Answer:
        """Send a request and receive its answer. `bodiless`: the answer has none (HEAD)."""
        self.reusable = False
        reading = _Reading(bodiless)
        try:
            self._send(head, body)
        except TimeoutError:
            raise
        except OSError as broken:
            # a server that refuses early answers first and closes then
            self._receive(reading, broken)
        else:
            self._receive(reading, None)
        self.reusable = reading.reusable
        self._served += 1
        return reading.answer()

    def _send(self, head: bytes, body: memoryview | bytes) -> None:
        if len(body) <= 64 << 10:
            self._socket.sendall(head + bytes(body))
            return
        self._socket.sendall(head)
        whole = memoryview(body)
        for start in range(0, len(whole), _SLICE):
            self._socket.sendall(whole[start : start + _SLICE])

    def _receive(self, reading: _Reading, broken: OSError | None) -> None:
        started = False
        while not reading.complete:
            try:
                data = self._socket.recv(_RECEIVE)
            except TimeoutError:
                raise
            except OSError as failure:
                data, broken = b"", broken or failure
            if not data:
                self.close()
                if self._served and not started:
                    raise _StaleError
                raise broken or ConnectionResetError("the connection was closed without an answer")
            started = True
            reading.feed(data)

    def close(self) -> None:
        self._socket.close()


class _Reading:
    """The callbacks of httptools for one answer."""

    def __init__(self, bodiless: bool) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._bodiless = bodiless
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._status = 0
        self.complete = False
        self.reusable = False

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def answer(self) -> Answer:
        return Answer(self._status, self._headers, b"".join(self._body))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._bodiless and self._status >= 200:
            self._finish()

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        if self._status >= 200:
            self._finish()
        else:
            self._headers.clear()  # 100 Continue: the answer is still to come

    def _finish(self) -> None:
        self.complete = True
        self.reusable = self._parser.should_keep_alive()


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
    if not asked:
        return ""
    return "?" + "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(asked.items()))


def _tls(settings: S3Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.certificate_authorities)
    except OSError as failure:
        raise ConfigurationError(
            f"The file of certificate authorities cannot be read: {failure.strerror}.",
            subject="certificate_authorities",
        ) from failure
