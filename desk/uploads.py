"""One batch's files on their way in: what has come of each is on disk, so that a killed server goes on where it was."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from desk.beneath import open_file, place, remove, take_back
from desk.documents import read_document, write_document
from desk.names import escaped, parts_of
from desk.refused import Refused
from desk.spool import Batch, Limits

_READ_SIZE = 1 << 20
_NO_SUCH_NAME = {  # the name is taken, or the spool's file system cannot spell it
    errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR, errno.ELOOP,
    errno.EILSEQ, errno.EINVAL, errno.ENAMETOOLONG,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as far as it has come. `name` is what the dock calls it, `stored` its place in the dump once that is
    chosen; sizes in bytes; `sha256` is known once the file is whole and in its place."""

    id: str
    name: bytes
    length: int
    metadata: str
    modified_ns: int | None
    offset: int = 0
    stored: bytes | None = None
    sha256: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come, been hashed and put into the dump."""
        return self.sha256 is not None


@dataclass
class _Tally:
    """Files and bytes that a batch has been promised."""

    lock: Lock = field(default_factory=Lock)
    counted: bool = False
    files: int = 0
    size: int = 0


class Uploads:
    """The files of all batches. The caller holds the batch (`desk.spool.working_on`)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tallies: dict[Path, _Tally] = {}
        self._lock = Lock()

    def create(self, batch: Batch, wanted: Upload) -> Upload:
        """Begin a file, or find it begun. Raises `Refused`: 409 where another length was announced under its name, 413
        where the batch would be too large, 507 where the disk has no room for it."""
        with self._tally(batch) as tally:
            known = self.find(batch, wanted.id)
            if known is not None:
                return _same_length(known, wanted)
            self._require_room(batch, tally, wanted.length)
            _part(batch, wanted.id).write_bytes(b"")
            _write(batch, wanted)
            tally.files, tally.size = tally.files + 1, tally.size + wanted.length
        return wanted

    def _require_room(self, batch: Batch, tally: _Tally, length: int) -> None:
        if tally.files >= self._limits.batch_files:
            raise Refused(413, f"A batch holds at most {self._limits.batch_files} files.")
        if tally.size + length > self._limits.batch_bytes:
            raise Refused(413, f"A batch holds at most {self._limits.batch_bytes} bytes.")
        if length > shutil.disk_usage(batch.spool).free:
            raise Refused(507, "The server's disk has no room for this file.", headers={"Retry-After": "60"})

    @contextmanager
    def _tally(self, batch: Batch) -> Iterator[_Tally]:
        with self._lock:
            tally = self._tallies.setdefault(batch.records, _Tally())
        with tally.lock:
            if not tally.counted:
                sizes = [upload.length for upload in self.all(batch)]
                tally.counted, tally.files, tally.size = True, len(sizes), sum(sizes)
            yield tally

    def find(self, batch: Batch, upload_id: str) -> Upload | None:
        """What is known of a file."""
        found = read_document(_record(batch, upload_id))
        return None if found is None else _read_back(upload_id, found)

    def get(self, batch: Batch, upload_id: str) -> Upload:
        """What is known of a file. Raises `Refused` (404)."""
        found = self.find(batch, upload_id)
        if found is None:
            raise Refused(404, "There is no such file in the batch.")
        return found

    def all(self, batch: Batch) -> list[Upload]:
        """Every file of the batch."""
        found = (self.find(batch, path.stem) for path in batch.files.glob("[0-9a-f]*.json"))
        return [upload for upload in found if upload is not None]

    @contextmanager
    def alone(self, batch: Batch, upload_id: str) -> Iterator[tuple[Upload, int]]:
        """A file that is not whole, and a descriptor of what has come of it, for one writer. Raises `Refused`: 404; 409
        where it is whole; 423 while another request writes it."""
        descriptor = self.take(batch, upload_id)
        try:
            yield self._unfinished(batch, upload_id), descriptor
        finally:
            os.close(descriptor)

    def take(self, batch: Batch, upload_id: str) -> int:
        """As `alone`; the caller closes the descriptor, which gives the file up."""
        upload = self._unfinished(batch, upload_id)
        part = _part(batch, upload_id)
        lost = upload.stored if not part.exists() else None
        descriptor = _locked(part) if lost is None else _locked_in_dump(batch, lost)
        try:
            self._unfinished(batch, upload_id)  # it may have become whole before the lock was ours
            if lost is not None:  # placed, then killed before that was written down
                take_back(part, batch.incoming, tuple(lost.split(b"/")))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _unfinished(self, batch: Batch, upload_id: str) -> Upload:
        upload = self.get(batch, upload_id)
        if upload.is_whole:
            raise Refused(409, "The file is whole.", headers={"Upload-Offset": str(upload.length)})
        return upload

    def advance(self, batch: Batch, upload: Upload, descriptor: int, offset: int) -> Upload:
        """Have the file go up to `offset` bytes: what a dock has been told is stored is on the disk."""
        if offset < upload.length:  # else `finish` comes next
            os.fdatasync(descriptor)
        further = replace(upload, offset=offset)
        _write(batch, further)
        return further

    def finish(self, batch: Batch, upload: Upload, descriptor: int) -> Upload:
        """Put a file that has come wholly into the dump, under its own name where that can be. Killed at any line, it
        is done again."""
        os.ftruncate(descriptor, upload.length)
        if upload.modified_ns is not None:
            with suppress(OSError, OverflowError):  # a time that no file system can keep is no reason to refuse a file
                os.utime(descriptor, ns=(upload.modified_ns, upload.modified_ns))
        os.fsync(descriptor)
        digest = _sha256(descriptor)
        whole = replace(self._place(batch, upload), sha256=digest)
        _write(batch, whole)
        return whole

    def _place(self, batch: Batch, upload: Upload) -> Upload:
        plain = parts_of(upload.name)
        if plain is not None and upload.stored in (None, upload.name):
            try:
                return _placed_as(batch, upload, plain)
            except OSError as refused:
                if refused.errno not in _NO_SUCH_NAME:
                    raise
        return _placed_as(batch, upload, (escaped(upload.name, upload.id),))

    def finish_if_due(self, batch: Batch, upload: Upload) -> Upload:
        """Finish a file all of whose bytes have come, as when the server was killed just then."""
        if upload.is_whole or upload.offset < upload.length:
            return upload
        with self.alone(batch, upload.id) as (now, descriptor):
            return self.finish(batch, now, descriptor)

    def remove(self, batch: Batch, upload_id: str) -> None:
        """Forget a file and what has come of it. Raises `Refused`: 404, or 423 while it is being written."""
        with self._tally(batch) as tally:
            upload = self.get(batch, upload_id)
            if upload.is_whole and upload.stored is not None:
                remove(batch.incoming, tuple(upload.stored.split(b"/")))
                _record(batch, upload_id).unlink()
            else:
                with self.alone(batch, upload_id):
                    _part(batch, upload_id).unlink()
                    _record(batch, upload_id).unlink()
            tally.files, tally.size = tally.files - 1, tally.size - upload.length

    def forget(self, batch: Batch) -> None:
        """The batch is gone."""
        with self._lock:
            self._tallies.pop(batch.records, None)


