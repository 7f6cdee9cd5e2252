"""An original as the child sees it: bytes by position, fetched from the parent as they are needed.

So that a minute of a recording of many hours costs about a minute's bytes, and the child opens nothing by name.
"""

from __future__ import annotations

import socket
from collections import OrderedDict

from tasks.probing.reading import GlanceStream
from tasks.probing.wire import exactly, send

BLOCK = 1 << 20
BLOCKS = 16
"""Blocks kept: demuxers go back and forth between an index and the media."""


class RemoteFile:
    """A file of `size` bytes at the other end of `channel`. Raises `EOFError` when nobody is there any more."""

    def __init__(self, channel: socket.socket, size: int) -> None:
        self.size = size
        self._channel = channel
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def stream(self) -> GlanceStream:
        """The same for libraries that want `read`, `seek` and `tell`."""
        return GlanceStream(self)

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position`; fewer only at the end of the file."""
        wanted = max(0, min(count, self.size - position))
        pieces = []
        while wanted:
            index, within = divmod(position, BLOCK)
            piece = self._block(index)[within : within + wanted]
            pieces.append(piece)
            position += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _block(self, index: int) -> bytes:
        if index not in self._blocks:
            start = index * BLOCK
            length = min(BLOCK, self.size - start)
            send(self._channel, {"read": [start, length]})
            self._blocks[index] = exactly(self._channel, length)
            if len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(index)
        return self._blocks[index]
