"""Reading back: whether what lies on a medium is, byte for byte, what was issued (Art. 7, 19)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from regulation.errors import FixityError
from tasks.packing.bag import TAG_MANIFEST, manifest_in, paths_in, read_manifest
from tasks.packing.files import PIECE
from tasks.packing.image import Extent
from tasks.packing.sealing import SUMS

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many were read."""
Problem = Literal["differs", "missing", "extra", "unreadable"]
PAYLOAD_MANIFEST = "manifest-sha256.txt"


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued on one medium: the SHA-256 of the tag manifest and of ``signature/SHA256SUMS``, which together
    name every file, and size and SHA-256 of the image or ZIP, where there is one."""

    tag_manifest_sha256: str
    sums_sha256: str
    container_size: int | None = None
    container_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was found: how many bytes were read, and each file that is not as it was issued, by path."""

    bytes_read: int
    problems: Mapping[str, Problem]

    @property
    def is_identical(self) -> bool:
        """Whether it is what was issued, and nothing else is there."""
        return not self.problems


def read_back(
    place: Path, expected: Issued, progress: Progress = lambda done, whole: None, layout: Sequence[Extent] = ()
) -> ReadBack:
    """Read a folder (a mounted disc, a drive), an image or ZIP, or a burner's device, whole and in pieces.

    Where an image differs and its `layout` is known, the files that differ are named, else the image is: by the lists
    in it, which are themselves held against `expected`. Of a device exactly as many bytes are read as the image has:
    what a drive gives behind them is not the disc's. Raises `FixityError` where there is no image that a file or device
    could be held against, and `OSError` where `place` is not there. What cannot be read on it is a finding.
    """
    mode = place.stat().st_mode
    if stat.S_ISDIR(mode):
        return _Folder(place, expected, progress).read()
    if expected.container_size is None or expected.container_sha256 is None:
        raise FixityError("Nothing but a folder was issued.", article="Art. 19", subject=place.name)
    found = _read_container(place, expected.container_size, expected.container_sha256, stat.S_ISREG(mode), progress)
    named = {} if found.is_identical else _InImage(place, expected, layout).problems()
    return replace(found, problems=named) if named else found


def _read_container(place: Path, size: int, digest: str, is_file: bool, progress: Progress) -> ReadBack:
    done, found = 0, sha256()
    try:
        for piece in _pieces(place, size):
            found.update(piece)
            done += len(piece)
            progress(done, size)
    except OSError:
        return ReadBack(done, {place.name: "unreadable"})
    is_longer = is_file and place.stat().st_size != size
    is_same = done == size and not is_longer and found.hexdigest() == digest
    return ReadBack(done, {} if is_same else {place.name: "differs"})


def _pieces(place: Path, most: int | None = None, start: int = 0) -> Iterator[bytes]:
    """The bytes of a file or device, `most` of them at most. A disc's drive answers a whole sector at a time."""
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if most is not None and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # from the medium, not from memory
        os.lseek(descriptor, start, os.SEEK_SET)
        left = most
        while left is None or left > 0:
            piece = os.read(descriptor, PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece
    finally:
        os.close(descriptor)


class _InImage:
    """The files of an image that differs, by where they must lie in it; nothing of its directories is believed."""

    def __init__(self, place: Path, expected: Issued, layout: Sequence[Extent]) -> None:
        self._place, self._expected = place, expected
        self._extents = {one.path: one for one in layout}

    def problems(self) -> dict[str, Problem]:
        wanted = {SUMS: self._expected.sums_sha256, TAG_MANIFEST: self._expected.tag_manifest_sha256}
        for listing in (SUMS, TAG_MANIFEST, PAYLOAD_MANIFEST):
            if listing in self._extents and listing in wanted and self._is_whole(listing, wanted[listing]):
                wanted |= manifest_in(b"".join(self._bytes(listing)).decode(), listing)
        known = sorted(self._extents.keys() & wanted.keys())
        return {path: "differs" for path in known if not self._is_whole(path, wanted[path])}

    def _is_whole(self, path: str, wanted: str) -> bool:
        digest = sha256()
        try:
            for piece in self._bytes(path):
                digest.update(piece)
        except OSError:
            return False
        return digest.hexdigest() == wanted

    def _bytes(self, path: str) -> Iterator[bytes]:
        return _pieces(self._place, self._extents[path].size, self._extents[path].start)


class _Folder:
    """A bag in a folder, from the lists that were issued down to the files that they list."""

    def __init__(self, place: Path, expected: Issued, progress: Progress) -> None:
        self._place, self._progress = place, progress
        self._done = 0
        self._problems: dict[str, Problem] = {}
        self._wanted = {SUMS: expected.sums_sha256, TAG_MANIFEST: expected.tag_manifest_sha256}
        self._there = paths_in(place)
        self._whole = sum((place / path).lstat().st_size for path in self._there)

    def read(self) -> ReadBack:
        for listing in (SUMS, TAG_MANIFEST, PAYLOAD_MANIFEST):
            self._wanted |= self._listed(listing)
        for path in sorted(set(self._wanted) - {SUMS, TAG_MANIFEST, PAYLOAD_MANIFEST}):
            self._check(path)
        if not self._problems.keys() & {SUMS, TAG_MANIFEST, PAYLOAD_MANIFEST}:  # else it is not known what belongs here
            self._problems |= dict.fromkeys(set(self._there) - set(self._wanted), "extra")
        return ReadBack(self._done, dict(sorted(self._problems.items())))

    def _listed(self, listing: str) -> dict[str, str]:
        """What a list says, once it is itself as it was issued; otherwise what it lists cannot be told."""
        if listing not in self._wanted or not self._check(listing):
            return {}
        return read_manifest(self._place / listing)

    def _check(self, path: str) -> bool:
        if path not in self._there:
            self._problems[path] = "missing"
            return False
        try:
            found = self._digest(path)
        except OSError:
            self._problems[path] = "unreadable"
            return False
        is_same = found == self._wanted[path] and not (self._place / path).is_symlink()
        if not is_same:
            self._problems[path] = "differs"
        return is_same

    def _digest(self, path: str) -> str:
        digest = sha256()
        for piece in _pieces(self._place / path):
            digest.update(piece)
            self._done += len(piece)
            self._progress(self._done, self._whole)
        return digest.hexdigest()
