"""Which process works on a session: killing a worker can leave its flow running, and two must not take in one dump.

A lease is not a custody event: nothing of it goes into the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from registry.act import Act
from registry.bulk import table_of
from registry.tables import DockSession
from registry.transitions.dock_session import session_of


def take_lease(
    act: Act,
    session_id: UUID,
    holder: str,
    ttl: timedelta,
    holder_is_dead: Callable[[str], bool] | None = None,
) -> bool:
    """Whether `holder` now has the lease, until `ttl` from now.

    It is free when nobody has it, when it has run out, when it is the holder's already, and when `holder_is_dead` says
    that the one who has it cannot be running any more. Raises `ActionDenied` when there is no such session.
    """
    lease = table_of(DockSession).c
    free = [lease.lease_holder.is_(None), lease.lease_holder == holder, lease.lease_until <= act.at]
    other = session_of(act, session_id).lease_holder
    if other not in (None, holder) and holder_is_dead is not None and holder_is_dead(other):
        free.append(lease.lease_holder == other)
    return _set(act, session_id, or_(*free), lease_holder=holder, lease_until=act.at + ttl)


def renew_lease(act: Act, session_id: UUID, holder: str, ttl: timedelta) -> bool:
    """Whether `holder` still has the lease, now until `ttl` from now; False when another one took it over."""
    mine = table_of(DockSession).c.lease_holder == holder
    return _set(act, session_id, mine, lease_until=act.at + ttl)


def lapse_lease(act: Act, session_id: UUID, holder: str) -> None:
    """Let the lease run out now: the work stopped before its end. Anyone may take it, and that it was never given back
    tells that something is left to do. Nothing happens when it is another one's by now."""
    mine = table_of(DockSession).c.lease_holder == holder
    _set(act, session_id, mine, lease_until=act.at)


def release_lease(act: Act, session_id: UUID, holder: str) -> None:
    """Give the lease back when all is done; nothing happens when it is another one's by now."""
    mine = table_of(DockSession).c.lease_holder == holder
    _set(act, session_id, mine, lease_holder=None, lease_until=None)


def _set(act: Act, session_id: UUID, condition: ColumnElement[bool], **values: Any) -> bool:
    table = table_of(DockSession)
    statement = table.update().where(table.c.id == session_id, condition).values(values)
    return act.connection.execute(statement).rowcount == 1
