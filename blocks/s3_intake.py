"""How an original gets into the bucket (docs/adr/0003-s3-keys.md)."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from blocks import keys
from blocks.checksum import as_base64, crc64nvme
from blocks.hashing import Digest, Digests, Slab, Slabs, digest_of, read_slab
from blocks.s3_keeping import Keeping
from blocks.s3_listing import standing, unfinished_uploads
from blocks.s3_objects import Seen, Sent, lock_headers, look, whole_seconds
from blocks.s3_parts import Uploader
from blocks.s3_sending import put_object
from blocks.vault import Intake, Progress, SecondDigest, Stored
from regulation.errors import FixityError, Unavailable

_ATTEMPTS = 4
_PAUSE = 0.2  # seconds, doubled each time


class Turns:
    """One at a time for each key, within this process."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: dict[str, tuple[Lock, int]] = {}

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Wait for whoever is busy with `key`."""
        with self._guard:
            lock, count = self._waiting.get(key, (Lock(), 0))
            self._waiting[key] = lock, count + 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, count = self._waiting.pop(key)
                if count > 1:
                    self._waiting[key] = lock, count - 1


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes files into the bucket; thread-safe."""

    keeping: Keeping
    uploader: Uploader
    slabs: Slabs
    small_slabs: Slabs
    turns: Turns

    def store(self, descriptor: int, intake: Intake, second: SecondDigest, progress: Progress) -> Stored:
        """See `EvidenceVault.store`. An `OSError` comes from the source."""
        keys.month_prefix(intake)
        floor = whole_seconds(keys.checked_floor(intake.retain_until))
        slab, whole = self._first(descriptor, progress)
        if not whole:
            return self._store_large(slab, descriptor, intake, floor, second, progress)
        try:
            return self._store_small(slab.data, intake, floor, second)
        finally:
            slab.release()

    def _first(self, descriptor: int, progress: Progress) -> tuple[Slab, bool]:
        """The first part, and whether it is the whole file."""
        size = os.fstat(descriptor).st_size
        if size < self.small_slabs.size:
            slab = read_slab(self.small_slabs, descriptor, 0, _quietly, expected=size)
            if not slab.full:
                progress(len(slab.data))
                return slab, True
            slab.release()  # it is growing
        slab = read_slab(self.slabs, descriptor, 0, progress)
        try:
            return slab, len(slab.data) < self.slabs.size or os.pread(descriptor, 1, self.slabs.size) == b""
        except BaseException:
            slab.release()
            raise

    # --- one part: kept under its digest ---

    def _store_small(self, data: memoryview, intake: Intake, floor: datetime, second: SecondDigest) -> Stored:
        digest = digest_of(data, second)
        key = keys.content_key(intake, digest.sha256)
        sent = Sent(len(data), sha256=b64encode(bytes.fromhex(digest.sha256)).decode("ascii"))
        with self.turns.turn(key):
            # a question asked first, where the server knows no condition; what a delete marker hides it does not
            # tell here, and asking for that too would cost every photo a second question
            there = None if self.keeping.given.conditional_put else look(self.keeping.wire, key, None)
            if there is None:
                made = self._put_once(key, data, digest.sha256, floor)
                if made is not None:
                    return _stored(self.keeping.secured(key, *made, floor), digest, already_there=False)
                there = self.keeping.known(key, None)
        if not self.keeping.is_same(there, sent, digest.sha256):
            raise FixityError("The vault holds other bytes under this content's key.", article="Art. 7", subject=key)
        return _stored(self.keeping.locked(there, floor), digest, already_there=True)

    def _put_once(self, key: str, data: memoryview, sha256: str, floor: datetime) -> tuple[str | None, Sent] | None:
        """Put the object unless it is there, then None. A server that knows no condition is asked whether an answer
        that was lost had been a yes, so that nothing is kept twice."""
        keeping = self.keeping
        once = keeping.given.conditional_put
        lock = lock_headers(keeping.mode, floor) if keeping.given.lock_with_object else {}
        for attempt in range(_ATTEMPTS):
            try:
                return put_object(keeping.wire, key, data, sha256, proof=keeping.given.proof, lock=lock, once=once)
            except Unavailable:
                if once or attempt == _ATTEMPTS - 1:
                    raise
            if keeping.newest(key) is not None:
                return None
            time.sleep(_PAUSE * 2**attempt)
        raise AssertionError("unreachable")

    # --- more than one part: kept under the id of its intake ---

    def _store_large(
        self, slab: Slab, descriptor: int, intake: Intake, floor: datetime, second: SecondDigest, progress: Progress
    ) -> Stored:
        key = keys.intake_key(intake)
        try:
            before = self._begun_before(key)
        except BaseException:
            slab.release()
            raise
        if before:
            seen_already = len(slab.data)
            slab.release()  # before more are taken: threads that each keep one while waiting could wait for ever
            found = self._same_among(before, descriptor, second)
            if found is not None:
                progress(found[0].size - seen_already)
                return _stored(self.keeping.locked(found[0], floor), found[1], already_there=True)
            slab = read_slab(self.slabs, descriptor, 0, _quietly)
        version, sent, digest = self.uploader.upload(
            key,
            slab,
            lambda offset: read_slab(self.slabs, descriptor, offset, progress),
            second,
            (self.keeping.mode, floor),
        )
        return _stored(self.keeping.secured(key, version, sent, floor), digest, already_there=False)

    def _begun_before(self, key: str) -> list[Seen]:
        """What an earlier try of this intake has left: whole versions are returned, unfinished uploads aborted."""
        wire = self.keeping.wire
        for upload in unfinished_uploads(wire, key):
            self.keeping.control.abort_parts(key, upload)
        whole = [line.version for line in standing(wire, [key])[key] if not line.is_marker]
        return [seen for seen in (look(wire, key, version) for version in whole) if seen is not None]

    def _same_among(self, before: list[Seen], descriptor: int, second: SecondDigest) -> tuple[Seen, Digest] | None:
        """The version that holds what the file holds now, and the file's digests; None where it has changed since."""
        sent, digest = self._read_only(descriptor, second)
        for seen in before:
            if self.keeping.is_same(seen, sent, digest.sha256):
                return seen, digest
        return None

    def _read_only(self, descriptor: int, second: SecondDigest) -> tuple[Sent, Digest]:
        digests = Digests(second)
        size, checksum = 0, 0
        try:
            while True:
                slab = read_slab(self.slabs, descriptor, size, _quietly)
                digests.feed(slab)
                size, checksum, full = size + len(slab.data), crc64nvme(slab.data, checksum), slab.full
                slab.release()
                if not full:
                    break
        finally:
            digest = digests.finish()
        return Sent(size, crc64nvme=as_base64(checksum)), digest


def _quietly(count: int) -> None:
    """These bytes have been told of already, or will be."""


def _stored(seen: Seen, digest: Digest, *, already_there: bool) -> Stored:
    return Stored(seen.held(), seen.size, digest.sha256, digest.sm3, already_there)