def upload_id(batch: Batch, name: bytes) -> str:
    """The id of the file the dock calls `name`: asking for it again finds it, and no one learns the name from it."""
    return hashlib.blake2b(name, key=batch.salt, digest_size=16).hexdigest()


def _same_length(known: Upload, wanted: Upload) -> Upload:
    if known.length != wanted.length:
        raise Refused(409, "This file was announced with another length: delete it first.")
    return known


def _record(batch: Batch, upload_id: str) -> Path:
    return batch.files / f"{upload_id}.json"


def _part(batch: Batch, upload_id: str) -> Path:
    return batch.files / f"{upload_id}.part"


def _placed_as(batch: Batch, upload: Upload, parts: tuple[bytes, ...]) -> Upload:
    placed = replace(upload, stored=b"/".join(parts))
    _write(batch, placed)  # the intention first: killed in between, where the file lies is no guess
    place(_part(batch, upload.id), batch.incoming, parts)
    return placed


def _locked(part: Path) -> int:
    """A descriptor of `part`, of a file that is known, that no other request holds. Raises `Refused` (423)."""
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:  # another request has put it into its place, or has removed it, since we looked
        raise Refused(423, "Another request is writing this file.", headers={"Retry-After": "1"}) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.stat(part).st_ino == os.fstat(descriptor).st_ino:  # else replaced since it was opened
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    raise Refused(423, "Another request is writing this file.", headers={"Retry-After": "1"})


def _locked_in_dump(batch: Batch, stored: bytes) -> int:
    """A descriptor of a file in the dump that no other request holds. Raises `Refused`: 404, 423."""
    try:
        descriptor = open_file(batch.incoming, tuple(stored.split(b"/")))
    except OSError:
        raise Refused(404, "There is no such file in the batch.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Refused(423, "Another request is writing this file.", headers={"Retry-After": "1"}) from None
    return descriptor


def _sha256(descriptor: int) -> str:
    digest, offset = hashlib.sha256(), 0
    while piece := os.pread(descriptor, _READ_SIZE, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


def _write(batch: Batch, upload: Upload) -> None:
    """A power cut may lose the last of these: then the dock is asked for those files again. What must not be lost is
    the dump, and the manifest that names it."""
    document: dict[str, Any] = {
        "name": upload.name.hex(),
        "length": upload.length,
        "metadata": upload.metadata,
        "modified_ns": upload.modified_ns,
        "offset": upload.offset,
        "stored": None if upload.stored is None else upload.stored.hex(),
        "sha256": upload.sha256,
    }
    write_document(_record(batch, upload.id), document, durable=False)


def _read_back(upload_id: str, found: dict[str, Any]) -> Upload:
    return Upload(
        upload_id,
        bytes.fromhex(found["name"]),
        found["length"],
        found["metadata"],
        found["modified_ns"],
        found["offset"],
        None if found["stored"] is None else bytes.fromhex(found["stored"]),
        found["sha256"],
    )
