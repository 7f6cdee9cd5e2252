"""Which dock session a dump belongs to, and how far it had come when it was last worked on (Art. 16)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from registry.bulk import table_of
from registry.ledger.events import Event
from registry.tables import DockItem, DockSession, LedgerEntry, SessionState

_item, _entry = table_of(DockItem).c, table_of(LedgerEntry).c


@dataclass(frozen=True, slots=True)
class DumpState:
    """A dump's outline: number of entries, bytes in all, newest change in nanoseconds."""

    entries: int
    size: int
    newest_ns: int


@dataclass(frozen=True, slots=True)
class AnnouncedWipe:
    """Items that were about to be removed from a folder, which is named as the system names it."""

    folder: str
    item_ids: frozenset[UUID]


def open_session_of(session: Session, source: str) -> DockSession | None:
    """The session that is open for a source."""
    question = select(DockSession).where(col(DockSession.source) == source, col(DockSession.state) == SessionState.OPEN)
    return session.scalars(question).one_or_none()


def last_sealed_session_of(session: Session, source: str) -> DockSession | None:
    """The newest sealed session of a source."""
    question = (
        select(DockSession)
        .where(col(DockSession.source) == source, col(DockSession.state) == SessionState.SEALED)
        .order_by(col(DockSession.sealed_at).desc())
        .limit(1)
    )
    return session.scalars(question).one_or_none()


def unfinished_session_of(session: Session, source: str) -> DockSession | None:
    """The sealed session of a source whose lease was never given back: the run that sealed it is still at it, or was
    cut off before it had laid out the receipt and entered what it wiped."""
    question = (
        select(DockSession)
        .where(
            col(DockSession.source) == source,
            col(DockSession.state) == SessionState.SEALED,
            col(DockSession.lease_holder).is_not(None),
        )
        .order_by(col(DockSession.sealed_at))
        .limit(1)
    )
    return session.scalars(question).one_or_none()


def last_sealed_state_of(session: Session, source: str) -> DumpState | None:
    """The outline of a source's dump when it was last sealed, as its scan saw it."""
    sealed = last_sealed_session_of(session, source)
    if sealed is None:
        return None
    question = select(
        func.count(), func.coalesce(func.sum(_item.size), 0), func.coalesce(func.max(_item.modified_ns), 0)
    ).where(_item.session_id == sealed.id)
    entries, size, newest = session.execute(question).one()
    return DumpState(int(entries), int(size), int(newest))


def announced_of(session: Session, session_id: UUID) -> AnnouncedWipe | None:
    """What the ledger last said was about to be wiped of a session."""
    question = (
        select(_entry.facts)
        .where(_entry.subject_id == session_id, _entry.event == Event.SESSION_WIPING.value)
        .order_by(_entry.seq.desc())
        .limit(1)
    )
    facts = session.execute(question).scalar_one_or_none()
    if facts is None:
        return None
    told = json.loads(facts)
    return AnnouncedWipe(told["folder"], frozenset(UUID(item) for item in told["items"]))


def interrupted_sessions(session: Session, at: datetime) -> list[DockSession]:
    """The sessions whose lease ran out before the moment `at` and was never given back: whoever worked on them died."""
    query = select_rows(DockSession).where(
        col(DockSession.lease_holder).is_not(None), col(DockSession.lease_until) <= at
    )
    return list(session.exec(query.order_by(col(DockSession.opened_at))))
