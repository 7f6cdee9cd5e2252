"""The vault in a folder: a disk of the unit's own or a NAS mount, the embedded default (Art. 4, 7, 16, 18).

Layout below `root`: ``originals/<unit>/<yyyy>/<mm>/<sha256>``, our own documents (``receipts/…``), ``locks/`` beside
them, ``incoming/`` for files that are not whole yet, and ``quarantine/`` for what was found under a key and is not what
was verified. An original appears under its key in one step, when it is
whole, settled on the medium, read back and read-only; it never replaces another, and is immutable where the system
grants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from prefect.blocks.core import Block
from pydantic import Field, PrivateAttr

from blocks.folder_store import FolderStore
from blocks.vault import Ability, Destroyed, Held, Intake, Listed, Progress, Rehashed, SecondDigest, Stored, Version
from regulation.errors import ConfigurationError


class DirectoryVault(Block):
    """Keeps originals in a folder or on a NAS mount, never overwritten, read-only, with their retention floors."""

    _block_type_name = "Custody directory vault"
    _block_type_slug = "custody-directory-vault"
    _description = (
        "Keeps original recordings in a folder or on a NAS mount (目录保管库): each file is hashed while it is read "
        "once, settled on the disk, read back, made read-only and never overwritten (Art. 4, 7, 16, 18)."
    )

    root: Path = Field(
        title="Folder",
        description="Absolute path of the vault's folder (保存目录). Only this software should be able to write there.",
    )
    immutable: bool = Field(
        default=True,
        title="Immutable attribute",
        description=(
            "Set the immutable attribute (不可变属性, chattr +i) on every original where the system grants it. Only "
            "the system's administrator can then remove the folder."
        ),
    )
    buffers: int = Field(
        default=8,
        ge=4,
        le=64,
        title="Buffers",
        description="Read buffers of 4 MiB, shared by all files on their way into the vault: they bound its memory.",
    )

    _store: FolderStore | None = PrivateAttr(default=None)

    def prepare(self) -> list[Ability]:
        """Make the folders, remove what dead intakes left, and try what the file system really does.

        Raises `ConfigurationError` where the folder cannot be used or cannot publish without overwriting, `Unavailable`
        where the disk does not answer.
        """
        abilities = self._folder.prepare()
        for ability in abilities:
            if ability.required and not ability.given:
                raise ConfigurationError(f"This file system cannot keep originals: {ability.detail}.", subject="root")
        return abilities

    def store(self, descriptor: int, intake: Intake, *, second: SecondDigest, progress: Progress) -> Stored:
        """See `EvidenceVault.store`."""
        return self._folder.store(descriptor, intake, second=second, progress=progress)

    def names_by_content(self, size: int) -> bool:
        """Always: the key is made when the whole content is known."""
        return self._folder.names_by_content(size)

    def check(self, key: str, version: str | None) -> Held | None:
        """See `EvidenceVault.check`. Raises `ConfigurationError` for what is no key of this vault."""
        return self._folder.check(key, version)

    def read(self, key: str, version: str | None, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See `EvidenceVault.read`. Raises `FixityError` when nothing is held under the key."""
        return self._folder.read(key, version, start, length)

    def rehash(self, key: str, version: str | None, progress: Progress) -> Rehashed:
        """See `EvidenceVault.rehash`."""
        return self._folder.rehash(key, version, progress)

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Held:
        """See `EvidenceVault.put_back`."""
        return self._folder.put_back(key, pieces, sha256, retain_until)

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        """See `EvidenceVault.extend_retention`."""
        return self._folder.extend_retention(key, version, until)

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        """See `EvidenceVault.set_legal_hold`."""
        return self._folder.set_legal_hold(key, version, on)

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        """See `EvidenceVault.put_document`."""
        return self._folder.put_document(key, content, retain_until=retain_until)

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        """See `EvidenceVault.originals`."""
        return self._folder.originals(unit_code)

    def listed(self, unit_code: str | None = None) -> Iterator[Listed]:
        """See `EvidenceVault.listed`."""
        return self._folder.listed(unit_code)

    def versions(self, key: str) -> list[Version]:
        """See `EvidenceVault.versions`."""
        return self._folder.versions(key)

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        """See `EvidenceVault.destroy`."""
        return self._folder.destroy(keys, at)

    @property
    def _folder(self) -> FolderStore:
        """Made once a process: threads share its buffers, a pickled block takes none of them along."""
        if not self.root.is_absolute():
            raise ConfigurationError("The vault's folder must be an absolute path.", subject="root")
        if self._store is None:
            with _making:
                if self._store is None:
                    self._store = FolderStore(self.root, immutable=self.immutable, buffers=self.buffers)
        return self._store

    def __getstate__(self) -> dict[object, object]:
        state = super().__getstate__()
        private = state.get("__pydantic_private__") or {}
        return {**state, "__pydantic_private__": {**private, "_store": None}}


_making = Lock()
