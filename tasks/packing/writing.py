"""Writing that survives being killed: hashed while it is written, settled on the disk, named only when finished."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Protocol

from regulation.errors import FixityError
from tasks.packing.files import PackageFile

PART = ".part"
"""What the name of an unfinished thing ends with."""
_WAITING = 8  # pieces that may wait for a digest
_STRIDE = 64 << 20  # bytes between two flushes: so the last one is soon done


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: bytes, and digests in lower-case hexadecimal."""

    size: int
    sha256: str
    sha512: str


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Lane:
    """A thread that hashes in order; `hashlib` lets others work meanwhile."""

    def __init__(self, name: str) -> None:
        self._work: Queue[tuple[_Hash, bytes] | None] = Queue(_WAITING)
        self._thread = Thread(target=self._run, name=f"packing-{name}", daemon=True)
        self._thread.start()

    def feed(self, digest: _Hash, piece: bytes) -> None:
        self._work.put((digest, piece))

    def settle(self) -> None:
        self._work.join()

    def stop(self) -> None:
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            digest, piece = given
            digest.update(piece)
            self._work.task_done()


class Writer:
    """Writes files one after the other; the digests and the disk work beside it. Used as a context: at its end all is
    on the disk. Raises `OSError`."""

    def __init__(self, at: datetime) -> None:
        self._time = at
        self._lanes = (_Lane("sha256"), _Lane("sha512"))
        self._settling = ThreadPoolExecutor(1, thread_name_prefix="packing-disk")
        self._settled: list[Future[None]] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for lane in self._lanes:
            lane.stop()
        self._settling.shutdown(wait=True)
        if kind is None:
            for one in self._settled:
                one.result()

    def write(self, target: Path, file: PackageFile) -> Written:
        """Write the file as `target`, which must not be there.

        Raises `FixityError`, naming it, where it has another size or SHA-256 than it must (Art. 7).
        """
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            written = self._copy(descriptor, file)
        except BaseException:
            os.close(descriptor)
            raise
        self._then(self._finish, descriptor)
        if written.sha256 != (file.sha256 or written.sha256):
            raise FixityError(
                f"What was read has the SHA-256 {written.sha256}, but must have {file.sha256}.",
                article="Art. 7",
                subject=file.path,
            )
        return written

    def _copy(self, descriptor: int, file: PackageFile) -> Written:
        digests = (hashlib.sha256(), hashlib.sha512())
        done = flushed = 0
        for piece in file.pieces():
            done += len(piece)
            if done > file.size:
                break
            for lane, digest in zip(self._lanes, digests, strict=True):
                lane.feed(digest, piece)
            write_all(descriptor, piece)
            if done - flushed >= _STRIDE:
                self._then(_flush, os.dup(descriptor))
                flushed = done
        for lane in self._lanes:
            lane.settle()
        if done != file.size:
            more = "more than" if done > file.size else f"{done} instead of"
            raise FixityError(f"It has {more} {file.size} bytes.", article="Art. 7", subject=file.path)
        return Written(done, digests[0].hexdigest(), digests[1].hexdigest())

    def _then(self, act: Callable[[int], None], descriptor: int) -> None:
        self._settled = [one for one in self._settled if not one.done() or one.exception() is not None]
        self._settled.append(self._settling.submit(act, descriptor))

    def _finish(self, descriptor: int) -> None:
        try:
            os.fchmod(descriptor, 0o644)
            os.utime(descriptor, ns=nanoseconds(self._time))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _flush(descriptor: int) -> None:
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, piece: bytes) -> None:
    """Write all of it. Raises `OSError`."""
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]


@contextmanager
def finished(final: Path, at: datetime) -> Iterator[Path]:
    """A place to write a file at; it becomes `final` when the block ends well, and is removed when not. What a killed
    run left there is removed first. Raises `OSError`."""
    part = final.with_name(final.name + PART)
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb+") as opened:
            os.fchmod(opened.fileno(), 0o644)
            os.utime(opened.fileno(), ns=nanoseconds(at))
            os.fsync(opened.fileno())
        os.replace(part, final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle_folder(final.parent)


@contextmanager
def finished_folder(final: Path, at: datetime) -> Iterator[Path]:
    """The same for a folder, which must not be there yet."""
    part = final.with_name(final.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with completed_folder(part, final, at):
        yield part


@contextmanager
def completed_folder(
    part: Path, final: Path, at: datetime, *, waits_for: type[Exception] | tuple[()] = ()
) -> Iterator[None]:
    """The folder `part`, to which something is added, becomes `final` when the block ends well; it is removed when not,
    but for what it may wait for."""
    try:
        yield
        for folder, _, _ in os.walk(part, topdown=False):
            os.chmod(folder, 0o755)  # noqa: S103  # it is handed out to be read
            os.utime(folder, ns=nanoseconds(at))
            settle_folder(Path(folder))
        os.rename(part, final)
    except waits_for:
        raise
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    settle_folder(final.parent)


def write_small(final: Path, content: bytes, at: datetime) -> None:
    """Write a small file under its final name at once; one that is there already with the same bytes is kept."""
    if final.is_file() and final.read_bytes() == content:
        return
    with finished(final, at) as part:
        part.write_bytes(content)


def settle_folder(folder: Path) -> None:
    """Bring a folder's names to the disk. Raises `OSError`."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def nanoseconds(at: datetime) -> tuple[int, int]:
    """A time for `os.utime`, in whole seconds: what every file system keeps."""
    return (int(at.timestamp()) * 1_000_000_000,) * 2
