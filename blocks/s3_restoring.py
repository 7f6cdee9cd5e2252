"""An original put back under its own key, as a new version: the damaged one stays beneath it (Art. 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from blocks import keys
from blocks.hashing import Slab, Slabs, digest_of
from blocks.s3_keeping import Keeping
from blocks.s3_objects import Seen, lock_headers, whole_seconds
from blocks.s3_parts import Uploader
from blocks.s3_sending import put_object
from blocks.vault import SecondDigest
from regulation.errors import FixityError


@dataclass(frozen=True, slots=True)
class Restoring:
    """Thread-safe."""

    keeping: Keeping
    uploader: Uploader
    slabs: Slabs

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Seen:
        """See `EvidenceVault.put_back`."""
        keys.checked_originals([key])
        floor = whole_seconds(keys.checked_floor(retain_until))
        source = _Source(pieces, self.slabs)
        slab = source.next()
        if slab.full:
            return self._in_parts(key, slab, source, sha256, floor)
        try:
            return self._at_once(key, slab.data, sha256, floor)
        finally:
            slab.release()

    def _at_once(self, key: str, data: memoryview, sha256: str, floor: datetime) -> Seen:
        _require(digest_of(data, SecondDigest.NONE).sha256, sha256, key)
        keeping = self.keeping
        lock = lock_headers(keeping.mode, floor) if keeping.given.lock_with_object else {}
        made = put_object(keeping.wire, key, data, sha256, proof=keeping.given.proof, lock=lock, once=False)
        assert made is not None
        return keeping.secured(key, *made, floor)

    def _in_parts(self, key: str, slab: Slab, source: _Source, sha256: str, floor: datetime) -> Seen:
        version, sent, digest = self.uploader.upload(
            key, slab, lambda _offset: source.next(), SecondDigest.NONE, (self.keeping.mode, floor)
        )
        _require(digest.sha256, sha256, key)
        return self.keeping.secured(key, version, sent, floor)


class _Source:
    """Pieces of any size as full buffers; the last one is not full."""

    def __init__(self, pieces: Iterator[bytes], slabs: Slabs) -> None:
        self._pieces, self._slabs = pieces, slabs
        self._rest = memoryview(b"")

    def next(self) -> Slab:
        slab = self._slabs.take()
        try:
            filled = 0
            while filled < len(slab.memory) and self._has_more():
                some = self._rest[: len(slab.memory) - filled]
                slab.memory[filled : filled + len(some)] = some
                self._rest = self._rest[len(some) :]
                filled += len(some)
            slab.data = slab.memory[:filled]
        except BaseException:
            slab.release()
            raise
        return slab

    def _has_more(self) -> bool:
        while not len(self._rest):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._rest = memoryview(piece)
        return True


def _require(found: str, wanted: str, key: str) -> None:
    if found != wanted:
        raise FixityError("These are not the bytes that were verified.", article="Art. 7", subject=key)
