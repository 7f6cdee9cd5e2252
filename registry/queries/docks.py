"""Docks and their tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from registry.tables import DockSession, DockToken, Unit


@dataclass(frozen=True, slots=True)
class Dock:
    """A dock that showed a live token: what its acts are recorded under, and the unit whose dumps it may push."""

    token_id: UUID
    unit_id: UUID
    unit_code: str


def token_hash(token: str) -> str:
    """What the registry keeps of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def dock_of(session: Session, hashed: str) -> Dock | None:
    """The dock whose live token has this hash."""
    question = (
        select(DockToken, Unit)
        .join(Unit, col(Unit.id) == col(DockToken.unit_id))
        .where(col(DockToken.token_hash) == hashed, col(DockToken.revoked_at).is_(None))
    )
    found = session.exec(question).one_or_none()
    return None if found is None else Dock(found[0].id, found[1].id, found[1].code)


def tokens(session: Session) -> list[tuple[DockToken, Unit]]:
    """Every token ever issued with its unit, by name and age."""
    question = (
        select(DockToken, Unit)
        .join(Unit, col(Unit.id) == col(DockToken.unit_id))
        .order_by(col(DockToken.name), col(DockToken.created_at))
    )
    return list(session.exec(question))


def first_session_of(session: Session, source: str) -> DockSession | None:
    """The oldest session of a source: for what a dock pushed, the one whose receipt speaks of all of it. What that one
    left lying may have been looked at again in later ones."""
    question = select(DockSession).where(col(DockSession.source) == source)
    return session.exec(question.order_by(col(DockSession.opened_at), col(DockSession.id)).limit(1)).one_or_none()


def is_wireless(session: Session, token_id: UUID) -> bool:
    """Whether what comes under this token is sent over the air (Art. 16)."""
    return session.get_one(DockToken, token_id).wireless
