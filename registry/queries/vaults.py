"""What a vault must hold by all that the registry knows (Art. 7)."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session, col, select

from registry.queries.ledger import history_of
from registry.tables import Recording, RecordingState


def vault_id(address: str) -> UUID:
    """What the ledger calls the vault at this address: a folder's path, a bucket with its server."""
    return uuid5(NAMESPACE_URL, address)


def expects_originals(session: Session, address: str) -> bool:
    """Whether the vault at this address must hold something: an original that no decision has destroyed, received since
    somebody said, if anybody did, that the vault begins anew there."""
    kept = select(Recording.id).where(col(Recording.state) != RecordingState.DISPOSED)
    if said := history_of(session, vault_id(address)):
        kept = kept.where(col(Recording.received_at) > said[-1].at)
    return session.exec(kept.limit(1)).first() is not None
