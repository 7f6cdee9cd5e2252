"""How clips are made here: by a child process that reads the original through us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from desk.clips import Clips, NoClip
from registry.tables import Recording
from regulation.access_terms import Range
from tasks.clipping.child import ClipLostError, ReadPart, make_clip, take_glance


class Readable(Protocol):
    """A vault, as far as it is read."""

    def read(self, key: str, version: str | None, start: int, length: int) -> Iterator[bytes]: ...


def clips_in(folder: Path, vault: Readable) -> Clips:
    """The clips kept in `folder`, of originals in `vault`."""

    def make(recording: Recording, part: Range, target: Path) -> dict[str, Any]:
        with _told():
            return make_clip(_reader(vault, recording), recording.size, part, target)

    def look(recording: Recording, part: Range) -> dict[str, Any]:
        with _told():
            return take_glance(_reader(vault, recording), recording.size, part)

    return Clips(folder, make, look)


@contextmanager
def _told() -> Iterator[None]:
    """Say it in the desk's words."""
    try:
        yield
    except ClipLostError as lost:
        raise NoClip(str(lost)) from lost


def _reader(vault: Readable, recording: Recording) -> ReadPart:
    key, version = recording.vault_key, recording.vault_version

    def read(first: int, length: int) -> bytes:
        return b"".join(vault.read(key, version, first, length))

    return read
