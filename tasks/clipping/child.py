"""Clips and glances, made by a child process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regulation.access_terms import Range
from regulation.errors import FixityError
from tasks.clipping.job import JobLostError, NewFile, Original, ReadPart, do_job

__all__ = ["ClipLostError", "ReadPart", "make_clip", "take_glance"]

WORKER = "tasks.clipping.worker"
LONGEST = 1_800.0
"""Seconds for one clip."""


class ClipLostError(Exception):
    """There is no clip; the message says why."""


def make_clip(read: ReadPart, size: int, part: Range, target: Path, seconds: float = LONGEST) -> dict[str, Any]:
    """Cut `part` out of an original of `size` bytes into the new file `target`.

    Gives its ``form`` (mp4, wav), the seconds ``start`` and ``end`` that it really spans, whether its pictures
    ``is_copied``, its ``size`` and ``sha256``. Raises `ClipLostError`, leaving no file.
    """
    with NewFile(target) as file:
        made = _ask(Original(read, size), part, file, seconds)
        length, digest = file.finish()
        return {**made, "size": length, "sha256": digest}


def take_glance(read: ReadPart, size: int, part: Range, seconds: float = LONGEST) -> dict[str, Any]:
    """Stills and loudness of `part`, as `tasks.clipping.glance.Glance` has them. Raises `ClipLostError`."""
    return _ask(Original(read, size), part, None, seconds)


def _ask(original: Original, part: Range, target: NewFile | None, seconds: float) -> dict[str, Any]:
    with _lost():
        return do_job(WORKER, original, {"start": part.start, "end": part.end}, target, seconds)


@contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except JobLostError as lost:
        raise ClipLostError(f"the clip was not made: {lost}") from lost
    except (EOFError, ValueError, OSError, FixityError) as trouble:  # of the vault's
        raise ClipLostError(f"the clip was not made: {type(trouble).__name__}") from trouble
