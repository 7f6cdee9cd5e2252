"""Derivatives, made by a child process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tasks.clipping import forking
from tasks.clipping.job import JobLostError, NewFile, Original, ReadPart, do_job
from tasks.deriving.made import Made, NotMade, made_from_json
from tasks.deriving.wanted import Wanted, wanted_as_json

WORKER = "tasks.deriving.worker"
LONGEST = 4 * 3600.0
"""Seconds for one derivative: pictures of ten hours that are encoded anew take a while."""

Progress = Callable[[int], None]
"""Told how many bytes were read since it was told last; some are read more than once."""


def derive(
    read: ReadPart,
    size: int,
    wanted: Wanted,
    target: Path,
    seconds: float = LONGEST,
    progress: Progress | None = None,
) -> Made:
    """Make what is `wanted` of an original of `size` bytes, as the new file `target`.

    The same original, wish and tools give the same bytes. Raises `NotMade` where it cannot be made, and whatever `read`
    raises; FileExistsError where there is a `target`. Then no file is left.
    """
    original = Original(read if progress is None else _counted(read, progress), size)
    with NewFile(target) as file:
        try:
            told = do_job(WORKER, original, {"wanted": wanted_as_json(wanted)}, file, seconds)
        except JobLostError as lost:
            raise NotMade(str(lost), is_final=lost.is_told) from lost
        length, digest = file.finish()
        try:
            return made_from_json({**told, "size": length, "sha256": digest})
        except (KeyError, TypeError, ValueError, AttributeError) as nonsense:
            raise NotMade("the child answered nonsense") from nonsense


def make_ready() -> None:
    """Have the libraries loaded that `derive` will want, without waiting for it."""
    forking.make_ready(WORKER)


def _counted(read: ReadPart, progress: Progress) -> ReadPart:
    def counted(first: int, length: int) -> bytes:
        piece = read(first, length)
        progress(len(piece))
        return piece

    return counted
