"""What the steps of one dock session share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from blocks.dock_station import DockStation
from registry.act import Act
from registry.database import Registry
from registry.queries import dock_sessions, intake
from registry.queries.access import codes_upward
from registry.tables import DockSession
from registry.transitions import docking
from regulation.errors import ActionDenied
from regulation.expiry import floor_until, lockable
from tasks.docking.lease import ACTOR, LEASE, Clock, another_works, lease
from tasks.docking.report import SessionReport, session_report
from tasks.dump import Dump
from tasks.progress import name_run
from tasks.rules import rules_by

OWNERS = ("operator:", "dock:")


class DockWork:
    """One session being worked on: the station's doors, the open dump, the session's standing facts. `holder` is whose
    lease the work is done under."""

    def __init__(
        self, station: DockStation, registry: Registry, dump: Dump, session: DockSession, now: Clock, holder: str
    ) -> None:
        self.station = station
        self.registry = registry
        self.vault = station.vault
        self.dump = dump
        self.now = now
        self.holder = holder
        self.session = session
        self.session_id: UUID = session.id
        self.number = session.number
        self.unit_id: UUID = session.unit_id
        self.opened_at = session.opened_at
        self.opened_by = session.opened_by
        with registry.reading() as reading:
            unit = intake.unit_by_id(reading, session.unit_id)
        self.unit_code = unit.code
        self.rules = rules_by(station.policy.policies(), self._codes_upward)
        self.policy = self.rules.policy_of(unit.id)
        self.zone = ZoneInfo(unit.zone)
        self.opened_on = session.opened_at.astimezone(self.zone).date()
        self._floor: tuple[date, datetime] | None = None

    def _codes_upward(self, unit_id: UUID) -> list[str]:
        with self.registry.reading() as reading:
            return codes_upward(reading, unit_id)

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction in the name of this lifecycle. Raises `ActionDenied` when the lease ran out unnoticed (the
        machine slept, say) and another run has taken the session over."""
        with self.registry.acting(ACTOR, self.now()) as act:
            if not docking.renew_lease(act, self.session_id, self.holder, LEASE):
                raise another_works(self.number)
            yield act

    def report(self) -> SessionReport:
        """The session as it now stands."""
        return session_report(self.registry, self.station, self.session, self.now())

    def check_may_wipe(self) -> None:
        """Raise `ActionDenied` unless the station allows wiping or the session was opened by someone who has the dump
        in hand: the command line's operator, or a dock that pushed a copy of it."""
        if not self.station.wipe_allowed and not self.opened_by.startswith(OWNERS):
            raise ActionDenied(
                "The station does not allow wiping from Prefect.", article="Art. 16", subject=self.number
            )

    def today(self) -> date:
        """The unit's date, by which the policy is read."""
        return self.now().astimezone(self.zone).date()

    def floor(self) -> datetime:
        """Until when what is received now is locked at least (Art. 18); the same all day."""
        today, known = self.today(), self._floor
        if known is None or known[0] != today:
            months = self.policy.value("routine_retention_months", today)
            known = self._floor = today, lockable(floor_until(self.now(), self.zone, months))
        return known[1]


@contextmanager
def dock_work(station: DockStation, folder: Path, now: Clock) -> Iterator[DockWork]:
    """Open the dump and its session, and hold the session for this process until the work is done.

    A session that was opened by someone with the right to name any folder (the command line, the intake of a dock) is
    gone on with; any other folder must lie below the station's dock folders.
    """
    real = Path(os.path.realpath(folder))
    registry = station.registry.open()
    try:
        session = open_session_of(registry, real)
        if session is None:
            session = open_session(registry, station, station.admitted(real), by="prefect", at=now())
        name_run(session.number)
        with Dump(real) as dump, lease(registry, session, now) as holder:
            yield DockWork(station, registry, dump, session, now, holder)
    finally:
        registry.dispose()


@contextmanager
def unfinished_work(station: DockStation, folder: Path, now: Clock) -> Iterator[DockWork | None]:
    """The session of this folder that a run sealed and then never came to its end; None when there is none.

    Raises `ActionDenied` while that run still lives: it may be wiping what another one would read.
    """
    real = Path(os.path.realpath(folder))
    registry = station.registry.open()
    try:
        with registry.reading() as reading:
            session = dock_sessions.unfinished_session_of(reading, os.fspath(real))
        if session is None:
            yield None
            return
        with Dump(real) as dump, lease(registry, session, now) as holder:
            yield DockWork(station, registry, dump, session, now, holder)
    finally:
        registry.dispose()


def open_session_of(registry: Registry, folder: Path) -> DockSession | None:
    """The session that is open for this folder."""
    with registry.reading() as reading:
        return dock_sessions.open_session_of(reading, os.fspath(folder))


def open_session(registry: Registry, station: DockStation, folder: Path, *, by: str, at: datetime) -> DockSession:
    """The open session of `folder`, or a new one in the name of `by`."""
    with registry.acting(by, at) as act:
        return docking.open_session(act, unit_code=station.unit_code, source=os.fspath(folder))
