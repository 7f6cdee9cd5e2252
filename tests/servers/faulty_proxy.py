"""A TCP proxy that damages, cuts, holds up or answers in a server's stead: what networks do, at a chosen byte."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from urllib.parse import urlsplit

_ANSWER_500 = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Fault(Enum):
    FLIP = "one bit of the request is changed on the way"
    CUT = "the connection is cut in the middle of the request"
    HANG = "nothing goes on, and nobody says so"
    ANSWER_500 = "the server answers 500"
    LOSE_ANSWER = "the request arrives, the answer is lost"


@dataclass
class _Armed:
    fault: Fault
    at: int
    times: int
    within: bytes

    def strikes(self, sent: int, data: bytes) -> bool:
        """Whether `data`, after `sent` bytes, is what it waits for."""
        return self.within in data if self.within else sent <= self.at < sent + len(data)


class FaultyProxy:
    """Forwards to `endpoint`. A fault strikes who has sent `at` bytes since it was armed, `times` times in all; where
    `within` is given, whoever sends that, in one piece."""

    def __init__(self, endpoint: str, tls: ssl.SSLContext | None = None) -> None:
        target = urlsplit(endpoint)
        self._target = (target.hostname, target.port)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._armed: _Armed | None = None
        self._arming = 0
        self._open: list[socket.socket] = []
        self.struck = 0
        self.endpoint = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._listener)
        with self._lock:
            for each in self._open:
                _end(each)

    def arm(self, fault: Fault, at: int = 0, times: int = 1, within: bytes = b"") -> None:
        """Strike from now on."""
        with self._lock:
            self._armed = _Armed(fault, at, times, within)
            self._arming += 1
            self.struck = 0

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError):
            client = plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            server = socket.create_connection(self._target)
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open += [client, server]
            link = _Link(client, server)
            threading.Thread(target=link.answers, daemon=True).start()
            self._requests(link)
        _end(plain)

    def _requests(self, link: _Link) -> None:
        sent, arming = 0, 0
        while data := link.client.recv(64 << 10):
            fault, at = None, 0
            with self._lock:
                if arming != self._arming:
                    sent, arming = 0, self._arming
                armed = self._armed
                if armed is not None and armed.times and armed.strikes(sent, data):
                    armed.times -= 1
                    self.struck += 1
                    fault, at = armed.fault, max(armed.at - sent, 0)
            sent += len(data)
            if fault is None:
                link.server.sendall(data)
            elif not link.strike(fault, data, at):
                return
        link.end()


class _Link:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self._mute = False

    def answers(self) -> None:
        with suppress(OSError):
            while data := self.server.recv(64 << 10):
                if self._mute:
                    break
                self.client.sendall(data)
        self.end()

    def strike(self, fault: Fault, data: bytes, at: int) -> bool:
        """Do it; False when the link is over."""
        if fault is Fault.FLIP:
            self.server.sendall(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            return True
        if fault is Fault.LOSE_ANSWER:
            self._mute = True
            self.server.sendall(data)
            return True
        if fault is Fault.HANG:
            while self.client.recv(64 << 10):
                pass
        elif fault is Fault.ANSWER_500:
            self.client.sendall(_ANSWER_500)
        else:
            self.server.sendall(data[:at])
        self.end()
        return False

    def end(self) -> None:
        _end(self.client)
        _end(self.server)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
