"""One job on an original, done by a child process, seen from its parent.

The child is given one socket, over which it asks for the original's bytes, and at most one open file to write to.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tasks.probing.child import environment
from tasks.probing.wire import receive, send

MEMORY = 2 << 30

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

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        os.close(self.descriptor)
        if kind is not None:
            self._target.unlink(missing_ok=True)

    def finish(self) -> tuple[int, str]:
        """Keep it through a loss of power; gives its size and SHA-256."""
        os.fsync(self.descriptor)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        with os.fdopen(self.descriptor, "rb", closefd=False) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return os.fstat(self.descriptor).st_size, digest


@dataclass(frozen=True, slots=True)
class Original:
    """What is worked on: `size` bytes, had by `read`."""

    read: ReadPart
    size: int


def do_job(worker: str, original: Original, job: dict[str, Any], target: int, seconds: float) -> dict[str, Any]:
    """Have the module `worker` do `job` within `seconds`; `target` is the open file it may write to, -1 for none.

    Raises `JobLostError`, and whatever reading the original raises.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, tempfile.TemporaryFile() as complaints:
        with theirs:
            process = _started(worker, theirs.fileno(), target, complaints)
        try:
            with _lost(complaints):
                send(ours, {**job, "size": original.size})
            return _serve(ours, original.read, time.monotonic() + seconds, complaints)
        finally:
            process.kill()
            process.wait()


def _started(worker: str, channel: int, target: int, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        # -P: never import from the working directory
        [sys.executable, "-P", "-m", worker, str(channel), str(target), str(MEMORY)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        pass_fds=(channel, target) if target >= 0 else (channel,),
        cwd="/",
        env=environment(),
        start_new_session=True,
    )


def _serve(channel: socket.socket, read: ReadPart, until: float, complaints: IO[bytes]) -> dict[str, Any]:
    """Hand out what the child asks for until it is done."""
    while True:
        with _lost(complaints):
            message = receive(channel, _left(until))
            asked = [int(one) for one in message["read"]] if "read" in message else None
        if asked is not None:
            piece = read(asked[0], asked[1])
            with _lost(complaints):
                channel.settimeout(_left(until))
                channel.sendall(piece)
        elif isinstance(message.get("done"), dict):
            return dict(message["done"])
        else:
            raise JobLostError(str(message.get("failed", "the child answered nonsense"))[:1000], is_told=True)


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


@contextlib.contextmanager
def _lost(complaints: IO[bytes]) -> Iterator[None]:
    """What goes wrong between the two."""
    try:
        yield
    except (TimeoutError, EOFError, ValueError, TypeError, IndexError, OSError) as trouble:
        why = next((said for kind, said in _SAID.items() if isinstance(trouble, kind)), type(trouble).__name__)
        raise JobLostError(f"{why}{_last_words(complaints)}") from trouble


_SAID: dict[type[Exception], str] = {
    TimeoutError: "it took too long",
    EOFError: "the child died of it",
    ConnectionError: "the child died of it",
}


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1][:200]})" if lines else ""
