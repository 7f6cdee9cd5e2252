"""What one PATCH adds to a file: all of it, if a checksum was sent with it; else as much as came."""

from __future__ import annotations

import hashlib
import hmac
import os

from desk.names import from_base64
from desk.refused import Refused
from desk.spool import Batch
from desk.uploads import Upload, Uploads

ALGORITHMS = ("sha1", "sha256")
"""sha1 because the protocol demands it of every server; it guards a transfer, not an original (Art. 7)."""

_ADVANCE_BYTES = 16 << 20


class Appending:
    """A file held for one PATCH. Its methods block: they are called from a worker thread, one at a time."""

    def __init__(
        self, uploads: Uploads, batch: Batch, upload_id: str, offset: int, announced: int | None, checksum: str | None
    ) -> None:
        """Take the file. `announced` is the request's length in bytes, if it says one. Raises `Refused`."""
        check = None if checksum is None else _checksum(checksum)
        self._expected = None if check is None else check[1]
        self._digest = None if check is None else hashlib.new(check[0])
        self._uploads, self._batch, self._end = uploads, batch, offset
        self._descriptor = uploads.take(batch, upload_id)
        try:
            self._upload = uploads.get(batch, upload_id)
            self._require(offset, announced)
        except BaseException:
            self.close()
            raise

    def _require(self, offset: int, announced: int | None) -> None:
        if offset != self._upload.offset:
            here = {"Upload-Offset": str(self._upload.offset)}
            raise Refused(409, "The file does not end at this offset.", headers=here)
        if announced is not None and offset + announced > self._upload.length:
            raise _too_much()

    def add(self, data: bytes) -> None:
        """Write on. Raises `Refused` (413) for more than the file's length, and `OSError`; then nothing is kept."""
        if self._end + len(data) > self._upload.length:
            self._drop()
            raise _too_much()
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._descriptor, data[done:], self._end + done)
        except OSError:
            self._drop()
            raise
        self._end += len(data)
        if self._digest is not None:
            self._digest.update(data)
        elif self._end - self._upload.offset >= _ADVANCE_BYTES:
            self._keep()

    def finish(self) -> Upload:
        """The request is over. Raises `Refused` (460), keeping none of it, where its bytes are not those sent."""
        if self._digest is not None and not hmac.compare_digest(self._digest.digest(), self._expected or b""):
            self._drop()
            raise Refused(460, "The bytes do not have the checksum that was sent with them.")
        self._keep()
        if self._upload.offset == self._upload.length:
            self._upload = self._uploads.finish(self._batch, self._upload, self._descriptor)
        return self._upload

    def interrupted(self) -> None:
        """The request broke off: what came is kept where no checksum was to speak for the whole of it."""
        if self._digest is None:
            self._keep()
        else:
            self._drop()

    def _keep(self) -> None:
        self._upload = self._uploads.advance(self._batch, self._upload, self._descriptor, self._end)

    def _drop(self) -> None:
        os.ftruncate(self._descriptor, self._upload.offset)

    def close(self) -> None:
        """Give the file up."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _checksum(header: str) -> tuple[str, bytes]:
    algorithm, _, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Refused(400, f"Upload-Checksum takes {' or '.join(ALGORITHMS)}.")
    return algorithm, from_base64(value)


def _too_much() -> Refused:
    return Refused(413, "These are more bytes than the file was announced with.")
