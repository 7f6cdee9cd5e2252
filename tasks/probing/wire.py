"""What parent and child say to each other: JSON behind its length, on a socket that also carries the open file.

Standard library only. The parent believes nothing a child says: a child has read a hostile file.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from regulation.vocabulary import MediaKind

LONGEST_MESSAGE = 1 << 20
MOST_WARNINGS = 8
MOST_STREAMS = 16
_LENGTH = struct.Struct(">I")


class Seen(StrEnum):
    """The conditions a probe can find; the same words as `registry.tables.recordings.Condition`, which is too heavy to
    import in a child. `tests/tasks/test_probing.py` holds the two together."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    EMPTY = "empty"
    WRONG_EXTENSION = "wrong-extension"
    UNREADABLE = "unreadable"
    NOT_MEDIA = "not-media"


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """One stream of a recording. `rate` is pictures a second, `sample_rate` samples a second."""

    kind: str
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    rate: float | None = None
    sample_rate: int | None = None
    channels: int | None = None


@dataclass(slots=True)
class Answer:
    """What a child found, filled in as it looks. `still` is a JPEG in base64."""

    kind: MediaKind
    condition: Seen = Seen.WHOLE
    container: str | None = None
    duration_seconds: float | None = None
    claimed_local: str | None = None
    claimed_offset_seconds: float | None = None
    streams: list[StreamFacts] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    still: str | None = None

    def warn(self, what: str) -> None:
        """Say something that does not change the condition."""
        if len(self.warnings) < MOST_WARNINGS and what not in self.warnings:
            self.warnings.append(what)

    def damaged(self, why: str) -> None:
        """The file is media and not all there, or not as it was written."""
        if self.condition is Seen.WHOLE:
            self.condition = Seen.DAMAGED
        self.warn(why)

    def unreadable(self, why: str) -> None:
        """No sense can be made of the file."""
        self.condition = Seen.UNREADABLE
        self.warn(why)

    def claim(self, local: datetime, offset: timedelta | None = None) -> None:
        """Keep the wall-clock time the device wrote down; the first claim stands."""
        if self.claimed_local is None:
            self.claimed_local = local.replace(tzinfo=None).isoformat()
            self.claimed_offset_seconds = None if offset is None else offset.total_seconds()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def send(channel: socket.socket, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
    """Send one message, and with it open files. Raises OSError when the other side is gone."""
    body = json.dumps(message, ensure_ascii=True).encode()
    packed = _LENGTH.pack(len(body)) + body
    if descriptors:
        sent = socket.send_fds(channel, [packed], list(descriptors))
        packed = packed[sent:]
    channel.sendall(packed)


def receive(channel: socket.socket, seconds: float) -> dict[str, Any]:
    """The next message without files, whole within `seconds`. Raises EOFError at the end, ValueError for nonsense,
    TimeoutError when it takes longer, OSError when the other side is gone."""
    deadline = time.monotonic() + seconds
    (length,) = _LENGTH.unpack(exactly(channel, _LENGTH.size, deadline))
    if length > LONGEST_MESSAGE:
        raise ValueError(f"a message of {length} bytes")
    return _parsed(exactly(channel, length, deadline))


def receive_with_files(channel: socket.socket, most: int) -> tuple[dict[str, Any], list[int]]:
    """The next message and the open files that came with it, one at least, `most` at most. Raises EOFError at the end,
    ValueError for nonsense."""
    start, descriptors, flags, _address = socket.recv_fds(channel, _LENGTH.size, most)
    if not start and not descriptors:
        raise EOFError
    try:
        if not descriptors or flags & socket.MSG_CTRUNC:
            raise ValueError("a request without its files")
        start += exactly(channel, _LENGTH.size - len(start))
        return _parsed(exactly(channel, _LENGTH.unpack(start)[0])), descriptors
    except BaseException:
        for one in descriptors:
            os.close(one)
        raise


def exactly(channel: socket.socket, count: int, deadline: float | None = None) -> bytes:
    """The next `count` bytes. Raises EOFError where the other side is gone before, TimeoutError at the `deadline`."""
    whole, have = bytearray(count), 0
    with memoryview(whole) as view:
        while have < count:
            if deadline is not None:
                channel.settimeout(max(0.001, deadline - time.monotonic()))
            got = channel.recv_into(view[have:])
            if not got:
                raise EOFError
            have += got
    return bytes(whole)


def _parsed(body: bytes) -> dict[str, Any]:
    message = json.loads(body)
    if isinstance(message, dict):
        return message
    raise ValueError("a message that is not an object")
