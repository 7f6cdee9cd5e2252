"""Who works on a dock session: one process at a time, and the next one only when that is dead or done (Art. 16).

Killing a worker can leave its flow running, and two must not take in, or wipe, one dump.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import UUID

from registry.database import Registry
from registry.tables import DockSession
from registry.transitions import docking
from regulation.errors import ActionDenied, Unavailable
from tasks.holders import holding, is_dead

Clock = Callable[[], datetime]

LEASE = timedelta(seconds=60)
ACTOR = "system:upload"


@contextmanager
def lease(registry: Registry, session: DockSession, now: Clock) -> Iterator[str]:
    """Hold the session for this run alone; a lease whose holder is dead is taken over at once. Yields the holder.

    The lease is given back only when the work came to its end; else it lapses, which tells the next run that something
    is left to do. Raises `ActionDenied` while another run that lives works on the session.
    """
    with holding() as holder:
        with registry.acting(ACTOR, now()) as act:
            if not docking.take_lease(act, session.id, holder, LEASE, holder_is_dead=is_dead):
                raise another_works(session.number)
        end = docking.lapse_lease
        try:
            with _renewed(registry, session.id, holder, now):
                yield holder
            end = docking.release_lease
        finally:
            with suppress(Unavailable), registry.acting(ACTOR, now()) as act:  # what cannot be told runs out by itself
                end(act, session.id, holder)


def another_works(number: str) -> ActionDenied:
    """The refusal of a run that is not alone."""
    return ActionDenied("Another process is working on this dock session.", article="Art. 16", subject=number)


@contextmanager
def _renewed(registry: Registry, session_id: UUID, holder: str, now: Clock) -> Iterator[None]:
    stop = Event()
    renewer = Thread(target=_renew, args=(registry, session_id, holder, now, stop), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        stop.set()
        renewer.join()


def _renew(registry: Registry, session_id: UUID, holder: str, now: Clock, stop: Event) -> None:
    while not stop.wait(LEASE.total_seconds() / 4):
        with suppress(Unavailable), registry.acting(ACTOR, now()) as act:
            docking.renew_lease(act, session_id, holder, LEASE)
