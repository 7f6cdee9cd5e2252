"""The folder watch: every folder that appears below a dock folder is a dump, and becomes a run.

It polls, because change notices do not cross network mounts. It remembers nothing that matters: whether a dump was
taken in already, or was begun and left, is asked of the registry each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from prefect.deployments import run_deployment

from deployments.bootstrap import register
from deployments.console import errors
from deployments.home import Home
from flows.upload import upload_dock_session
from registry.database import Registry
from registry.queries import intake
from registry.queries.intake import DumpState
from regulation.errors import CustodyError
from tasks.docking.work import open_session
from tasks.dump import Dump

DEPLOYMENT = "upload-dock-session/dock-station"
POLL_SECONDS = 2.0


@dataclass
class Watch:
    """Looks at `folder` again and again and starts a run for each dump that has settled."""

    home: Home
    folder: Path
    settle_seconds: float
    wipe: bool
    stopping: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._seen: dict[Path, tuple[DumpState, float]] = {}
        self._started: dict[Path, DumpState] = {}
        self._station = register(self.home)

    def run(self, *, once: bool = False, every: float = POLL_SECONDS) -> None:
        """Until stopped; what goes wrong with one dump is told and does not stop the others."""
        registry = self._station.registry.open()
        while not self.stopping.is_set():
            for dump in self._dumps():
                try:
                    self._look_at(registry, dump, at_once=once)
                except CustodyError as refused:
                    errors.print(f"[yellow]{dump.name}[/]: {refused}")
            if once:
                break
            self.stopping.wait(every)
        registry.dispose()

    def _dumps(self) -> Iterator[Path]:
        try:
            yield from sorted(p for p in self.folder.iterdir() if p.is_dir() and not p.is_symlink())
        except OSError as error:
            errors.print(f"[yellow]{self.folder}[/]: {error.strerror}")

    def _look_at(self, registry: Registry, dump: Path, *, at_once: bool) -> None:
        state = state_of(dump)
        if state.entries == 0 or self._started.get(dump) == state:
            return
        if not at_once and not self._has_settled(dump, state):
            return
        with registry.reading() as reading:
            if intake.last_sealed_state_of(reading, str(dump)) == state:
                return
        self._start(registry, dump)
        self._started[dump] = state

    def _has_settled(self, dump: Path, state: DumpState) -> bool:
        before, since = self._seen.get(dump, (None, 0.0))
        if before != state:
            self._seen[dump] = (state, time.monotonic())
            return False
        return time.monotonic() - since >= self.settle_seconds

    def _start(self, registry: Registry, dump: Path) -> None:
        open_session(registry, self._station, dump, by="watch", at=datetime.now(UTC))
        if self.home.server_answers():
            run_deployment(DEPLOYMENT, parameters={"folder": str(dump), "wipe": self.wipe}, timeout=0, as_subflow=False)
        else:
            upload_dock_session(dump, wipe=self.wipe)


def state_of(folder: Path) -> DumpState:
    """How many entries the dump has, their bytes and the newest change: enough to see that it changed."""
    with Dump(folder) as dump:
        entries = list(dump.entries())
    return DumpState(
        len(entries), sum(entry.size for entry in entries), max((entry.modified_ns for entry in entries), default=0)
    )
