"""A large file that is hashed while it is still written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from tasks.packing.files import PIECE
from tasks.packing.writing import write_all

_HOLE = 64 << 10  # zeros that are worth a hole
_ZEROS = bytes(PIECE)


class Sparse:
    """A new file in which long runs of zeros take no room, open to be written; `finish` comes last."""

    mode = "wb"

    def __init__(self, path: Path) -> None:
        self._opened = path.open("xb", buffering=0)

    def write(self, data: bytes) -> int:
        if len(data) > _HOLE and data == _ZEROS[: len(data)]:
            self._opened.seek(len(data), os.SEEK_CUR)
        else:
            write_all(self._opened.fileno(), data)
        return len(data)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self._opened.seek(place, whence)

    def tell(self) -> int:
        return self._opened.tell()

    def flush(self) -> None:
        """Nothing waits in memory."""

    def finish(self) -> int:
        """Give the file its size, which is returned: it may end with zeros."""
        size = max(self._opened.tell(), self._opened.seek(0, os.SEEK_END))
        self._opened.truncate(size)
        return size

    def close(self) -> None:
        self._opened.close()


class Follower:
    """The SHA-256 of a file that still grows, read back behind its writer; bytes before `advance` change no more."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._digest = hashlib.sha256()
        self._at = 0
        self._until: SimpleQueue[int | None] = SimpleQueue()
        self._failure: OSError | None = None
        self._thread = Thread(target=self._run, name="packing-follower", daemon=True)
        self._thread.start()

    def advance(self, until: int) -> None:
        """All bytes before `until` are final."""
        self._until.put(until)

    def finish(self, size: int) -> str:
        """The digest of the whole file of `size` bytes. Raises `OSError`."""
        self._until.put(size)
        self.stop()
        if self._failure is not None:
            raise self._failure
        if self._at != size:
            raise OSError(f"it ends after {self._at} of {size} bytes")
        return self._digest.hexdigest()

    def stop(self) -> None:
        """End the thread; harmless when it has ended."""
        if self._thread.is_alive():
            self._until.put(None)
            self._thread.join()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _run(self) -> None:
        buffer = memoryview(bytearray(PIECE))
        while (until := self._until.get()) is not None:
            try:
                self._read(buffer, until)
            except OSError as failure:
                self._failure = self._failure or failure

    def _read(self, buffer: memoryview, until: int) -> None:
        while self._at < until:
            count = os.preadv(self._descriptor, [buffer[: until - self._at]], self._at)
            if count == 0:
                return  # a hole that nothing has been written behind yet
            self._digest.update(buffer[:count])
            self._at += count
