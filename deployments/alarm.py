"""Telling the device administrators that the watch over duties itself has failed (Art. 16, 20).

The desk does it, in its own process: the worker that delivers notices may be what is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from threading import Lock
from uuid import UUID

from deployments.alarm_checks import holds
from deployments.home import Home
from desk.alerts import Alarm
from registry.act import Act
from registry.database import Registry
from registry.queries import unit_by_code
from registry.queries.organisation import administrators_of
from registry.tables import NoticeKind
from registry.transitions.notices import queue_notices
from regulation.errors import CustodyError

log = logging.getLogger("custody.desk")

ACTOR = "system:alerts"


class Bell:
    """Rings for the administrators of the installation's unit; one delivery at a time."""

    def __init__(self, home: Home, registry: Registry) -> None:
        self._home, self._registry = home, registry
        self._delivering = Lock()

    def alarm(self) -> Alarm:
        """What the desk is given."""
        return Alarm(partial(holds, self._home), self.raised, self.deliver)

    def raised(self, kind: str, about: str) -> None:
        """Queue the alert for everybody who must look, except where it waits for them already."""
        with self._registry.acting(ACTOR, self._home.now()) as act:
            people = set(administrators(act, self._home.settings.unit))
            if not people:
                log.warning("nobody can be told of %s", kind)
            queue_notices(act, NoticeKind.ALERT, people, f"{kind}:{about}")

    def deliver(self) -> None:
        """Send what waits. Never raises: what fails here stays queued for the delivery."""
        with self._delivering:
            try:
                _deliver(self._home)
            except (CustodyError, OSError) as failure:
                log.warning("alerts stay queued: %s", type(failure).__name__)


def administrators(act: Act, unit_code: str) -> Iterator[UUID]:
    """Who administers the recorders of the unit at the act's time; where nobody does, those one role up."""
    unit = unit_by_code(act.session, unit_code)
    if unit is not None:
        yield from administrators_of(act.session, unit.id, act.at)


def _deliver(home: Home) -> None:
    """One delivery as the flow does it, without a server. Imports Prefect, which pages need for nothing else."""
    from deployments.bootstrap import watch_of
    from tasks.notices.deliver import deliver_queued
    from tasks.notices.work import delivery_work

    watch = watch_of(home)
    if watch.notifier is None:
        return
    with delivery_work(watch, home.now) as work:
        if work is not None:
            deliver_queued.fn(work)
