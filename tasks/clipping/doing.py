"""The child's side of a job: `python -P -m WORKER SOCKET BYTES`, a server that forks a child for each.

A child is given one job, reads the original through its parent, writes to the one open file it was given, and says what
it made. It knows no names and no secrets.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from tasks.clipping.source import RemoteFile
from tasks.probing.reading import GlanceStream
from tasks.probing.wire import receive, receive_with_files, send

MOST_BYTES = 16 << 30
"""Of a file that is made."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})


class CannotError(Exception):
    """The job cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """The open `file` that is to be made."""

    file: BinaryIO
    _channel: socket.socket

    def is_written(self) -> None:
        """Tell the parent that all of it is there, so that it is made safe while it is read back."""
        self.file.flush()
        send(self._channel, {"written": True})


Work = Callable[[dict[str, Any], GlanceStream, Target | None], dict[str, Any]]
"""Given the job, the original and where to write to, where there is something to be written, gives what was made."""


def serve(arguments: list[str], work: Work) -> None:
    """Fork a child for each job until the parent hangs up."""
    control, memory = socket.socket(fileno=int(arguments[0])), int(arguments[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # they are not waited for
    while True:
        try:
            _message, files = receive_with_files(control, 3)
        except (EOFError, OSError, ValueError):
            return
        if not (child := os.fork()):
            control.close()
            _do_one(files, memory, work)
        for one in files:
            os.close(one)
        handle = os.pidfd_open(child)  # it is there still: its job is sent once the parent has this
        send(control, {}, (handle,))
        os.close(handle)


def _do_one(files: list[int], memory: int, work: Work) -> NoReturn:
    """Do the one job, and end. The files are the channel, one for complaints, and perhaps the target."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        descriptor, complaints, *targets = files
        os.dup2(complaints, 2)
        os.close(complaints)
        _limit(memory)
        channel = socket.socket(fileno=descriptor)
        job = receive(channel, 60.0)
        channel.settimeout(None)
        target = Target(os.fdopen(targets[0], "w+b"), channel) if targets else None
        with contextlib.suppress(OSError):
            send(channel, _answer(job, RemoteFile(channel, int(job["size"])).stream(), target, work))
    except BaseException:  # noqa: BLE001  (the last line of a process)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _limit(memory: int) -> None:
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answer(job: dict[str, Any], source: GlanceStream, target: Target | None, work: Work) -> dict[str, Any]:
    try:
        done = work(job, source, target)
        if target is not None:
            target.file.flush()
        return {"done": done}
    except CannotError as why:
        return {"failed": str(why)}
    except MemoryError:
        return {"failed": "it needs more memory than it may have"}
    except Exception as trouble:  # noqa: BLE001  (the last line: whatever a hostile file brings about)
        if is_full(trouble):
            return {"full": True}
        return {"failed": f"no sense can be made of it: {type(trouble).__name__}"}


def is_full(trouble: BaseException | None) -> bool:
    """Whether nothing could be written. The libraries wrap that, and have kinds of OSError of their own, which they
    raise for damaged recordings as well."""
    while trouble is not None:
        if type(trouble) is OSError and trouble.errno in _FULL:
            return True
        trouble = trouble.__cause__ or trouble.__context__
    return False
