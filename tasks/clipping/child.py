"""One clipping child, seen from its parent."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from regulation.access_terms import Range
from regulation.errors import FixityError
from tasks.probing.child import environment
from tasks.probing.wire import receive, send

WORKER = (sys.executable, "-P", "-m", "tasks.clipping.worker")
MEMORY = 2 << 30
LONGEST = 1_800.0
"""Seconds for one clip."""

ReadPart = Callable[[int, int], bytes]
"""Gives bytes of the original: the first one's place, and how many."""


class ClipLostError(Exception):
    """There is no clip; the message says why."""


def make_clip(read: ReadPart, size: int, part: Range, target: Path, seconds: float = LONGEST) -> dict[str, Any]:
    """Cut `part` out of an original of `size` bytes into the new file `target`.

    Gives its ``form`` (mp4, wav), the seconds ``start`` and ``end`` that it really spans, whether its pictures
    ``is_copied``, its ``size`` and ``sha256``. Raises `ClipLostError`, leaving no file.
    """
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        made = _ask(read, size, part, descriptor, seconds)
        os.fsync(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {**made, "size": os.fstat(descriptor).st_size, "sha256": digest}
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def take_glance(read: ReadPart, size: int, part: Range, seconds: float = LONGEST) -> dict[str, Any]:
    """Stills and loudness of `part`, as `tasks.clipping.glance.Glance` has them. Raises `ClipLostError`."""
    return _ask(read, size, part, -1, seconds)


def _ask(read: ReadPart, size: int, part: Range, target: int, seconds: float) -> dict[str, Any]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, tempfile.TemporaryFile() as complaints:
        with theirs:
            kept = (theirs.fileno(), target) if target >= 0 else (theirs.fileno(),)
            process = subprocess.Popen(
                [*WORKER, str(theirs.fileno()), str(target), str(MEMORY)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                pass_fds=kept,
                cwd="/",
                env=environment(),
                start_new_session=True,
            )
        try:
            send(ours, {"size": size, "start": part.start, "end": part.end})
            return _serve(ours, read, time.monotonic() + seconds)
        except (TimeoutError, EOFError, ValueError, OSError, FixityError) as trouble:
            said = f"{type(trouble).__name__}{_last_words(complaints)}"
            raise ClipLostError(f"the clip was not made: {said}") from trouble
        finally:
            process.kill()
            process.wait()


def _serve(channel: socket.socket, read: ReadPart, until: float) -> dict[str, Any]:
    """Hand out what the child asks for until it is done."""
    while True:
        message = receive(channel, max(0.001, until - time.monotonic()))
        if "read" in message:
            first, length = message["read"]
            piece = read(int(first), int(length))
            channel.settimeout(max(0.001, until - time.monotonic()))
            channel.sendall(piece)
        elif "done" in message:
            return dict(message["done"])
        else:
            raise ClipLostError(str(message.get("failed", "the child answered nonsense")))


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1][:200]})" if lines else ""
