"""Reaching into the dump folder that is being built, component by component and never through a link (Art. 7)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


@contextmanager
def folder(root: Path, parts: Sequence[bytes], *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder `parts` beneath `root`; made where asked, durably. Raises `OSError`."""
    descriptor = os.open(root, _FOLDER)
    try:
        for part in parts:
            below = _step(descriptor, part, make)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _step(descriptor: int, part: bytes, make: bool) -> int:
    if make:
        try:
            os.mkdir(part, 0o700, dir_fd=descriptor)
            os.fsync(descriptor)
        except FileExistsError:
            pass
    return os.open(part, _FOLDER, dir_fd=descriptor)


def place(file: Path, root: Path, parts: Sequence[bytes]) -> None:
    """Give `file` the name `parts` beneath `root`, durably and never over another file; done twice, it stays done.

    Raises `OSError`, `FileExistsError` where another file has the name.
    """
    with folder(root, parts[:-1], make=True) as descriptor:
        try:
            os.link(file, parts[-1], dst_dir_fd=descriptor, follow_symlinks=False)
        except FileExistsError:
            if not _same(file, descriptor, parts[-1]):
                raise
        except OSError as refused:
            if refused.errno not in _NO_HARD_LINKS:
                raise
            _move(file, descriptor, parts[-1])
        os.fsync(descriptor)


def _same(file: Path, descriptor: int, name: bytes) -> bool:
    one, other = os.stat(file, follow_symlinks=False), os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _move(file: Path, descriptor: int, name: bytes) -> None:
    """Where the file system knows no second name. Only the batch's holder writes here: nothing comes between."""
    try:
        os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(file, name, dst_dir_fd=descriptor)
    else:
        raise FileExistsError(errno.EEXIST, "another file has the name")


def remove(root: Path, parts: Sequence[bytes]) -> None:
    """Take the file `parts` beneath `root` away; harmless where there is none."""
    try:
        with folder(root, parts[:-1]) as descriptor:
            os.unlink(parts[-1], dir_fd=descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return


def take_back(file: Path, root: Path, parts: Sequence[bytes]) -> None:
    """Undo `place` where it moved the file: a crash came before that was written down. Harmless where it did not."""
    try:
        with folder(root, parts[:-1]) as descriptor:
            os.rename(parts[-1], file, src_dir_fd=descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return


def size_of(root: Path, parts: Sequence[bytes]) -> int | None:
    """The size in bytes of the file `parts` beneath `root`; None where there is none."""
    try:
        with folder(root, parts[:-1]) as descriptor:
            return os.stat(parts[-1], dir_fd=descriptor, follow_symlinks=False).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
