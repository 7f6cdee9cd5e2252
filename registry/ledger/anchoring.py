"""What an anchor says: a stretch of the ledger under one root, chained to the anchor before it (Art. 7).

`docs/explanation/proof.md` tells an auditor how to check one by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import GENESIS, Head, canonical_json
from registry.ledger.comparing import stream
from registry.ledger.events import Event
from registry.ledger.merkle import Tree
from registry.tables import Anchor, LedgerEntry
from regulation.errors import FixityError

FORMAT = "custody-anchor-1"
ALGORITHMS = {
    "hash": "SHA-256",
    "tree": "RFC 6962 over the raw hashes (32 bytes each) of the entries first_seq to last_seq, in order",
    "signature": "Ed25519 (RFC 8032) over this document as UTF-8",
    "timestamp": "RFC 3161 over the SHA-256 of this document as UTF-8",
}
OF_ANCHORS = (Event.ANCHOR_MADE, Event.ANCHOR_KEPT, Event.ANCHOR_STAMPED)
"""Entries that speak of anchors alone: without others there is nothing new to anchor."""

_entry, _anchor = table_of(LedgerEntry), table_of(Anchor)
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Span:
    """The entries `first_seq` to `last_seq`, the newest one's hash and the root over all of them."""

    first_seq: int
    last_seq: int
    head: str
    root: str


@dataclass(frozen=True, slots=True)
class AnchorDraft:
    """An anchor before it is signed. `previous` is the digest of the document before; `authority` is who is going to be
    asked for a timestamp, None where nobody is, which the document then says."""

    number: int
    span: Span
    previous: str
    made_at: datetime
    public_key: str
    authority: str | None

    @property
    def document(self) -> str:
        """What is signed, stamped and kept."""
        return canonical_json(
            {
                "format": FORMAT,
                "number": self.number,
                "first_seq": self.span.first_seq,
                "last_seq": self.span.last_seq,
                "head": self.span.head,
                "root": self.span.root,
                "previous": self.previous,
                "made_at": self.made_at,
                "public_key": self.public_key,
                "timestamp_authority": self.authority,
                "algorithms": ALGORITHMS,
            }
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What an anchor's document says, and its digest."""

    number: int
    span: Span
    previous: str
    made_at: str
    sha256: str

    @property
    def newest(self) -> Head:
        """The last entry that it covers."""
        return Head(self.span.last_seq, self.span.head)


NONE = Said(0, Span(0, 0, GENESIS, ""), "", "", GENESIS)
"""What the first anchor follows."""


def read(document: str) -> Said | None:
    """What a document says; None where it is none of an anchor."""
    fields = fields_of(document)
    try:
        first, last = int(fields["first_seq"]), int(fields["last_seq"])
        span = Span(first, last, str(fields["head"]), str(fields["root"]))
        made_at = str(fields["made_at"])
        return Said(int(fields["number"]), span, str(fields["previous"]), made_at, digest_of(document))
    except (KeyError, TypeError, ValueError):
        return None


def newest_anchor(connection: Connection) -> Said:
    """The newest anchor, as this transaction sees it. Raises `FixityError` where its document cannot be read."""
    query = select(_anchor.c.document).order_by(_anchor.c.number.desc()).limit(1)
    document = connection.execute(query).scalar()
    said = NONE if document is None else read(document)
    if said is None:
        raise FixityError("The newest anchor cannot be read.", article="Art. 7")
    return said


def digest_of(document: str) -> str:
    """The SHA-256 of a document, by which the next anchor and the timestamp name it."""
    return sha256(document.encode()).hexdigest()


def signed_anchor(anchor: Anchor) -> str:
    """The anchor's copy in the vault: the signed text as it is, with its signature beside it."""
    signature = {"key_id": anchor.key_id, "ed25519": anchor.signature}
    return canonical_json({"document": anchor.document, "signature": signature})


def fields_of(document: str) -> dict[str, Any]:
    """What a document says; nothing where it is none of ours."""
    try:
        fields = json.loads(document)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) and fields.get("format") == FORMAT else {}


def hashes(connection: Connection, first_seq: int, last_seq: int) -> Iterator[tuple[int, str]]:
    """Number and hash of the entries in a stretch, streamed."""
    query = select(_entry.c.seq, _entry.c.hash).where(_entry.c.seq.between(first_seq, last_seq)).order_by(_entry.c.seq)
    for row in stream(connection, query, _AT_ONCE):
        yield row.seq, row.hash


def raw(entry_hash: str) -> bytes:
    """A hash as a leaf of the tree: its 32 bytes. Whatever is no hash becomes a leaf that fits no root."""
    try:
        return bytes.fromhex(entry_hash)
    except ValueError:
        return entry_hash.encode(errors="replace")


def span_between(connection: Connection, first_seq: int, last_seq: int) -> Span | None:
    """The stretch with its head and root as the ledger has them now; None unless every entry of it is there."""
    tree, head = Tree(), ""
    for seq, found in hashes(connection, first_seq, last_seq):
        if seq != first_seq + tree.size:
            return None
        tree.add(raw(found))
        head = found
    return Span(first_seq, last_seq, head, tree.root().hex()) if tree.size == last_seq - first_seq + 1 else None


def anything_new(connection: Connection, since: int) -> bool:
    """Whether the ledger has entries from number `since` on that speak of more than anchors."""
    query = select(_entry.c.seq).where(_entry.c.seq >= since, _entry.c.event.not_in([one.value for one in OF_ANCHORS]))
    return connection.execute(query.limit(1)).first() is not None


def facts_of(anchor: Anchor | AnyRow) -> dict[str, Any]:
    """What the ledger says of an anchor that was made."""
    return {name: getattr(anchor, name) for name in ("number", "first_seq", "last_seq", "root", "sha256", "key_id")}
