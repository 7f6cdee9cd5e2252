"""The vault: where originals are kept, written once, and read back.

One protocol, two implementations: `blocks.directory_vault.DirectoryVault` (a folder or a NAS mount, the embedded
default) and `blocks.s3_vault.S3Vault` (S3 with Object Lock). `tests/blocks/test_vault_conformance.py` holds both to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

Progress = Callable[[int], None]
"""Called with the number of bytes just read; must be quick and may be called from several threads."""


class SecondDigest(StrEnum):
    """The digest kept beside SHA-256."""

    SM3 = "sm3"  # GB/T 32905-2016
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Intake:
    """What the vault is asked to keep.

    `intake_id` names this intake for ever: asking again with the same id after a crash finds what was begun.
    `unit_code`, `year` and `month` place it; `retain_until` is the article's floor.
    """

    intake_id: UUID
    unit_code: str
    year: int
    month: int
    retain_until: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One stored original as the vault itself reports it.

    `version` is None where the vault has no versions; `retain_until` is read back from the vault, None where it keeps
    none; `legal_hold` likewise; `marked_deleted` is True when something hides the newest version (S3 delete marker).
    """

    key: str
    version: str | None
    size: int
    retain_until: datetime | None
    legal_hold: bool
    marked_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An original that the vault holds, verified against the bytes read: sizes and digests are of those bytes."""

    held: Held
    size: int
    sha256: str
    sm3: str | None
    already_there: bool


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing a vault was tried for at start. `required` abilities that are not `given` forbid write-once mode."""

    name: str
    given: bool
    required: bool
    detail: str


@runtime_checkable
class EvidenceVault(Protocol):
    """Thread-safe. Raises `Unavailable` when the store does not answer (retry), `FixityError` when what it holds is not
    what was read, `ConfigurationError` when it cannot give what its settings promise."""

    def prepare(self) -> list[Ability]:
        """Create or check the store and try its abilities. Called once at start; idempotent."""

    def store(self, descriptor: int, intake: Intake, *, second: SecondDigest, progress: Progress) -> Stored:
        """Read the open file `descriptor` once from start to end, hash, keep, verify, lock; return what is held.

        Nothing is visible under an original's key before it is whole. Content already held under the same unit, year
        and month (where `names_by_content`), or by an earlier try of the same intake, is verified and returned with
        `already_there`. The descriptor stays open and is the caller's. An `OSError` comes from the descriptor: a source
        that cannot be read is no fault of the vault.
        """

    def names_by_content(self, size: int) -> bool:
        """Whether an original of `size` bytes gets a key made of its content: storing it twice keeps it once."""

    def check(self, key: str, version: str | None) -> Held | None:
        """What the vault holds now under (key, version), from its own metadata; None when it is gone."""

    def read(self, key: str, version: str | None, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The original's bytes from `start` on, `length` of them or all that are left, in pieces of at most 8 MiB."""

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        """Lengthen the lock; shortening raises `ActionDenied` (Art. 18)."""

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        """Place or lift the legal hold."""

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        """Keep a small document of our own (receipts/…), locked until `retain_until` where that is given, as far as the
        store locks; an existing one with other content raises `ActionDenied`."""

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        """Every original held (newest version each), streamed in key order."""
