"""Proofs that need nothing of ours: of one recording, and the whole ledger for auditors (Art. 7, 19).

`deployments/verifier/verify.py` checks both; the rules that travel along say how to do without it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from blocks.receipt_key import ReceiptKey
from registry.bulk import table_of
from registry.ledger.chain import GENESIS, canonical_json, time_text
from registry.ledger.comparing import stream
from registry.queries.anchors import Proof, anchor_over, anchors, proofs_under, vouching
from registry.queries.ledger import history_of
from registry.queries.recording_trail import entry_document
from registry.tables import Anchor, LedgerEntry, Recording
from regulation.errors import ActionDenied
from tasks.anchoring.rules import RULES

PROOF, LEDGER = "custody-proof-1", "custody-ledger-1"
_AT_ONCE = 2_000
_entry = table_of(LedgerEntry)


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who signs an export, when, and whose certificates go along (PEM), if an authority is set."""

    key: ReceiptKey
    certificates: str | None
    at: datetime

    def proof(self, session: Session, recording_id: UUID) -> str:
        """The proof of one recording: its entries, each with its way to an anchor's root, and those anchors.

        Raises `ActionDenied` where there is no such recording.
        """
        recording = session.get(Recording, recording_id)
        if recording is None:
            raise ActionDenied("There is no such recording.", article="Art. 7", subject=str(recording_id))
        entries = history_of(session, recording_id)
        proofs, needed = _proved(session, entries)
        told = {
            **self._head(PROOF),
            "recording": {
                "id": str(recording.id),
                "sha256": recording.sha256,
                "sm3": recording.sm3,
                "size": recording.size,
            },
            "entries": [{**entry_document(one), "proof": _shown(proofs.get(one.seq))} for one in entries],
            "anchors": [anchor_document(needed[number]) for number in sorted(needed)],
        }
        signed = told | {"signature": self._signature(canonical_json(told))}
        return json.dumps(signed, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    def ledger(self, session: Session) -> Iterator[str]:
        """The whole ledger, a line an entry, each anchor after the last entry that it covers; memory stays the same."""
        digest, count, head = sha256(), 0, GENESIS
        waiting = anchors(session)
        for line, entry_hash in self._lines(session, waiting):
            digest.update(line.encode())
            yield line
            if entry_hash is not None:
                count, head = count + 1, entry_hash
        end = {"anchors": len(waiting), "entries": count, "head": head, "sha256": digest.hexdigest()}
        yield canonical_json({"end": end, "signature": self._signature(canonical_json(end))}) + "\n"

    def _lines(self, session: Session, waiting: list[Anchor]) -> Iterator[tuple[str, str | None]]:
        """Each line, and of an entry its hash."""
        yield canonical_json(self._head(LEDGER)) + "\n", None
        due = iter(waiting)
        anchor = next(due, None)
        for row in stream(session.connection(), select(_entry).order_by(_entry.c.seq), _AT_ONCE):
            entry = cast("LedgerEntry", row)
            yield canonical_json({"entry": entry_document(entry)}) + "\n", entry.hash
            while anchor is not None and entry.seq >= anchor.last_seq:
                yield canonical_json({"anchor": anchor_document(anchor)}) + "\n", None
                anchor = next(due, None)

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "format": kind,
            "made_at": time_text(self.at),
            "public_key": self.key.public_key,
            "certificates": self.certificates,
            "rules": dict(RULES),
        }

    def _signature(self, text: str) -> dict[str, str]:
        return {"key_id": self.key.key_id, "ed25519": self.key.sign(text)}


def _proved(session: Session, entries: list[LedgerEntry]) -> tuple[dict[int, Proof], dict[int, Anchor]]:
    """The proofs of those entries that are anchored, by number, and the anchors that it takes."""
    covering: dict[int, Anchor] = {}
    below: Mapping[int, list[int]] = defaultdict(list)
    for entry in entries:
        anchor = anchor_over(session, entry.seq)
        if anchor is not None:
            covering[anchor.number] = anchor
            below[anchor.number].append(entry.seq)
    proofs = [one for number, seqs in below.items() for one in proofs_under(session, covering[number], seqs)]
    needed = {one.number: one for number in covering for one in vouching(session, number)}
    return {one.seq: one for one in proofs}, needed


def _shown(proof: Proof | None) -> dict[str, Any] | None:
    return None if proof is None else {"anchor": proof.anchor, "path": list(proof.path)}


def anchor_document(anchor: Anchor) -> dict[str, Any]:
    """An anchor as it is checked elsewhere."""
    return {
        "document": anchor.document,
        "signature": {"key_id": anchor.key_id, "ed25519": anchor.signature},
        "token": None if anchor.token is None else b64encode(anchor.token).decode("ascii"),
    }
