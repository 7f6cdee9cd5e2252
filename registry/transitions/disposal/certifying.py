"""The certificate of a list that was carried out: hashes, times and decisions, never content (Art. 18)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.tables import DisposalCertificate
from registry.transitions.disposal.common import list_of, tell_ledger
from registry.types import new_id
from regulation.disposal import ARTICLE
from regulation.disposal_states import ListState
from regulation.errors import ActionDenied

_certificate = table_of(DisposalCertificate)


def certify(
    act: Act,
    list_id: UUID,
    *,
    document: str,
    key_id: str,
    signature: str,
    paper_key: str,
    paper_sha256: str,
) -> str:
    """Keep the certificate of a list; gives its number, which is the list's with ``DC`` for ``DL``. Issued already, it
    stays as it is. Raises `ActionDenied` for a list that was not carried out."""
    row = list_of(act, list_id)
    if row.state is not ListState.DONE:
        raise ActionDenied("This list was not carried out.", article=ARTICLE, subject=row.number)
    number = certificate_number(row.number)
    known = select(_certificate.c.number).where(_certificate.c.list_id == list_id)
    if act.connection.execute(known).scalar_one_or_none() is not None:
        return number
    kept = {
        "id": new_id(),
        "list_id": list_id,
        "number": number,
        "issued_at": act.at,
        "document": document,
        "key_id": key_id,
        "signature": signature,
        "paper_key": paper_key,
        "paper_sha256": paper_sha256,
    }
    insert_rows(act.connection, DisposalCertificate, [kept])
    facts = {
        "number": number,
        "document_sha256": digest_of(document),
        "key_id": key_id,
        "signature": signature,
        "paper_sha256": paper_sha256,
    }
    tell_ledger(act, Event.DISPOSAL_CERTIFIED, row, facts)
    return number


def certificate_number(list_number: str) -> str:
    """The number of a list's certificate."""
    return list_number.replace("DL-", "DC-", 1)
