"""The folder behind `DirectoryVault`: how an original gets into it, and what it says of what it holds."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from blocks import keys
from blocks.filesystem import (
    DirectorySync,
    claim,
    is_immutable,
    publish,
    reading,
    remove_leftover,
    set_immutable,
    storing,
    unlink_if_named,
)
from blocks.folder_destroying import LettingGo
from blocks.folder_listing import below
from blocks.folder_locks import FolderLocks, Lock
from blocks.folder_quarantine import Aside
from blocks.folder_rehashing import rehashed
from blocks.folder_trial import try_folder
from blocks.folder_writing import Settling
from blocks.hashing import Digest, Digests, Slab, Slabs, digest_of, read_slab
from blocks.vault import Ability, Destroyed, Held, Intake, Listed, Progress, Rehashed, SecondDigest, Stored, Version
from regulation.errors import ActionDenied, ConfigurationError, FixityError, Unavailable

_SLAB = 4 << 20
_PIECE = 4 << 20
_READ_ONLY = 0o444
_GONE = (FileNotFoundError, NotADirectoryError)


class FolderStore:
    """Thread-safe; `root` is absolute. See `EvidenceVault` for what each method promises and raises."""

    def __init__(self, root: Path, *, immutable: bool, buffers: int) -> None:
        self._root = root
        self._immutable = immutable
        self._sync = DirectorySync()
        self._locks = FolderLocks(root, self._sync)
        self._aside = Aside(root, self._sync)
        self._slabs = Slabs(buffers, _SLAB)

    def prepare(self) -> list[Ability]:
        with storing("root"):
            self._root.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._sync.sync(self._root.parent)
            for name in ("originals", "locks", "incoming"):
                self._sync.ensure(self._root / name, self._root)
            self._remove_leftovers()
            return try_folder(self._root / "incoming", self._locks, immutable=self._immutable)

    def store(self, descriptor: int, intake: Intake, *, second: SecondDigest, progress: Progress) -> Stored:
        keys.month_prefix(intake)
        floor = keys.checked_floor(intake.retain_until)
        with self._claimed(f"{intake.intake_id}.part") as (temporary, opened):
            target = Settling(opened)
            try:
                digest = self._copy(descriptor, target, second, progress)
                key = keys.content_key(intake, digest.sha256)
                with storing(key):
                    new = not self._path(key).exists() and self._place(temporary, opened, target, key, floor)
            finally:
                target.stop()
        if not new:
            self._recheck(key, target.written, floor)
        return Stored(self._present(key), target.written, digest.sha256, digest.sm3, already_there=not new)

    def names_by_content(self, size: int) -> bool:
        return size >= 0

    def check(self, key: str, version: str | None) -> Held | None:
        try:
            with self._opened(key, version) as opened:
                return self._held(opened, key)
        except _GONE:
            return None

    def read(self, key: str, version: str | None, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        with self._known(key, version) as opened, storing(key):
            offset, end = start, sys.maxsize if length is None else start + length
            while piece := os.pread(opened, min(_PIECE, end - offset), offset):
                offset += len(piece)
                yield piece

    def rehash(self, key: str, version: str | None, progress: Progress) -> Rehashed:
        with self._known(key, version) as opened, storing(key):
            return rehashed(opened, progress)

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Held:
        keys.checked_originals([key])
        floor = keys.checked_floor(retain_until)
        with self._claimed(f"{uuid4()}.part") as (temporary, opened):
            target = Settling(opened)
            try:
                if _written(pieces, target) != sha256:
                    raise FixityError("These are not the bytes that were verified.", article="Art. 7", subject=key)
                with storing(key):
                    self._aside.set_aside(key)
                    if not self._place(temporary, opened, target, key, floor):
                        raise Unavailable("Something else was put under this key meanwhile.", subject=key)
            finally:
                target.stop()
        return self._present(key)

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        floor = keys.checked_floor(until)
        return self._relock(key, version, lambda opened: self._locks.extend(opened, key, floor))

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        return self._relock(key, version, lambda opened: self._locks.hold(opened, key, on))

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        final = self._path(keys.checked_document_key(key))
        floor = None if retain_until is None else keys.checked_floor(retain_until)
        with storing(key), self._claimed(f"{uuid4()}.part") as (temporary, opened):
            target = Settling(opened)
            target.write(memoryview(content))
            os.fchmod(opened, _READ_ONLY)
            target.finish(key)
            self._sync.ensure(final.parent, self._root)
            with suppress(FileExistsError):
                publish(temporary, final)
            self._sync.sync(final.parent)
        if b"".join(self.read(key, None)) != content:
            raise ActionDenied("This document is there already, with other content.", subject=key)
        if floor is not None:
            with self._known(key, None) as opened, storing(key):
                self._locks.lengthen(opened, key, floor)
                self._harden(opened)
        return self._present(key)

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        units = [keys.checked_unit(unit_code)] if unit_code is not None else _names(self._root / "originals")
        for unit in units:
            for year in _names(self._root / "originals" / unit):
                for month in _names(self._root / "originals" / unit / year):
                    yield from self._month(f"originals/{unit}/{year}/{month}")

    def listed(self, unit_code: str | None = None) -> Iterator[Listed]:
        folder = "originals" if unit_code is None else f"originals/{keys.checked_unit(unit_code)}"
        self._must_be_there()
        yield from below(self._root, folder)

    def versions(self, key: str) -> list[Version]:
        held = self.check(key, None)
        self._must_be_there()
        return [] if held is None else [Version(key, None, held.size, False, held.retain_until, held.legal_hold)]

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        self._must_be_there()
        self._remove_leftovers()  # which may be copies of the same content, or second names of it
        told = LettingGo(self._root, self._locks).destroy(keys, at)
        return [self._aside.forget(one) if one.gone else one for one in told]

    def _must_be_there(self) -> None:
        """A mount point that has lost its disk is empty too, and proves nothing gone."""
        if not (self._root / "originals").is_dir():
            raise Unavailable("The vault's folder is not there: is its disk mounted?", subject="root")

    def _month(self, prefix: str) -> Iterator[Held]:
        for name in _names(self._root / prefix):
            key = f"{prefix}/{name}"
            held = self.check(key, None) if keys.is_original(key) else None
            if held is not None:
                yield held

    def _copy(self, source: int, target: Settling, second: SecondDigest, progress: Progress) -> Digest:
        """The one read pass. An `OSError` that leaves here comes from the source."""
        slab = read_slab(self._slabs, source, 0, progress)
        if len(slab.data) < self._slabs.size:
            return _copy_small(slab, target, second)
        digests = Digests(second)
        try:
            while _copy_next(slab, target, digests):
                slab = read_slab(self._slabs, source, target.written, progress)
        finally:
            digest = digests.finish()
        return digest

    def _place(self, temporary: Path, opened: int, target: Settling, key: str, floor: datetime) -> bool:
        """Make the whole, settled file visible under its key; False where the key is taken already."""
        final = self._path(key)
        self._locks.born(opened, key, floor)
        os.fchmod(opened, _READ_ONLY)
        target.finish(key)
        self._sync.ensure(final.parent, self._root)
        try:
            publish(temporary, final)
        except FileExistsError:
            return False
        self._harden(opened)
        self._sync.sync(final.parent)
        return True

    def _recheck(self, key: str, size: int, floor: datetime) -> None:
        """The same content is there already, perhaps since a moment ago and not yet durably: hash what is held, and see
        that all the rest of an intake holds for it too."""
        with self._known(key, None) as opened, storing(key):
            if rehashed(opened, lambda _count: None) != Rehashed(size, keys.digest_in(key) or ""):
                raise FixityError(
                    "The vault holds other bytes under this content's key.", article="Art. 7", subject=key
                )
            self._locks.lengthen(opened, key, floor)
            self._harden(opened)
            os.fsync(opened)
            self._sync.sync(self._path(key).parent)

    def _harden(self, opened: int) -> None:
        if self._immutable and not is_immutable(opened) and set_immutable(opened, True):
            os.fsync(opened)

    def _relock(self, key: str, version: str | None, change: Callable[[int], Lock]) -> Held:
        with self._known(key, version) as opened, storing(key):
            change(opened)
            return self._held(opened, key)

    def _present(self, key: str) -> Held:
        with self._known(key, None) as opened, storing(key):
            return self._held(opened, key)

    def _held(self, opened: int, key: str) -> Held:
        lock = self._locks.of(opened, key)
        return Held(key, None, os.fstat(opened).st_size, lock.retain_until, lock.legal_hold)

    @contextmanager
    def _known(self, key: str, version: str | None) -> Iterator[int]:
        try:
            with self._opened(key, version) as opened:
                yield opened
        except _GONE as gone:
            raise FixityError("The vault no longer holds this.", article="Art. 7", subject=key) from gone

    @contextmanager
    def _opened(self, key: str, version: str | None) -> Iterator[int]:
        if version is not None:
            raise ConfigurationError("A directory vault keeps no versions: this key is of another vault.", subject=key)
        with reading(self._path(keys.checked_key(key)), key) as opened:
            yield opened

    @contextmanager
    def _claimed(self, name: str) -> Iterator[tuple[Path, int]]:
        """A temporary file of this intake alone, gone afterwards unless it was published."""
        temporary = self._root / "incoming" / name
        with storing("root"):
            opened = claim(temporary)
        try:
            yield temporary, opened
        finally:
            with suppress(OSError):
                unlink_if_named(temporary, opened)
            os.close(opened)

    def _remove_leftovers(self) -> None:
        for name in _names(self._root / "incoming"):
            with suppress(Unavailable):  # its process lives
                remove_leftover(self._root / "incoming" / name)

    def _path(self, key: str) -> Path:
        return self._root / key


def _copy_small(slab: Slab, target: Settling, second: SecondDigest) -> Digest:
    try:
        _write(target, slab)
        return digest_of(slab.data, second)
    finally:
        slab.release()


def _copy_next(slab: Slab, target: Settling, digests: Digests) -> bool:
    """Hash and write one buffer; False after the file's last."""
    try:
        digests.feed(slab)
        _write(target, slab)
        return slab.full
    finally:
        slab.release()


def _write(target: Settling, slab: Slab) -> None:
    with storing("root"):
        target.write(slab.data)


def _written(pieces: Iterator[bytes], target: Settling) -> str:
    """Write them; gives their SHA-256."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        with storing("root"):
            target.write(memoryview(piece))
    return digest.hexdigest()


def _names(folder: Path) -> list[str]:
    """Names in `folder` in order; none where there is no such folder."""
    with storing(folder.name):
        try:
            return sorted(name for name in os.listdir(folder) if name.isascii())
        except _GONE:
            return []
