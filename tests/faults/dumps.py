"""The dump that victims are given."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tests.fixtures.stations import NOON

BIG = 9 << 20
"""Several buffers of the folder vault."""


def fill(dump: Path, samples: dict[str, bytes], big: int = BIG) -> None:
    """A small dump with everything that takes a way of its own: video, photo, sound, a duplicate, an empty file, one of
    several buffers, a hostile name, a folder, a link."""
    (dump / "100MEDIA").mkdir()
    for name, content in {
        recorded(5, "mp4"): samples["mp4"],
        recorded(6, "jpg"): samples["jpg"],
        f"100MEDIA/{recorded(7, 'wav')}": samples["wav"],
        recorded(50, "mp4"): samples["mp4"] + b"\0" * 64,
        "again.mp4": samples["mp4"],
        "big.dat": numbers(big),
        "empty.mp4": b"",
        "na\n\u202eme.txt": b"text",
    }.items():
        put(dump / name, content)
    (dump / "link.mp4").symlink_to("/etc/passwd")


def put(path: Path, content: bytes) -> Path:
    """A file as old as the tests' activities."""
    path.write_bytes(content)
    os.utime(path, (NOON.timestamp(),) * 2)
    return path


def numbers(size: int) -> bytes:
    """`size` bytes of which no 4 KiB are like others."""
    return b"".join(number.to_bytes(4, "big") * 1024 for number in range(size // 4096 + 1))[:size]


def recorded(minute: int, extension: str) -> str:
    """A recorder's name for what it recorded that many minutes after noon."""
    at = NOON + timedelta(hours=8, minutes=minute)
    return f"DSJ00001_SL000001_{at:%Y%m%d%H%M%S}_{minute:04d}.{extension}"
