"""One probing child, seen from its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tasks
from regulation.errors import ConfigurationError
from tasks.probing.probe import Probe, probe_from_answer
from tasks.probing.wire import receive, send

WORKER = (sys.executable, "-P", "-m", "tasks.probing.worker")
"""`-P`: never import from the working directory, which may be the dump."""
START_SECONDS = 60.0
"""How long a child may take to load its libraries on a busy machine."""


class ChildLostError(Exception):
    """The child is of no more use; the message says why, for the file it was looking at."""


class Child:
    """A process started with `command`. It shares no files, no secrets of the environment and no terminal with us."""

    def __init__(self, command: Sequence[str], seconds: float, memory: int) -> None:
        self.asked = 0
        self.spent = False
        self._ready = False
        self._seconds = seconds
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed by kill)
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [*command, str(theirs.fileno()), str(seconds), str(memory)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._complaints,
                    pass_fds=(theirs.fileno(),),
                    cwd="/",
                    env=environment(),
                    start_new_session=True,  # Ctrl-C is for the parent, whose end the child notices
                )
            except OSError as trouble:
                self._channel.close()
                self._complaints.close()
                raise ConfigurationError(f"no probing child can be started: {trouble}", subject=command[0]) from trouble

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs: one that died idle must not be blamed on the next file."""
        return self._process.poll() is None

    def ask(self, descriptor: int, extension: str, *, still: bool, seconds: float) -> Probe:
        """Have one open file looked at. Raises `ChildLostError`, after which the child is of no more use;
        `ConfigurationError` when it never came up."""
        self._await_ready()
        self.asked += 1
        try:
            self._channel.settimeout(seconds)
            send(self._channel, {"extension": extension, "still": still}, (descriptor,))
            answer = receive(self._channel, seconds)
            self.spent = bool(answer.get("retire"))
            return probe_from_answer(answer)
        except TimeoutError:
            raise ChildLostError(f"the probe was stopped after {seconds:g} s") from None
        except (EOFError, OSError):
            raise ChildLostError(f"the probe died of it ({self._cause_of_death()})") from None
        except ValueError:
            raise ChildLostError("the probe answered nonsense") from None

    def stop(self) -> None:
        """End the process, whatever it is doing. Whoever is asking it loses it; may be called from any thread."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def kill(self) -> None:
        """End the process and let go of all that belongs to it. Harmless when repeated."""
        self.stop()
        self._process.wait()
        self._channel.close()
        self._complaints.close()

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            self._ready = bool(receive(self._channel, START_SECONDS).get("ready"))
        except (EOFError, OSError, ValueError):
            self._ready = False
        if not self._ready:
            raise ConfigurationError(f"the probing child does not start: {self._last_words()}", subject="probing")

    def _cause_of_death(self) -> str:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "it hung up"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def _last_words(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self._complaints.seek(0, os.SEEK_SET)
            lines = self._complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else "it says nothing"
        return "it says nothing"


def environment() -> dict[str, str]:
    """Where our packages are, and nothing else that the parent knows."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(tasks.__file__).parent.parent), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
