"""Sealing a session: from here on a receipt says what was stored and verified (Art. 16)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import col
from sqlmodel import select as select_rows

from registry.act import Act
from registry.bulk import AnyRow, chunked, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.tables import (
    TAKEN_IN,
    DockItem,
    DockSession,
    FileReceipt,
    ItemOutcome,
    Recording,
    RecordingState,
    SessionState,
)
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import touch_taken_in, touch_uploads
from regulation.errors import ActionDenied

_DIGEST = re.compile(r"[0-9a-f]{64}")


def seal_session(
    act: Act, session_id: UUID, *, receipt_number: str, document: str, key_id: str, signature: str
) -> FileReceipt:
    """Issue the session's receipt and seal the session and its recordings.

    `document` is the receipt's canonical JSON, which names the SHA-256 of every item that may be wiped; `signature` is
    base64. A sealed session keeps the receipt it has, which is returned. Raises `ActionDenied` (Art. 16) while an item
    is only found, when one taken in has no verified recording, or when the document leaves one out.
    """
    session = session_of(act, session_id)
    if session.state is SessionState.SEALED:
        return act.session.exec(select_rows(FileReceipt).where(col(FileReceipt.session_id) == session_id)).one()
    _require_finished(act, session)
    _require_named(act, session, document)
    receipt = FileReceipt(
        session_id=session_id,
        number=receipt_number,
        issued_at=act.at,
        document=document,
        key_id=key_id,
        signature=signature,
    )
    act.session.add(receipt)
    session.state, session.sealed_at = SessionState.SEALED, act.at
    act.session.flush()
    sealed = _seal_recordings(act, session_id)
    _tell(act, session, receipt, sealed)
    touch_uploads(act, session_id)
    touch_taken_in(act, session_id)
    return receipt


def _denied(message: str, session: DockSession) -> ActionDenied:
    return ActionDenied(message, article="Art. 16", subject=session.number)


def _require_finished(act: Act, session: DockSession) -> None:
    item = table_of(DockItem).c
    waiting = act.connection.execute(
        select(func.count()).where(item.session_id == session.id, item.outcome == ItemOutcome.FOUND)
    ).scalar_one()
    if waiting:
        raise _denied(f"{waiting} items of the dump have not been dealt with", session)


def _require_named(act: Act, session: DockSession, document: str) -> None:
    item, recording = table_of(DockItem).c, table_of(Recording).c
    taken_in = act.connection.execute(
        select(item.id, recording.sha256)
        .select_from(table_of(DockItem).outerjoin(table_of(Recording), recording.id == item.recording_id))
        .where(item.session_id == session.id, item.outcome.in_(TAKEN_IN))
    )
    named = set(_DIGEST.findall(document))
    for row in taken_in:
        if row.sha256 is None:
            raise _denied(f"item {row.id} counts as taken in, but has no verified recording", session)
        if row.sha256 not in named:
            raise _denied(f"the receipt does not name the content of item {row.id}", session)


def _seal_recordings(act: Act, session_id: UUID) -> Sequence[AnyRow]:
    """The session's own recordings, and those of other sessions that its items are duplicates of."""
    item, recording = table_of(DockItem).c, table_of(Recording).c
    listed = select(item.recording_id).where(item.session_id == session_id, item.recording_id.is_not(None))
    sealed = act.connection.execute(
        select(recording.id, recording.sha256)
        .where(recording.state == RecordingState.VERIFIED)
        .where(or_(recording.session_id == session_id, recording.id.in_(listed)))
        .order_by(recording.id)
    ).all()
    _mark_sealed(act, [row.id for row in sealed])
    return sealed


def _mark_sealed(act: Act, recording_ids: Iterable[UUID]) -> None:
    table = table_of(Recording)
    for chunk in chunked(recording_ids):
        act.connection.execute(
            table.update().where(table.c.id.in_(chunk)).values(state=RecordingState.SEALED, sealed_at=act.at)
        )


def _tell(act: Act, session: DockSession, receipt: FileReceipt, sealed: Sequence[AnyRow]) -> None:
    law: dict[str, Any] = {"unit_id": session.unit_id, "article": "Art. 16"}
    issued = {
        "session_id": session.id,
        "number": receipt.number,
        "document_sha256": digest_of(receipt.document),
        "key_id": receipt.key_id,
        "signature": receipt.signature,
    }
    act.record(Event.RECEIPT_ISSUED, "receipt", receipt.id, issued, **law)
    for row in sealed:
        facts = {"receipt_id": receipt.id, "sha256": row.sha256}
        act.record(Event.RECORDING_SEALED, "recording", row.id, facts, **law)
    facts = {"receipt_id": receipt.id, "recordings": len(sealed)}
    act.record(Event.SESSION_SEALED, "session", session.id, facts, **law)
