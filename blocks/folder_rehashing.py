"""Reading a file of the vault from its medium and hashing it: what a fixity audit does all night (Art. 7)."""

from __future__ import annotations

import hashlib
import mmap
import os
from threading import local

from blocks.vault import Progress, Rehashed

_SIZE = 1 << 20
"""So little that what was just read is still in the processor's own cache when it is hashed."""

_of_thread = local()


def rehashed(opened: int, progress: Progress) -> Rehashed:
    """The open file's size and SHA-256; `progress` hears of each piece. Raises `OSError`.

    The page cache is dropped where the system lets us: it would answer for a medium that has lost the bytes, and
    reading everything once must not push out what others read often.
    """
    os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    buffer, digest, size = _buffer(), hashlib.sha256(), 0
    while count := os.preadv(opened, [buffer], size):
        digest.update(buffer[:count])
        size += count
        progress(count)
    os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
    return Rehashed(size, digest.hexdigest())


def _buffer() -> memoryview:
    """One a thread, used again and again: fresh memory for each piece costs as much as reading it."""
    if not hasattr(_of_thread, "buffer"):
        _of_thread.buffer = memoryview(mmap.mmap(-1, _SIZE))
    buffer: memoryview = _of_thread.buffer
    return buffer
