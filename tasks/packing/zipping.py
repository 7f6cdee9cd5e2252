"""A bag as one ZIP: stored, not compressed, for footage does not shrink; the same from the same; above 4 GiB too."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from tasks.packing.bag import paths_in
from tasks.packing.files import pieces_of
from tasks.packing.following import Follower, Sparse
from tasks.packing.writing import finished

_WIDE = 0xF0000000
"""From this size on, nearly 4 GiB, an entry says its size in 64 bits; small ones stay readable to old programs."""
_FILE = 0o100644 << 16  # the mode of a regular file, where ZIP keeps it for Unix

Progress = Callable[[int], None]
"""Is told how many bytes more were done."""


def write_zip(bag: Path, final: Path, at: datetime, progress: Progress = lambda count: None) -> str:
    """Put the folder `bag` into the new ZIP `final`, below its own name; returns its SHA-256. Raises `OSError`."""
    with finished(final, at) as part, closing(Sparse(part)) as opened:
        follower = Follower(part)
        try:
            with zipfile.ZipFile(cast("IO[bytes]", opened), "w", zipfile.ZIP_STORED) as made:
                for path in paths_in(bag):
                    _add(made, bag, path, at, progress)
                    follower.advance(opened.tell())  # its head was written last, and changes no more
            return follower.finish(opened.finish())
        finally:
            follower.stop()


def _add(made: zipfile.ZipFile, bag: Path, path: str, at: datetime, progress: Progress) -> None:
    source = bag / path
    size = source.stat().st_size
    told = zipfile.ZipInfo(f"{bag.name}/{path}", at.astimezone(UTC).timetuple()[:6])
    told.create_system, told.external_attr, told.file_size = 3, _FILE, size
    with made.open(told, "w", force_zip64=size >= _WIDE) as entry:
        for piece in pieces_of(source):
            entry.write(piece)
            progress(len(piece))
