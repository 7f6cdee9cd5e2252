"""What goes into a package, file by file; each is read once, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

PIECE = 1 << 20
"""Bytes read at a time; pieces of about this size keep the memory of packing small."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file: its path in the package with ``/``, its size in bytes, the SHA-256 that it must have (lower-case
    hexadecimal) where that is known, and a function that begins to read it anew at every call."""

    path: str
    size: int
    sha256: str | None
    pieces: Callable[[], Iterator[bytes]]

    def known_digest(self) -> str:
        """The SHA-256 that is known, or that of its bytes, which are read for it."""
        if self.sha256 is not None:
            return self.sha256
        digest = sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


def of_bytes(path: str, content: bytes) -> PackageFile:
    """A file that is in memory: a statement, a proof."""
    return PackageFile(path, len(content), sha256(content).hexdigest(), lambda: iter((content,)))


def of_file(path: str, source: Path, digest: str | None = None) -> PackageFile:
    """A file on disk, as long as it is now. Raises `OSError`."""
    return PackageFile(path, source.stat().st_size, digest, lambda: pieces_of(source))


def pieces_of(source: Path) -> Iterator[bytes]:
    """The bytes of a file. Raises `OSError`."""
    with source.open("rb", buffering=0) as opened:
        while piece := opened.read(PIECE):
            yield piece
