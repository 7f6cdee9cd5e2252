"""An anchor's copies outside the database: its signature, its place in the vault, its timestamp (Art. 7)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from blocks.signing import check_signature
from blocks.timestamp_authority import Stamp, TimestampAuthority, imprinted
from blocks.vault import EvidenceVault
from registry.ledger.anchoring import fields_of, read
from registry.ledger.reports import AnchorProblem
from registry.tables import Anchor
from regulation.errors import FixityError


def vault_key(number: int) -> str:
    """Where the vault keeps the copy of an anchor."""
    return f"anchors/{number:08d}.json"


def stamp_key(number: int) -> str:
    """Where it keeps its timestamp."""
    return f"anchors/{number:08d}.tsr"


def held(vault: EvidenceVault, key: str, version: str | None = None) -> bytes | None:
    """The bytes of a document, None where there is none. Raises `Unavailable`."""
    if vault.check(key, version) is None:
        return None
    return b"".join(vault.read(key, version))


@dataclass(slots=True)
class Copies:
    """What was found of the anchors' copies: the signed documents by number, and what is wrong or missing.

    `public_key` is the installation's, base64, known from elsewhere than the database; `timestamps` the authority whose
    certificates are known, if any.
    """

    vault: EvidenceVault
    public_key: str
    timestamps: TimestampAuthority | None = None
    kept: dict[int, str] = field(default_factory=dict)
    problems: list[AnchorProblem] = field(default_factory=list)
    unstamped: list[int] = field(default_factory=list)
    unproved: list[int] = field(default_factory=list)
    unkept: list[int] = field(default_factory=list)
    unlocked: list[int] = field(default_factory=list)

    def see(self, anchor: Anchor) -> None:
        """Look at the copies of one anchor. Raises `Unavailable` when the vault does not answer."""
        if not self._is_signed(anchor.document, anchor.signature):
            self._blame(anchor.number, "signature", "the row's document is not signed with this installation's key")
        self.see_copy(anchor.number, anchor)
        self._see_stamp(anchor)

    def see_copy(self, number: int, anchor: Anchor | None = None) -> bool:
        """Look for a copy in the vault, also of an anchor without a row: a row comes before its copy, so it was there.
        Returns whether there is one."""
        version = anchor.vault_version if anchor is not None else None
        found = self.vault.check(vault_key(number), version)
        if found is None:
            if anchor is not None and anchor.kept_at is not None:
                self._blame(number, "vault_key", "the vault no longer has its copy")
            elif anchor is not None:
                self.unkept.append(number)
            return False
        if found.retain_until is None:
            self.unlocked.append(number)
        copy = b"".join(self.vault.read(vault_key(number), version))
        document = self._signed_document(copy)
        said = None if document is None else read(document)
        if document is None or said is None or said.number != number:
            self._blame(number, "vault_key", "replaced: what lies in the vault is not a signed copy of this anchor")
        else:
            self.kept[number] = document
        return True

    def _see_stamp(self, anchor: Anchor) -> None:
        number, copy = anchor.number, held(self.vault, stamp_key(anchor.number))
        if anchor.token is None:
            self.unstamped.append(number)
            return
        if copy is not None and copy != anchor.token:
            self._blame(number, "token", "replaced: the vault has another timestamp")
        try:
            stamp = self._stamp(anchor.token, self.kept.get(number, anchor.document).encode())
        except FixityError as wrong:
            self._blame(number, "token", wrong.message)
            return
        if stamp.at != anchor.stamped_at:
            self._blame(number, "stamped_at", f"altered: the timestamp says {stamp.at:%Y-%m-%d %H:%M:%S} UTC")
        if not stamp.proved:
            self.unproved.append(number)

    def _stamp(self, token: bytes, document: bytes) -> Stamp:
        return imprinted(token, document) if self.timestamps is None else self.timestamps.check(token, document)

    def _signed_document(self, copy: bytes) -> str | None:
        """The text in a copy, if it is signed as it must be."""
        try:
            told = json.loads(copy)
            document, signature = told["document"], told["signature"]["ed25519"]
        except (ValueError, KeyError, TypeError):
            return None
        if not (isinstance(document, str) and isinstance(signature, str)):
            return None
        return document if self._is_signed(document, signature) else None

    def _is_signed(self, document: str, signature: str) -> bool:
        try:
            check_signature(document, signature, self.public_key)
        except FixityError:
            return False
        return fields_of(document).get("public_key") == self.public_key

    def _blame(self, number: int, column: str, message: str) -> None:
        self.problems.append(AnchorProblem(number, column, message))


def all_copies(copies: Copies, rows: Iterable[Anchor]) -> Copies:
    """Look at the copies of all anchors, `rows` in order, also of those whose row is gone."""
    number = 1
    for anchor in rows:
        for missing in range(number, anchor.number):
            copies.see_copy(missing)
        copies.see(anchor)
        number = anchor.number + 1
    while copies.see_copy(number):
        number += 1
    return copies
