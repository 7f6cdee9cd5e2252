"""One machine, one command: start the parts in order, keep them together, stop them all."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from regulation.errors import Unavailable

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 20.0


@dataclass
class Supervisor:
    """Children in sessions of their own, so that Ctrl-C reaches only us and they stop in order: last started first.
    They die with us even when we are killed."""

    environment: Mapping[str, str]
    log_folder: Path
    _children: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    stopping: bool = False

    def start(self, name: str, *command: str) -> None:
        """Start a part; what it prints goes to `<log folder>/<name>.log`."""
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with (self.log_folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._children.append((name, child))

    def wait_until(self, ready: Callable[[], bool], name: str, seconds: float) -> None:
        """Wait for a part to answer. Raises `Unavailable` naming it, with the end of its log."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.stopping:
                return
            if (ended := self.ended()) is not None or time.monotonic() > deadline:
                raise Unavailable(f"{ended or name} did not start. Its log ends: {self._tail(ended or name)}")
            time.sleep(0.2)

    def ended(self) -> str | None:
        """The name of a part that has ended by itself."""
        return next((name for name, child in self._children if child.poll() is not None), None)

    def stop_on_signals(self) -> None:
        """SIGINT and SIGTERM ask for an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def stop(self) -> None:
        """Stop every part, last started first, each with its whole group; what does not listen is killed."""
        for _name, child in reversed(self._children):
            _signal_group(child, signal.SIGTERM)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait()
            _signal_group(child, signal.SIGKILL)
        self._children.clear()

    def _tail(self, name: str) -> str:
        try:
            return (self.log_folder / f"{name}.log").read_text(errors="replace")[-800:].strip()
        except OSError:
            return "(empty)"


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def python(*arguments: str) -> tuple[str, ...]:
    """A command of this very Python."""
    return (sys.executable, *arguments)
