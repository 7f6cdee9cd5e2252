"""One job on an original, done by a child process, seen from its parent.

The child is given one socket, over which it asks for the original's bytes, and at most one open file to write to.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tasks.clipping.forking import Child, NoChildError, fork, last_words
from tasks.probing.wire import receive, send

_PIECE = 1 << 20

ReadPart = Callable[[int, int], bytes]
"""Gives bytes of the original: the first one's place, and how many."""


class JobLostError(Exception):
    """The job was not done; the message says why. `is_told` where it is the child's own word, and the same will happen
    again; else it was lost on the way."""

    def __init__(self, why: str, *, is_told: bool = False) -> None:
        super().__init__(why)
        self.is_told = is_told


class NewFile:
    """A file made for a child, its `descriptor` open for reading and writing; gone where the block fails."""

    def __init__(self, target: Path) -> None:
        self.descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._target = target
        self._beside = ThreadPoolExecutor(2, "new-file")
        self._ahead: Future[_Kept] | None = None

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._beside.shutdown()
        os.close(self.descriptor)
        if kind is not None:
            self._target.unlink(missing_ok=True)

    def is_written(self) -> None:
        """The child says that all of it is there: keep it, while the child reads it back."""
        if self._ahead is None:
            self._ahead = self._beside.submit(self._keep)

    def check_room(self) -> None:
        """Raise OSError where no more can be written: a child's word for it is not enough."""
        os.posix_fallocate(self.descriptor, os.fstat(self.descriptor).st_size, _PIECE)

    def finish(self) -> tuple[int, str]:
        """Keep it through a loss of power, once nobody writes any more; gives its size and SHA-256."""
        kept = None if self._ahead is None else self._ahead.result()
        if kept is None or kept.changed != self._changed():
            kept = self._keep()
        return kept.size, kept.sha256

    def _keep(self) -> _Kept:
        changed = self._changed()
        on_disk = self._beside.submit(os.fsync, self.descriptor)
        digest, place = hashlib.sha256(), 0
        while piece := os.pread(self.descriptor, _PIECE, place):
            digest.update(piece)
            place += len(piece)
        on_disk.result()
        return _Kept(place, digest.hexdigest(), changed)

    def _changed(self) -> tuple[int, int, int]:
        now = os.fstat(self.descriptor)
        return now.st_size, now.st_mtime_ns, now.st_ctime_ns


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found of the file as it stood after it had `changed`."""

    size: int
    sha256: str
    changed: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Original:
    """What is worked on: `size` bytes, had by `read`."""

    read: ReadPart
    size: int


def do_job(
    worker: str, original: Original, job: dict[str, Any], target: NewFile | None, seconds: float
) -> dict[str, Any]:
    """Have a child of the module `worker` do `job` within `seconds`, and write into `target` what it makes.

    Raises `JobLostError`, and whatever reading the original or writing raises.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, tempfile.TemporaryFile() as complaints:
        files = (theirs.fileno(), complaints.fileno(), *(() if target is None else (target.descriptor,)))
        with theirs:
            child = _forked(worker, files)
        try:
            with _lost(complaints):
                send(ours, {**job, "size": original.size})
            return _Serving(ours, original.read, target, time.monotonic() + seconds, complaints).answer()
        finally:
            child.end()


def _forked(worker: str, files: tuple[int, ...]) -> Child:
    try:
        return fork(worker, files)
    except NoChildError as none:
        raise JobLostError(str(none)) from none


@dataclass(frozen=True, slots=True)
class _Serving:
    """One child at work, on the other side of `channel`."""

    channel: socket.socket
    read: ReadPart
    target: NewFile | None
    until: float
    complaints: IO[bytes]

    def answer(self) -> dict[str, Any]:
        """Hand out what the child asks for until it is done."""
        while True:
            with _lost(self.complaints):
                message = receive(self.channel, _left(self.until))
                asked = [int(one) for one in message["read"]] if "read" in message else None
            if asked is not None:
                self._give(self.read(asked[0], asked[1]))
            elif "written" in message and self.target is not None:
                self.target.is_written()
            else:
                return self._done(message)

    def _done(self, message: dict[str, Any]) -> dict[str, Any]:
        if isinstance(message.get("done"), dict):
            return dict(message["done"])
        if message.get("full") and self.target is not None:
            self.target.check_room()
            raise JobLostError("it said that there is no room, and there is")
        raise JobLostError(str(message.get("failed", "the child answered nonsense"))[:1000], is_told=True)

    def _give(self, piece: bytes) -> None:
        with _lost(self.complaints):
            self.channel.settimeout(_left(self.until))
            self.channel.sendall(piece)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextlib.contextmanager
def _lost(complaints: IO[bytes]) -> Iterator[None]:
    """What goes wrong between the two."""
    try:
        yield
    except (TimeoutError, EOFError, ValueError, TypeError, IndexError, OSError) as trouble:
        why = next((said for kind, said in _SAID.items() if isinstance(trouble, kind)), "it was lost on the way")
        raise JobLostError(f"{why}{last_words(complaints.fileno())}") from trouble


_SAID: dict[type[Exception], str] = {
    TimeoutError: "it took too long",
    EOFError: "the child died of it",
    ConnectionError: "the child died of it",
}
