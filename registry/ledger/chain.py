"""The hash chain: how an entry is written as text, hashed and appended.

An entry's hash is SHA-256 over the canonical JSON object of its other ten columns, ``previous_hash`` included; the
first entry follows sixty-four zeros. Canonical JSON: keys sorted, no spaces, UTF-8, nothing escaped that need not be.
Times are written ``2026-11-23T13:42:00.000000Z``, ids in their usual form with dashes. Any language can check it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from registry.bulk import insert_rows, table_of
from registry.ledger.events import Event
from registry.tables.ledger import LedgerEntry

GENESIS = "0" * 64

_entry = table_of(LedgerEntry)
_NEWEST = select(_entry.c.seq, _entry.c.hash).order_by(_entry.c.seq.desc()).limit(1)


def time_text(moment: datetime) -> str:
    """`moment` in UTC to the microsecond, always of the same length."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def id_text(digits: str) -> str:
    """An id's hexadecimal digits in the usual form with dashes, as the ledger writes ids."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def plain(value: Any) -> str:
    """An id or a time as the ledger's facts have it. Raises `TypeError` for anything else."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return time_text(value)
    raise TypeError(f"the ledger cannot keep a {type(value).__name__}")


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=plain)


def digest_of(text: str | None) -> str | None:
    """What the ledger has of free text, which may name people: its SHA-256 in hexadecimal."""
    return None if text is None else sha256(text.encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """The one way `value` is written as JSON. UUIDs and times become text; anything else unknown is a TypeError."""
    return _encoder.encode(value)


def entry_hash(
    seq: int,
    at: str,
    event: str,
    actor: str,
    subject_kind: str,
    subject_id: str,
    unit_id: str | None,
    article: str | None,
    facts: str,
    previous_hash: str,
) -> str:
    """The hash of an entry from its other columns, times and ids as text; `TypeError` for what cannot be text."""
    # By hand: half of all that verifying a million entries takes would go into an encoder that must expect anything.
    text = (
        f'{{"actor":{_quoted(actor)},"article":{_quoted_or_null(article)},"at":{_quoted(at)},"event":{_quoted(event)},'
        f'"facts":{_quoted(facts)},"previous_hash":{_quoted(previous_hash)},"seq":{seq},'
        f'"subject_id":{_quoted(subject_id)},"subject_kind":{_quoted(subject_kind)},'
        f'"unit_id":{_quoted_or_null(unit_id)}}}'
    )
    return sha256(text.encode()).hexdigest()


def _quoted_or_null(text: str | None) -> str:
    return "null" if text is None else _quoted(text)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a place in the chain. `facts` are ids, hashes, sizes and codes: never personal data."""

    event: Event
    subject_kind: str
    subject_id: UUID
    facts: Mapping[str, Any]
    unit_id: UUID | None
    article: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of the chain; `seq` 0 and sixty-four zeros when there is none."""

    seq: int
    hash: str


def head_of(connection: Connection) -> Head:
    """The newest entry, as this transaction sees it."""
    row = connection.execute(_NEWEST).first()
    return Head(0, GENESIS) if row is None else Head(row.seq, row.hash)


def append(connection: Connection, drafts: Sequence[Draft], *, actor: str, at: datetime) -> Head:
    """Chain `drafts` to the newest entry and insert them. The caller holds the lock that keeps other writers away."""
    head = head_of(connection)
    rows = []
    for draft in drafts:
        rows.append(_link(draft, head, actor, at))
        head = Head(head.seq + 1, rows[-1]["hash"])
    insert_rows(connection, LedgerEntry, rows)
    return head


def _link(draft: Draft, head: Head, actor: str, at: datetime) -> dict[str, Any]:
    facts = canonical_json(draft.facts)
    digest = entry_hash(
        head.seq + 1,
        time_text(at),
        draft.event.value,
        actor,
        draft.subject_kind,
        str(draft.subject_id),
        None if draft.unit_id is None else str(draft.unit_id),
        draft.article,
        facts,
        head.hash,
    )
    return {
        "seq": head.seq + 1,
        "at": at,
        "event": draft.event.value,
        "actor": actor,
        "subject_kind": draft.subject_kind,
        "subject_id": draft.subject_id,
        "unit_id": draft.unit_id,
        "article": draft.article,
        "facts": facts,
        "previous_hash": head.hash,
        "hash": digest,
    }
