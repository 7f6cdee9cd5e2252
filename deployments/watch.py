"""The folder watch: every folder that appears in a dock folder is a dump, and becomes a run.

It polls, because change notices do not cross network mounts. It remembers nothing that matters: whether a dump was
taken in already, or was begun and left by a run that died, is asked of the registry each time.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType

from prefect.deployments import run_deployment
from rich.markup import escape

from blocks.dock_station import DockStation
from blocks.station_names import station_name
from deployments.bootstrap import register
from deployments.console import errors
from deployments.home import Home
from flows.upload import upload_dock_session
from registry.database import Registry
from registry.queries import dock_sessions
from registry.queries.dock_sessions import DumpState
from regulation.errors import CustodyError
from tasks.docking.work import open_session
from tasks.dump import Dump

DEPLOYMENT = "upload-dock-session/dock-station"
POLL_SECONDS = 2.0
FIRST_PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS = 90.0, 3600.0
"""How long a run may take to begin before another is started, doubled each time: one that fails at once must not come
back every minute."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in which dumps appear; `unit` is the installation's own when None, `by` who has them in hand."""

    folder: Path
    unit: str | None
    wipe: bool
    settle_seconds: float
    by: str = "watch"

    def dumps(self) -> Iterator[Path]:
        """The dumps that are there now."""
        yield from folders_in(self.folder)


def folders_in(folder: Path) -> list[Path]:
    """The folders that are in it now, links not counted; none, and a word to whoever watches, if it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError as error:
        errors.print(f"[yellow]{escape(str(folder))}[/]: {error.strerror}")
        return []


@dataclass(slots=True)
class _Seen:
    """What this watch knows of a dump: its outline, since when, and when a run was last started for it."""

    state: DumpState
    since: float
    started: float | None = None
    patience: float = FIRST_PATIENCE_SECONDS


class Watch:
    """Looks at its places again and again and starts a run for each dump that has settled.

    With `deployed` the runs go to the worker; else they run here, one after the other.
    """

    def __init__(self, home: Home, places: list[Place], *, deployed: bool, spool: Path | None = None) -> None:
        self.stopping = Event()
        self._home, self._places, self._deployed, self._spool = home, places, deployed, spool
        self._seen: dict[Path, _Seen] = {}
        self._stations: dict[str | None, DockStation] = {}

    def run(self, *, once: bool = False, every: float = POLL_SECONDS) -> None:
        """Until stopped; what goes wrong with one dump is told and does not stop the others."""
        registry = Registry(self._home.settings.registry_url)
        while not self.stopping.is_set():
            for place in [*self._places, *self._spooled()]:
                for dump in place.dumps():
                    if not self.stopping.is_set():
                        self._try(registry, place, dump, at_once=once)
            if once:
                break
            self.stopping.wait(every)
        registry.dispose()

    def end_on_interrupt(self) -> None:
        """Ctrl-C ends the watch even where the interrupt is lost: Prefect passes over one that comes in a run's last
        moments, when its flow has returned."""
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()
        raise KeyboardInterrupt

    def _spooled(self) -> Iterator[Place]:
        """What docks have pushed: whole when it appears, a copy that is freed by its receipt."""
        if self._spool is not None and self._spool.is_dir():
            for unit in folders_in(self._spool):
                yield Place(unit, unit.name, wipe=True, settle_seconds=0.0)

    def _try(self, registry: Registry, place: Place, dump: Path, *, at_once: bool) -> None:
        try:
            state = state_of(dump)
            settled = state.entries and self._is_due(place, dump, state, at_once=at_once)
            if settled and _is_new(registry, dump, state, self._home.now()):
                self._start(registry, place, dump)
        except CustodyError as refused:
            errors.print(f"[yellow]{escape(dump.name)}[/]: {escape(str(refused))}")
        except Exception as failure:  # noqa: BLE001 - a server that is restarted, a run that broke: never the others' end
            told = f"not taken in now ({type(failure).__name__}); it is tried again"
            errors.print(f"[yellow]{escape(dump.name)}[/]: {told}")

    def _is_due(self, place: Place, dump: Path, state: DumpState, *, at_once: bool) -> bool:
        now, seen = time.monotonic(), self._seen.get(dump)
        if seen is None or seen.state != state:
            seen = self._seen[dump] = _Seen(state, now)
        if seen.started is not None:
            return now - seen.started >= seen.patience
        return at_once or now - seen.since >= place.settle_seconds

    def _start(self, registry: Registry, place: Place, dump: Path) -> None:
        seen = self._seen[dump]
        seen.patience = (
            FIRST_PATIENCE_SECONDS if seen.started is None else min(2 * seen.patience, LONGEST_PATIENCE_SECONDS)
        )
        seen.started = time.monotonic()
        session = open_session(registry, self._station(place.unit), dump, by=place.by, at=self._home.now())
        station = station_name(place.unit)
        if not self._deployed:
            upload_dock_session(dump, station=station, wipe=place.wipe)
            return
        run_deployment(
            DEPLOYMENT,
            parameters={"folder": str(dump), "station": station, "wipe": place.wipe},
            flow_run_name=session.number,
            timeout=0,
            as_subflow=False,
        )

    def _station(self, unit: str | None) -> DockStation:
        if unit not in self._stations:
            self._stations[unit] = register(self._home, unit=unit)
        return self._stations[unit]


def _is_new(registry: Registry, dump: Path, state: DumpState, now: datetime) -> bool:
    """Whether nobody works on the dump, and it was left half done or is not as it was when it was last sealed."""
    with registry.reading() as reading:
        unfinished = dock_sessions.unfinished_session_of(reading, str(dump))
        begun = unfinished or dock_sessions.open_session_of(reading, str(dump))
        if begun is not None:
            return begun.lease_until is None or begun.lease_until < now
        return dock_sessions.last_sealed_state_of(reading, str(dump)) != state


def state_of(folder: Path) -> DumpState:
    """How many entries the dump has, their bytes and the newest change: enough to see that it changed."""
    with Dump(folder) as dump:
        entries = list(dump.entries())
    newest = max((entry.modified_ns for entry in entries), default=0)
    return DumpState(len(entries), sum(entry.size for entry in entries), newest)
