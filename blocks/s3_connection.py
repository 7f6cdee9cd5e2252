"""One persistent connection: a request out, an answer in, nothing copied that need not be."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httptools

from blocks.s3_settings import MIB

_SLICE = MIB  # bytes sent under one time limit, so that a slow line is not taken for a dead one
_RECEIVE = 256 << 10
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


class StaleError(Exception):
    """A connection that had served before was closed by the server before it answered."""


class Connection:
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
        whole = memoryview(body)
        for start in range(self._begin(head, whole), len(whole), _SLICE):
            self._socket.sendall(whole[start : start + _SLICE])

    def _begin(self, head: bytes, body: memoryview) -> int:
        """Send the head with as much of the body as goes with it; how many bytes of the body that were."""
        first = body[:_SLICE]
        if isinstance(self._socket, ssl.SSLSocket):  # which must copy all it sends
            self._socket.sendall(head + first)
            return len(first)
        sent = self._socket.sendmsg([head, first])
        if sent < len(head):
            self._socket.sendall(head[sent:])
            return 0
        return sent - len(head)

    def _receive(self, reading: _Reading, broken: OSError | None) -> None:
        started = False
        while not reading.complete:
            try:
                # a server that sends its answer in two pieces waits for ours: without this it waits 40 ms
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                data = self._socket.recv(_RECEIVE)
            except TimeoutError:
                raise
            except OSError as failure:
                data, broken = b"", broken or failure
            if not data:
                self.close()
                if self._served and not started:
                    raise StaleError
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
