"""Writing an original into a folder: copied, settled on the medium and read back, all at once."""

from __future__ import annotations

import os
from queue import SimpleQueue
from threading import Thread

from blocks.checksum import crc64nvme
from regulation.errors import FixityError

_STRIDE = 64 << 20  # bytes between two flushes: long enough to stream, short enough that the last one is soon done
_PIECE = 4 << 20  # bytes read back at a time


class Settling:
    """The target file of one intake.

    `write` is called in order by the reading thread. A second thread brings each stride to the medium (fdatasync),
    drops it from the page cache and reads it back, so that the checksum in `finish` speaks of what the medium holds and
    not of what the memory held. Where the page cache cannot be dropped (tmpfs) it speaks of the page cache.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.written = 0
        self._announced = 0
        self._sent = 0  # CRC64NVME of what was written
        self._held = 0  # CRC64NVME of what was read back
        self._settled = 0
        self._strides: SimpleQueue[int | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._failure: OSError | None = None

    def write(self, data: memoryview) -> None:
        """Append `data`. Raises `OSError` from this or an earlier stride."""
        self._sent = crc64nvme(data, self._sent)
        done = 0
        while done < len(data):
            done += os.pwrite(self._descriptor, data[done:], self.written + done)
        self.written += done
        if self.written - self._announced >= _STRIDE:
            self._announce()

    def finish(self, key: str) -> None:
        """Settle the rest, with the file's own attributes. Raises `OSError`, and `FixityError` where the medium holds
        something else than was read."""
        self.stop()
        self._raise_failure()
        os.fsync(self._descriptor)
        self._read_back(self.written)
        whole = os.fstat(self._descriptor).st_size == self._settled == self.written
        if not whole or self._held != self._sent:
            raise FixityError("The disk gives back other bytes than were written to it.", article="Art. 7", subject=key)

    def stop(self) -> None:
        """End the second thread; harmless when there is none."""
        if self._thread is not None:
            self._strides.put(None)
            self._thread.join()
            self._thread = None

    def _announce(self) -> None:
        self._raise_failure()
        if self._thread is None:
            self._thread = Thread(target=self._run, name="settling", daemon=True)
            self._thread.start()
        self._strides.put(self.written)
        self._announced = self.written

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (until := self._strides.get()) is not None:
            try:
                if self._failure is None:
                    os.fdatasync(self._descriptor)
                    self._read_back(until)
            except OSError as failure:
                self._failure = failure

    def _read_back(self, until: int) -> None:
        os.posix_fadvise(self._descriptor, self._settled, until - self._settled, os.POSIX_FADV_DONTNEED)
        buffer = memoryview(bytearray(min(_PIECE, until - self._settled)))
        while self._settled < until:
            count = os.preadv(self._descriptor, [buffer[: until - self._settled]], self._settled)
            if count == 0:
                return  # shorter than written: `finish` sees it
            self._held = crc64nvme(buffer[:count], self._held)
            self._settled += count
