"""A file larger than one part: it goes up while it is being read for the first and only time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from blocks.checksum import as_base64, joined
from blocks.hashing import Digest, Digests, Slab
from blocks.s3_abilities import Given
from blocks.s3_control import Control, asking, found
from blocks.s3_objects import Sent, etag_of_parts, look
from blocks.s3_sending import Part, put_part
from blocks.s3_settings import LARGEST_PART_NUMBER, Proof, RetentionMode
from blocks.s3_wire import Wire
from blocks.vault import SecondDigest
from regulation.errors import ConfigurationError, CustodyError, FixityError


@dataclass(frozen=True, slots=True)
class Uploader:
    """Sends files in parts; thread-safe. The senders are shared by all files of the vault."""

    wire: Wire
    control: Control
    senders: ThreadPoolExecutor
    given: Given

    def upload(
        self,
        key: str,
        slab: Slab,
        next_slab: Callable[[int], Slab],
        second: SecondDigest,
        lock: tuple[RetentionMode, datetime],
    ) -> tuple[str | None, Sent, Digest]:
        """Send the file that begins with `slab`; `next_slab` reads on from an offset in bytes.

        Returns the version, what must be found there, and the digests. When anything fails the upload is aborted and
        the failure raised; an `OSError` comes from the source.
        """
        try:
            upload = self.control.begin_parts(key, **self._asked(lock))
        except BaseException:
            slab.release()
            raise
        digests = Digests(second)
        sending = _Sending(self, key, upload)
        try:
            while True:
                full = slab.full
                _pass_on(slab, digests, sending)
                if not full:
                    break
                slab = next_slab(sending.size)
            parts = sending.finish()
            digest = digests.finish()
        except BaseException:
            sending.abandon()
            digests.finish()
            with suppress(CustodyError):
                self.control.abort_parts(key, upload)
            raise
        version, sent = self._complete(key, upload, parts)
        return version, sent, digest

    def _asked(self, lock: tuple[RetentionMode, datetime]) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if self.given.proof is Proof.CHECKSUM:
            asked |= {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"}
        if self.given.lock_with_parts:
            asked |= {"ObjectLockMode": lock[0].value.upper(), "ObjectLockRetainUntilDate": lock[1]}
        return asked

    def _complete(self, key: str, upload: str, parts: list[Part]) -> tuple[str | None, Sent]:
        sent = expected(parts, self.given.proof)
        asked: dict[str, Any] = {"Bucket": self.control.bucket, "Key": key, "UploadId": upload}
        asked["MultipartUpload"] = {"Parts": [_listed(part, self.given.proof) for part in parts]}
        if self.given.proof is Proof.CHECKSUM:
            asked |= {"ChecksumCRC64NVME": sent.crc64nvme, "ChecksumType": "FULL_OBJECT"}
        with asking(key):
            told = found(self.control.client.complete_multipart_upload, **asked)
        if told is not None and told.get("VersionId"):
            return told["VersionId"], sent
        return self._completed_before(key, sent), sent

    def _completed_before(self, key: str, sent: Sent) -> str | None:
        """The upload had been completed already and only the answer was lost; or the answer names no version."""
        seen = look(self.wire, key, None)
        if seen is None:
            raise FixityError("The upload is gone and so is what it should have become.", article="Art. 7", subject=key)
        sent.proved_by(seen)
        return seen.version


class _Sending:
    """The parts of one upload on their way."""

    def __init__(self, uploader: Uploader, key: str, upload: str) -> None:
        self._uploader = uploader
        self._key = key
        self._upload = upload
        self._parts: list[tuple[Future[Part], Slab]] = []
        self._failed = False
        self.size = 0

    def send(self, slab: Slab) -> None:
        """Queue the slab's data as the next part. Raises what an earlier part raised."""
        if self._failed:
            self.finish()
        if len(self._parts) == LARGEST_PART_NUMBER:
            raise ConfigurationError(
                "The file needs more parts than S3 knows: make the parts larger.", subject="part_size"
            )
        slab.hold()
        self.size += len(slab.data)
        self._parts.append((self._uploader.senders.submit(self._run, len(self._parts) + 1, slab), slab))

    def _run(self, number: int, slab: Slab) -> Part:
        try:
            given = self._uploader.given
            return put_part(self._uploader.wire, self._key, self._upload, number, slab.data, given.proof)
        except BaseException:
            self._failed = True
            raise
        finally:
            slab.release()

    def finish(self) -> list[Part]:
        """Wait for all parts."""
        return [part.result() for part, _ in self._parts]

    def abandon(self) -> None:
        """Send no further part, and wait for those on their way."""
        for part, slab in self._parts:
            if part.cancel():
                slab.release()
        for part, _ in self._parts:
            with suppress(Exception, CancelledError):
                part.result()


def _pass_on(slab: Slab, digests: Digests, sending: _Sending) -> None:
    try:
        if len(slab.data):
            digests.feed(slab)
            sending.send(slab)
    finally:
        slab.release()


def expected(parts: list[Part], proof: Proof) -> Sent:
    """What the server must hold once it has put these parts together."""
    whole = reduce(lambda so_far, part: joined(so_far, part.crc64nvme, part.size), parts, 0)
    size = sum(part.size for part in parts)
    if proof is Proof.CHECKSUM:
        return Sent(size, crc64nvme=as_base64(whole))
    return Sent(size, etag=etag_of_parts([part.etag for part in parts]))


def _listed(part: Part, proof: Proof) -> dict[str, Any]:
    told: dict[str, Any] = {"PartNumber": part.number, "ETag": f'"{part.etag}"'}
    if proof is Proof.CHECKSUM:
        told["ChecksumCRC64NVME"] = as_base64(part.crc64nvme)
    return told
