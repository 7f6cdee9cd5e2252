"""Reading the ledger; `registry.ledger.verify` checks it."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, col, select

from registry.ledger.chain import Head, head_of
from registry.tables import LedgerEntry


def ledger_head(session: Session) -> Head:
    """The newest entry: keep it elsewhere, on a receipt say, and a ledger cut short later can be told."""
    return head_of(session.connection())


def has_entry(session: Session, seq: int, digest: str) -> bool:
    """Whether the entry `seq` is the one with this hash, as somebody was told when it was the newest."""
    query = select(LedgerEntry.hash).where(col(LedgerEntry.seq) == seq)
    return session.exec(query).first() == digest


def history_of(session: Session, subject_id: UUID) -> list[LedgerEntry]:
    """Everything the ledger says of one subject, in order."""
    query = select(LedgerEntry).where(col(LedgerEntry.subject_id) == subject_id)
    return list(session.exec(query.order_by(col(LedgerEntry.seq))))
