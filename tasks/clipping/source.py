"""An original as the child sees it: bytes by position, fetched from the parent as they are needed.

So that a minute of a recording of many hours costs about a minute's bytes, and the child opens nothing by name.
"""

from __future__ import annotations

import io
import os
import socket
from collections import OrderedDict

from tasks.probing.wire import send

BLOCK = 1 << 20
BLOCKS = 16
"""Blocks kept: demuxers go back and forth between an index and the media."""


class RemoteFile(io.RawIOBase):
    """A file of `size` bytes at the other end of `channel`. Raises `EOFError` when nobody is there any more."""

    def __init__(self, channel: socket.socket, size: int) -> None:
        self._channel = channel
        self._size = size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("a position before the start of the file")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        wanted = max(0, min(self._size - self._position, self._size if size < 0 else size))
        pieces = []
        while wanted:
            index, within = divmod(self._position, BLOCK)
            piece = self._block(index)[within : within + wanted]
            pieces.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _block(self, index: int) -> bytes:
        if index not in self._blocks:
            start = index * BLOCK
            length = min(BLOCK, self._size - start)
            send(self._channel, {"read": [start, length]})
            self._blocks[index] = exactly(self._channel, length)
            if len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(index)
        return self._blocks[index]


def exactly(channel: socket.socket, count: int) -> bytes:
    """The next `count` bytes. Raises `EOFError` where the other side is gone before."""
    pieces = []
    while count:
        piece = channel.recv(min(count, 1 << 18))
        if not piece:
            raise EOFError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
