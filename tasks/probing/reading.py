"""Reading an open file by position, as if it ended where it ended when it was looked at first.

By position, because the descriptor's own offset is shared with whoever else reads the file; with a fixed end, because a
file may still grow. Standard library only.
"""

from __future__ import annotations

import io
import os
from typing import Protocol


class Glance:
    """An open regular file of fixed `size` in bytes. The descriptor's own offset is never moved."""

    def __init__(self, descriptor: int, size: int) -> None:
        self.descriptor = descriptor
        self.size = size

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position`; fewer only at the end of the file, none before its start."""
        wanted = max(0, min(count, self.size - position)) if position >= 0 else 0
        pieces = []
        while wanted:
            piece = os.pread(self.descriptor, wanted, position)
            if not piece:
                break
            pieces.append(piece)
            position += len(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def stream(self) -> GlanceStream:
        return GlanceStream(self)


class Positioned(Protocol):
    """Bytes by position, `size` of them; `at` gives fewer than it is asked for only at the end."""

    size: int

    def at(self, position: int, count: int) -> bytes: ...


class GlanceStream(io.RawIOBase):
    """The same file for libraries that want `read`, `seek` and `tell`."""

    def __init__(self, glance: Positioned) -> None:
        self._glance = glance
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._glance.at(self._position, self._glance.size if size < 0 else size)
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._glance.size}[whence]
        if base + offset < 0:
            raise OSError("a position before the start of the file")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position
