"""One read pass: reusable buffers, and digests computed in order beside the copying.

`hashlib` and `awscrt.checksums` release the interpreter lock, so each digest has a thread of its own and the reading
thread never waits for them while buffers are free. The number of buffers bounds the memory of the whole vault, however
many and however large the files are.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from queue import SimpleQueue
from threading import Lock, Thread

from blocks.vault import Progress, SecondDigest
from regulation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Digest:
    """Digests of one file in lower-case hexadecimal; `sm3` is None where it was not asked for."""

    sha256: str
    sm3: str | None


class Slab:
    """A reusable buffer. `data` is its filled part. It goes back to its pool when the last holder releases it."""

    __slots__ = ("_holders", "_lock", "_pool", "data", "memory")

    def __init__(self, size: int, pool: Slabs) -> None:
        self.memory = memoryview(mmap.mmap(-1, size))  # unlike a bytearray it costs no memory before it is filled
        self.data = self.memory[:0]
        self._pool = pool
        self._holders = 1
        self._lock = Lock()

    def fill(self, descriptor: int, offset: int, expected: int | None = None) -> int:
        """Read from `offset` until the buffer is full or the file ends; returns the bytes read. Raises `OSError`.

        After `expected` bytes in one piece it is not asked again whether the file has ended.
        """
        filled = 0
        while filled < len(self.memory):
            count = os.preadv(descriptor, [self.memory[filled:]], offset + filled)
            filled += count
            if count == 0 or filled == expected:
                break
        self.data = self.memory[:filled]
        return filled

    @property
    def full(self) -> bool:
        """Whether the data fills the buffer: then the file may go on."""
        return len(self.data) == len(self.memory)

    def hold(self) -> None:
        """Add a holder."""
        with self._lock:
            self._holders += 1

    def release(self) -> None:
        """Give up one hold; the last one returns the buffer to its pool."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            self._pool._give_back(self)

    def renew(self) -> Slab:
        """The buffer as its next taker finds it: empty, with one holder."""
        self._holders = 1
        self.data = self.memory[:0]
        return self


class Slabs:
    """At most `count` buffers of `size` bytes, made as they are first needed, shared by all files of a vault."""

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.size = size
        self._free: SimpleQueue[Slab] = SimpleQueue()
        self._made = 0
        self._lock = Lock()

    def take(self) -> Slab:
        """A buffer with one holder; waits until one is free."""
        with self._lock:
            make = self._free.empty() and self._made < self.count
            self._made += make
        return Slab(self.size, self) if make else self._free.get().renew()

    def _give_back(self, slab: Slab) -> None:
        self._free.put(slab)


def read_slab(pool: Slabs, descriptor: int, offset: int, progress: Progress, *, expected: int | None = None) -> Slab:
    """The file's next bytes in a buffer with one holder; shorter than the buffer only at the end of the file, which is
    where the `expected` bytes end if that is known."""
    slab = pool.take()
    try:
        progress(slab.fill(descriptor, offset, expected))
    except BaseException:
        slab.release()
        raise
    return slab


class _Lane:
    """One digest in one thread, fed in order."""

    def __init__(self, update: Callable[[memoryview], object], name: str) -> None:
        self._update = update
        self._work: SimpleQueue[Slab | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=f"digest-{name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (slab := self._work.get()) is not None:
            self._update(slab.data)
            slab.release()

    def feed(self, slab: Slab) -> None:
        slab.hold()
        self._work.put(slab)

    def finish(self) -> None:
        self._work.put(None)
        self._thread.join()


class Digests:
    """SHA-256 and, where asked, SM3 of slabs fed in order. `finish` is called once, also after a failure."""

    def __init__(self, second: SecondDigest) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3 = _sm3() if second is SecondDigest.SM3 else None
        self._lanes = [_Lane(self._sha256.update, "sha256")]
        if self._sm3 is not None:
            self._lanes.append(_Lane(self._sm3.update, "sm3"))

    def feed(self, slab: Slab) -> None:
        """Hash the slab's data next; the slab is held until every digest has seen it."""
        for lane in self._lanes:
            lane.feed(slab)

    def finish(self) -> Digest:
        """Wait for the digests of all that was fed."""
        for lane in self._lanes:
            lane.finish()
        return Digest(self._sha256.hexdigest(), self._sm3.hexdigest() if self._sm3 is not None else None)


def digest_of(data: memoryview | bytes, second: SecondDigest) -> Digest:
    """Digests of what fits into memory at once, without a thread."""
    other = _sm3() if second is SecondDigest.SM3 else None
    if other is not None:
        other.update(data)
    return Digest(hashlib.sha256(data).hexdigest(), other.hexdigest() if other is not None else None)


def sm3_of(opened: BufferedReader | BytesIO) -> str | None:
    """The second digest of what is read to its end; None where this machine's OpenSSL does not know it."""
    try:
        return hashlib.file_digest(opened, "sm3").hexdigest()
    except ValueError:
        return None


def _sm3() -> hashlib._Hash:
    try:
        return hashlib.new("sm3")
    except ValueError as missing:
        raise ConfigurationError(
            "This system's OpenSSL has no SM3: set the second digest to none, or install an OpenSSL that has it.",
            subject="second_digest",
        ) from missing
