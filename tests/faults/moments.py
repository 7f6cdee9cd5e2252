"""Moments at which something happens to a process: it dies, waits, fails, or its disk is full.

The code under test knows nothing of this: functions are wrapped from outside. Standard library only, for processes in
which nothing else has been imported yet.
"""

from __future__ import annotations

import errno
import functools
import importlib
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any


class Moment:
    """The n-th call of `target` (``module:name`` or ``module:Class.name``), before it or after it.

    With `armed_by` calls count only once that other function has been called; with `ever_after` all later calls count
    as well.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.target: str = told["target"]
        self.when: str = told["when"]
        self.call: int = told["call"]
        self.ever_after: bool = told["ever_after"]
        self._act = _acts(told)
        self._armed = told["armed_by"] is None
        self._calls = 0
        self._lock = Lock()
        if told["armed_by"] is not None:
            wrap(told["armed_by"], before=self._arm)
        wrap(self.target, **{self.when: self._passed})

    def _arm(self) -> None:
        self._armed = True

    def _passed(self) -> None:
        if not self._armed:
            return
        with self._lock:
            self._calls += 1
            due = self._calls == self.call or (self.ever_after and self._calls > self.call)
        if due:
            self._act()


def _acts(told: dict[str, Any]) -> Callable[[], None]:
    do, file = told["do"], Path(told["file"])
    if do == "kill":
        return lambda: _die(file)
    if do == "hold":
        return lambda: _hold(file)
    if do == "note":
        return file.touch
    if do == "fill the disk":
        return lambda: _no_file_grows(file)
    return lambda: _fail(getattr(errno, do), file)


def _die(file: Path) -> None:
    file.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def _hold(file: Path) -> None:
    file.with_suffix(".part").write_text(str(os.getpid()))
    file.with_suffix(".part").replace(file)
    while not file.with_suffix(".go").exists():
        time.sleep(0.01)


def _no_file_grows(file: Path) -> None:
    file.touch()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _fail(code: int, file: Path) -> None:
    file.touch()
    raise OSError(code, os.strerror(code))


def wrap(target: str, *, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> None:
    """Have `before` and `after` called around every call of `target`."""
    owner, name = found(target)
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if before is not None:
            before()
        answer = original(*arguments, **named)
        if after is not None:
            after()
        return answer

    setattr(owner, name, wrapped)


def found(target: str) -> tuple[Any, str]:
    """The object that has the target as an attribute, and the attribute's name."""
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return owner, name
