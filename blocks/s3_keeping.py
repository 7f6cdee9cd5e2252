"""What is done with an object once it is in the bucket: found, compared, locked, read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from blocks.s3_abilities import Given
from blocks.s3_control import Control
from blocks.s3_listing import standing
from blocks.s3_objects import Seen, Sent, look
from blocks.s3_settings import MIB, RetentionMode
from blocks.s3_wire import Wire, refusal
from regulation.errors import ConfigurationError, FixityError

PIECE = 8 * MIB


@dataclass(frozen=True, slots=True)
class Keeping:
    """Thread-safe. `given` is what the server was found to do."""

    wire: Wire
    control: Control
    mode: RetentionMode
    given: Given

    def newest(self, key: str) -> Seen | None:
        """The newest version of `key`, also one that a delete marker hides; None when there is none."""
        seen = look(self.wire, key, None)
        if seen is not None:
            return seen
        line = next((line for line in standing(self.wire, [key])[key] if not line.is_marker), None)
        return None if line is None else look(self.wire, key, line.version)

    def known(self, key: str, version: str | None) -> Seen:
        """The version asked for, the newest where that is None. Raises `FixityError` when it is gone."""
        seen = self.newest(key) if version is None else look(self.wire, key, version)
        if seen is None:
            raise FixityError("The vault no longer holds this.", article="Art. 7", subject=key)
        return seen

    def secured(self, key: str, version: str | None, sent: Sent, floor: datetime) -> Seen:
        """Read the version back, compare it with what was sent, and see that it is locked until `floor`.

        Raises `FixityError` where it is something else, `ConfigurationError` where the lock does not stay.
        """
        seen = self.known(key, version)
        sent.proved_by(seen)
        return self.locked(seen, floor)

    def locked(self, seen: Seen, floor: datetime) -> Seen:
        """The version, locked until `floor` at least; as it is where the bucket has no locks."""
        if not self.given.locks or seen.locked_until(self.mode, floor):
            return seen
        self.control.lock(seen.key, seen.version, self.mode.value.upper(), floor)
        again = self.known(seen.key, seen.version)
        if not again.locked_until(self.mode, floor):
            raise ConfigurationError(
                "The S3 server did not keep the lock of an original.", article="Art. 18", subject=seen.key
            )
        return again

    def is_same(self, seen: Seen, sent: Sent, sha256: str) -> bool:
        """Whether a version found there is the content that was read: by a checksum of the whole where the server keeps
        one, else by reading it back."""
        if seen.size != sent.size:
            return False
        for ours, theirs in ((sent.sha256, seen.sha256), (sent.crc64nvme, seen.crc64nvme)):
            if ours is not None and theirs is not None:
                return ours == theirs
        digest = hashlib.sha256()
        for piece in self.pieces(seen):
            digest.update(piece)
        return digest.hexdigest() == sha256

    def pieces(self, seen: Seen, begin: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a version, or `length` of them from `begin` on. Each piece is asked for by itself, so that a
        broken connection costs one piece."""
        query = {} if seen.version is None else {"versionId": seen.version}
        stop = seen.size if length is None else min(begin + length, seen.size)
        for start in range(begin, stop, PIECE):
            end = min(start + PIECE, stop)
            answer = self.wire.send("GET", seen.key, query=query, headers={"range": f"bytes={start}-{end - 1}"})
            if answer.status == 404:
                raise FixityError("The vault no longer holds this.", article="Art. 7", subject=seen.key)
            if answer.status not in (200, 206):
                raise refusal(answer, seen.key)
            if len(answer.body) != end - start:
                raise FixityError("The vault gave back less than it holds.", article="Art. 7", subject=seen.key)
            yield answer.body
