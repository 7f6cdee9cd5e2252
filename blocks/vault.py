"""The vault: where originals are kept, written once, and read back.

One protocol, two implementations: `blocks.directory_vault.DirectoryVault` (a folder or a NAS mount, the embedded
default) and `blocks.s3_vault.S3Vault` (S3 with Object Lock). `tests/blocks/test_vault_conformance.py` holds both to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
class Version:
    """One version, or delete marker, that stands under a key, with what holds it there.

    `version` is None where the vault has no versions; a marker has no size, no floor and no hold.
    """

    key: str
    version: str | None
    size: int
    is_marker: bool
    retain_until: datetime | None
    legal_hold: bool

    def kept_by(self, at: datetime) -> str | None:
        """What still holds it at `at`, as a sentence for people; None where nothing does (Art. 18)."""
        if self.legal_hold:
            return "A legal hold is on it."
        if self.retain_until is not None and self.retain_until > at:
            return f"It is locked until {self.retain_until:%Y-%m-%d %H:%M:%S %Z}."
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the store's own list below ``originals/``: cheap, so it knows no locks (`Version` does).

    `newest_of_all` is False where a newer version or a delete marker hides it. `modified`, in UTC, is when it came, by
    the store's clock. `is_foreign`: no vault put it there; its key is no original's, or it is a link, a pipe or a
    folder where a file belongs (a folder's key ends with a slash, and what is in it is not looked at).
    """

    key: str
    version: str | None
    size: int
    is_marker: bool
    newest_of_all: bool
    modified: datetime
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What became of one key: `removed` versions and markers went, `left` still stand, newest first.

    `problem` says in a sentence why anything is left; None exactly where nothing is. `left` is without floors and holds
    where the store does not tell them any more.
    """

    key: str
    removed: int
    left: tuple[Version, ...]
    problem: str | None

    @property
    def gone(self) -> bool:
        """Whether nothing stands under the key any more, as the vault itself lists it."""
        return not self.left and self.problem is None


@dataclass(frozen=True, slots=True)
class Rehashed:
    """What reading an original from end to end has found."""

    size: int
    sha256: str


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

    def rehash(self, key: str, version: str | None, progress: Progress) -> Rehashed:
        """Read the whole original, from the medium where the system lets us past its caches, and hash it.

        Raises `FixityError` when nothing is held there or it gives back less than it says."""

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Held:
        """Put an original's verified bytes, from a second vault, under its own key again, locked until `retain_until`.

        What stands there is set aside, never overwritten: a folder moves it to its quarantine, a bucket keeps it as an
        older version. Raises `FixityError` where the bytes are not those of `sha256`; verify them before, as a bucket
        can tell only once they are there.
        """

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        """Lengthen the lock; shortening raises `ActionDenied` (Art. 18)."""

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        """Place or lift the legal hold."""

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        """Keep a small document of our own (receipts/…), locked until `retain_until` where that is given, as far as the
        store locks; an existing one with other content raises `ActionDenied`."""

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        """Every original held (newest version each), streamed in key order."""

    def listed(self, unit_code: str | None = None) -> Iterator[Listed]:
        """Everything that stands below ``originals/``, streamed in key order and the newest of a key first: every
        version and delete marker, and what is no original too. Raises `Unavailable` where the vault is not there."""

    def versions(self, key: str) -> list[Version]:
        """Every version and delete marker under exactly this key, newest first; none where nothing is."""

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        """Remove all that stands under each of these keys, for good; says of each, in this order, what became of it.

        Only the disposal task may call this, for a confirmed disposal entry (Art. 18). The vault is the last guard: a
        key of which any version is locked beyond `at` or held is left whole, and nothing bypasses the store's own lock.
        What the store refuses or fails at is told, not raised; a key under which nothing stands is gone. Asked again
        after a crash it finishes what it finds begun. Raises `ConfigurationError` before anything is removed where a
        key is no original's or `at` has no zone, `Unavailable` where the store does not say what is left.
        """
