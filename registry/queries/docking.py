"""Dock sessions, their items and receipts."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from registry.bulk import table_of
from registry.tables import DockItem, DockSession, FileReceipt, ItemOutcome


def session_by_number(session: Session, number: str) -> DockSession | None:
    """The dock session that people call `number`."""
    return session.exec(select(DockSession).where(col(DockSession.number) == number)).one_or_none()


def session_items(
    session: Session, session_id: UUID, outcomes: Collection[ItemOutcome] | None = None
) -> list[DockItem]:
    """The items of a dock session in the order of their names; only those with one of `outcomes` where given."""
    query = select(DockItem).where(col(DockItem.session_id) == session_id)
    if outcomes is not None:
        query = query.where(col(DockItem.outcome).in_(outcomes))
    return list(session.exec(query.order_by(col(DockItem.raw_name))))


def outcome_counts(session: Session, session_id: UUID) -> dict[ItemOutcome, int]:
    """How many items of a dock session came to each outcome; those that none came to are left out."""
    item = table_of(DockItem).c
    query = select_columns(item.outcome, func.count()).where(item.session_id == session_id).group_by(item.outcome)
    return {row[0]: row[1] for row in session.execute(query)}


def receipt_by_number(session: Session, number: str) -> FileReceipt | None:
    """The receipt that people call `number`."""
    return session.exec(select(FileReceipt).where(col(FileReceipt.number) == number)).one_or_none()
