"""Who works on a dock session: one process at a time, and the next one only when that is dead or done (Art. 16).

Killing a worker can leave its flow running, and two must not take in, or wipe, one dump.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

from registry.database import Registry
from registry.tables import DockSession
from registry.transitions import docking
from regulation.errors import ActionDenied, Unavailable

Clock = Callable[[], datetime]

LEASE = timedelta(seconds=60)
ACTOR = "system:upload"

_turn = count()
_held: set[str] = set()
"""The leases that this process holds now."""


@contextmanager
def lease(registry: Registry, session: DockSession, now: Clock) -> Iterator[str]:
    """Hold the session for this run alone; a lease whose holder is dead is taken over at once. Yields the holder.

    The lease is given back only when the work came to its end; else it lapses, which tells the next run that something
    is left to do. Raises `ActionDenied` while another run that lives works on the session.
    """
    holder = _me()
    _held.add(holder)
    try:
        with registry.acting(ACTOR, now()) as act:
            if not docking.take_lease(act, session.id, holder, LEASE, holder_is_dead=_is_dead):
                raise another_works(session.number)
        end = docking.lapse_lease
        try:
            with _renewed(registry, session.id, holder, now):
                yield holder
            end = docking.release_lease
        finally:
            with suppress(Unavailable), registry.acting(ACTOR, now()) as act:  # what cannot be told runs out by itself
                end(act, session.id, holder)
    finally:
        _held.discard(holder)


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


def _me() -> str:
    """Machine, process, its start time (which guards against reused numbers), and which lease of it."""
    return f"{os.uname().nodename}:{os.getpid()}:{_started(os.getpid())}:{next(_turn)}"


def _is_dead(holder: str) -> bool:
    """Whether the holder was a run on this machine that lives no more."""
    try:
        node, process, started, _ = holder.rsplit(":", 3)
        if node != os.uname().nodename:
            return False
        mine = int(process) == os.getpid() and started == _started(os.getpid())
        return holder not in _held if mine else _started(int(process)) != started
    except ValueError:
        return False


def _started(process: int) -> str:
    try:
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return "gone"
    return "gone" if state in "ZX" else rest[18]
