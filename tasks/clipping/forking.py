"""Children forked for one job each, by a server that has loaded their libraries, seen from the parent.

A child that has read a hostile file never reads another, and no job waits until Python and the media libraries are
loaded: a fork takes some milliseconds. The server itself reads no file.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from tasks.probing.child import START_SECONDS, environment
from tasks.probing.wire import receive_with_files, send

MEMORY = 2 << 30
"""Address space of a child, bytes."""


class NoChildError(Exception):
    """No child can be started; the message says why."""


class ForkServer:
    """A process that runs the module `worker`, which calls `tasks.clipping.doing.serve`. It ends when we do."""

    def __init__(self, worker: str) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._control.settimeout(START_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                # -P: never import from the working directory
                [sys.executable, "-P", "-m", worker, str(theirs.fileno()), str(MEMORY)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env=environment(),
                start_new_session=True,
            )

    def fork(self, files: tuple[int, ...]) -> Child:
        """Have a child forked that is given these open files. Raises EOFError, OSError or ValueError where the server
        is of no more use."""
        send(self._control, {}, files)
        _message, (handle,) = receive_with_files(self._control, 1)
        return Child(handle)

    def stop(self) -> str:
        """End the server, not the children it forked; gives its last words."""
        self._process.kill()
        self._process.wait()
        self._control.close()
        with self._complaints:
            return last_words(self._complaints.fileno())


class Child:
    """A forked process, held by its `handle` (pidfd), which never means another."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def end(self) -> None:
        """Kill it, whatever it is doing, and wait until it is gone. To be called once."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        ended.poll()
        os.close(self._handle)


_servers: dict[tuple[int, str], ForkServer] = {}
_lock = threading.Lock()


def make_ready(worker: str) -> None:
    """Start the server of `worker` unless there is one, without waiting until it has loaded its libraries."""
    with _lock:
        _server(worker)


def fork(worker: str, files: tuple[int, ...]) -> Child:
    """A child of `worker` that is given these open files, from a new server where the old one is gone. Raises
    `NoChildError`."""
    with _lock:
        with contextlib.suppress(EOFError, OSError, ValueError):
            return _server(worker).fork(files)
        _stop(worker)
        try:
            return _server(worker).fork(files)
        except (EOFError, OSError, ValueError) as trouble:
            raise NoChildError(f"no child can be started{_stop(worker)}") from trouble


def _server(worker: str) -> ForkServer:
    key = os.getpid(), worker  # a fork of ours must not talk to our server
    if key not in _servers:
        _servers[key] = ForkServer(worker)
    return _servers[key]


def _stop(worker: str) -> str:
    server = _servers.pop((os.getpid(), worker), None)
    return "" if server is None else server.stop()


@atexit.register
def _stop_all() -> None:
    for process, worker in list(_servers):
        if process == os.getpid():
            _stop(worker)


def last_words(complaints: int) -> str:
    """The last line of what a process wrote into this open file, in parentheses; nothing where it wrote nothing."""
    lines = os.pread(complaints, 1 << 16, 0).decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1][:200]})" if lines else ""
