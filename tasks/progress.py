"""Telling people how far long work has come: a Prefect progress artifact, and whoever watches in this process.

Telling is best effort: the registry holds the truth, so a Prefect server that does not answer never stops the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Literal, Protocol
from uuid import UUID

from httpx import TransportError
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

SECONDS_BETWEEN_UPDATES = 1.0
SILENT_SECONDS = 60.0
"""How long nobody is told anything after a try to which nobody answered."""

_silent_until = 0.0

Unit = Literal["bytes", "files"]
Advance = Callable[[int], None]
"""Hears of each piece of work that is done."""


class Watcher(Protocol):
    """Someone in this process who follows the work, such as the command line's bar."""

    def step(self, title: str, total: int, unit: Unit) -> None:
        """A step of `total` units begins."""

    def advanced(self, done: int) -> None:
        """`done` units of the current step are behind us."""

    def remark(self, said: str) -> None:
        """Something that whoever follows the work should read when it has ended."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` follow every step that runs inside."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def remark(*said: str) -> None:
    """Say something to whoever follows the work in this process; names in it are a device's."""
    if (watcher := _watcher.get()) is not None:
        for one in said:
            watcher.remark(one)


class Progress:
    """Counts from any thread; tells from the thread that calls `tell`."""

    def __init__(self, title: str, total: int, unit: Unit, key: str) -> None:
        self._total, self._done, self._lock = total, 0, Lock()
        self._told_at, self._watcher = time.monotonic(), _watcher.get()
        if self._watcher is not None:
            self._watcher.step(title, total, unit)
        self._artifact: Any = quietly(create_progress_artifact, progress=0.0, key=key, description=title)

    def advance(self, units: int) -> None:
        """Add `units`; cheap, from any thread."""
        with self._lock:
            self._done += units

    @contextmanager
    def step(self, units: int) -> Iterator[Advance]:
        """A part of the work of about `units`. What it gives counts what is done of it, no more than that, and tells;
        when the part ends, all of it is behind us."""
        left = units

        def advanced(count: int) -> None:
            nonlocal left
            now = min(count, left)
            left -= now
            self.advance(now)
            self.tell()

        yield advanced
        advanced(left)

    def tell(self, *, finished: bool = False) -> None:
        """Pass on the state, at most once a second unless `finished`."""
        if self._watcher is not None:
            self._watcher.advanced(self._done)
        if not finished and time.monotonic() - self._told_at < SECONDS_BETWEEN_UPDATES:
            return
        self._told_at = time.monotonic()
        share = 100.0 if finished else min(100.0, 100.0 * self._done / max(1, self._total))
        if isinstance(self._artifact, UUID):
            quietly(update_progress_artifact, artifact_id=self._artifact, progress=share)


def name_run(name: str) -> None:
    """Let the Prefect UI call this flow run by its subject, known only once the run has begun."""
    run_id = flow_run.get_id()
    if run_id is not None:
        with get_client(sync_client=True) as client:
            quietly(client.update_flow_run, flow_run_id=UUID(run_id), name=name)


def quietly(tell: Any, **told: Any) -> Any:
    """Call Prefect's `tell`; when it cannot, say so in the log and go on. Prefect raises no common base class.

    Prefect's own patience is a minute a call, and a session has a dozen: here it is two seconds, and then nobody is
    told anything for a while.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return None
    try:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}):
            return tell(**told)
    except Exception as error:  # noqa: BLE001 - whatever the server or the network does, evidence comes first
        if isinstance(error, TransportError):
            _silent_until = time.monotonic() + SILENT_SECONDS
        get_run_logger().warning("Prefect took no progress (%s); the work goes on.", type(error).__name__)
        return None
