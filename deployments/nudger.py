"""Nudges from the desk: sent beside the answer, never waited for (Art. 17)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore

from registry.database import Registry
from registry.queries.access_pages import request_numbered
from registry.queries.conversion import conversion_numbered
from registry.queries.disposal import list_numbered

MOST_WAITING = 20
"""Nudges that wait for their turn: more would take the desk's time from people for what the sweep does anyway."""

log = logging.getLogger("custody.desk")


class Nudger:
    """Has the run of a request, a disposal list or a conversion look into the registry. A Prefect that is down is no
    matter: the sweep makes it good."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="nudge")
        self._places = Semaphore(MOST_WAITING)

    def nudge(self, number: str) -> None:
        """Soon, and not in the caller's time; left to the sweep where too many wait already."""
        if self._places.acquire(blocking=False):
            self._pool.submit(self._nudge, number)

    def _sent(self, number: str) -> bool:
        """Whether Prefect could be asked about the request, the disposal list or the conversion of this number."""
        from tasks.access.nudge import nudge
        from tasks.conversion.nudge import nudge_conversion
        from tasks.disposal.nudge import nudge_list

        with self._registry.reading() as reading:
            listed = list_numbered(reading.connection(), number)
            request = request_numbered(reading, number)
            conversion = conversion_numbered(reading.connection(), number)
        if listed is not None:
            return nudge_list(number, listed.changed_at, dry_run=False)
        if conversion is not None:
            return nudge_conversion(number, conversion.changed_at)
        return request is None or nudge(number, request.changed_at)

    def _nudge(self, number: str) -> None:
        self._places.release()
        try:
            if not self._sent(number):
                log.warning("Prefect was not reached; the next sweep makes it good")
        except Exception as failure:  # noqa: BLE001 - nobody waits for the answer, and the sweep makes it good
            log.warning("a nudge was not sent: %s", type(failure).__name__)
