"""A process that takes in a dump and, where it is told to, dies, waits or fails at a set moment.

It imports everything once and then forks a victim for each order that comes as a line of JSON on its standard input, so
that a victim costs no start of Python. The code under test knows nothing of this: functions are wrapped from outside.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from blocks import filesystem
from flows.upload import upload_dock_session

for _name in ("anyio._backends._asyncio", "fastapi", "prefect.engine", "registry.migrations.guards"):
    importlib.import_module(_name)  # what a run imports only when it begins, so that victims need not

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


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
    return lambda: _fail(getattr(errno, do), file)


def _die(file: Path) -> None:
    file.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def _hold(file: Path) -> None:
    file.touch()
    while not file.with_suffix(".go").exists():
        time.sleep(0.01)


def _fail(code: int, file: Path) -> None:
    file.touch()
    raise OSError(code, os.strerror(code))


def wrap(target: str, *, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> None:
    """Have `before` and `after` called around every call of `target`."""
    owner, name = _found(target)
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


def _found(target: str) -> tuple[Any, str]:
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return owner, name


class _NoRename:
    """A file system without RENAME_NOREPLACE, such as NFS."""

    def renameat2(self, *arguments: object) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1


@contextmanager
def _circumstances(order: dict[str, Any]) -> Iterator[None]:
    for target, value in order["values"].items():
        owner, name = _found(target)
        setattr(owner, name, timedelta(**value) if isinstance(value, dict) else value)
    if order["no_rename"]:
        filesystem._libc = _NoRename()  # type: ignore[assignment]
    if order["most_bytes_a_file"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes_a_file"],) * 2)
    for told in order["moments"]:
        Moment(told)
    if order["api_url"] is None:
        yield
        return
    with temporary_settings({PREFECT_API_URL: order["api_url"], PREFECT_API_AUTH_STRING: order["api_login"]}):
        yield


def suffer(order: dict[str, Any]) -> None:
    """Run the flow as ordered and write down how it ended."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    try:
        with _circumstances(order):
            told = {"receipt": upload_dock_session(Path(order["folder"]), order["station"], order["wipe"])}
    except BaseException as error:
        told = {"error": type(error).__name__, "message": str(error)}
    answer = Path(order["answer"])
    answer.with_suffix(".part").write_text(json.dumps(told))
    answer.with_suffix(".part").replace(answer)


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        try:
            suffer(order)
        finally:
            os._exit(0)
    return child


def _ended(process: int) -> int | None:
    """Its exit code, negative for a signal; None while it lives."""
    found, status = os.waitpid(process, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def main() -> None:
    """Answer every order with a line: the number of the process, or how it ended."""
    gc.freeze()  # victims do not copy what they only read
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _fork(asked["order"]) if asked["ask"] == "start" else _ended(asked["process"])
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
