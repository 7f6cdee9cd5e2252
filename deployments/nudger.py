"""Nudges from the desk: sent beside the answer, never waited for (Art. 17)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore

from registry.database import Registry
from registry.queries.access_pages import request_numbered

MOST_WAITING = 20
"""Nudges that wait for their turn: more would take the desk's time from people for what the sweep does anyway."""

log = logging.getLogger("custody.desk")


class Nudger:
    """Has a request's run look into the registry. A Prefect that is down is no matter: the sweep makes it good."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="nudge")
        self._places = Semaphore(MOST_WAITING)

    def nudge(self, number: str) -> None:
        """Soon, and not in the caller's time; left to the sweep where too many wait already."""
        if self._places.acquire(blocking=False):
            self._pool.submit(self._nudge, number)

    def _nudge(self, number: str) -> None:
        from tasks.access.nudge import nudge

        self._places.release()
        try:
            with self._registry.reading() as reading:
                row = request_numbered(reading, number)
            if row is not None and not nudge(number, row.changed_at):
                log.warning("Prefect was not reached; the next sweep follows the request")
        except Exception as failure:  # noqa: BLE001 - nobody waits for the answer, and the sweep makes it good
            log.warning("a nudge was not sent: %s", type(failure).__name__)
