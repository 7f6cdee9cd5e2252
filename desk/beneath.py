"""Reaching into the dump folder that is being built, component by component and never through a link (Art. 7)."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


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
    """Move `file` to the name `parts` beneath `root`, durably. Raises `OSError` where a folder has the name, or a file
    stands where a folder would have to be; a file of that name is replaced."""
    with folder(root, parts[:-1], make=True) as descriptor:
        os.rename(file, parts[-1], dst_dir_fd=descriptor)
        os.fsync(descriptor)


def take_back(file: Path, root: Path, parts: Sequence[bytes]) -> None:
    """Undo `place`. Raises `OSError`."""
    with folder(root, parts[:-1]) as descriptor:
        os.rename(parts[-1], file, src_dir_fd=descriptor)


def open_file(root: Path, parts: Sequence[bytes]) -> int:
    """A descriptor of the file `parts` beneath `root`, to write; the caller closes it. Raises `OSError`."""
    with folder(root, parts[:-1]) as descriptor:
        return os.open(parts[-1], os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)


def remove_others(root: Path, wanted: Collection[bytes]) -> None:
    """Remove every entry beneath `root` whose relative name is not in `wanted`. No link is followed."""
    start = os.fsencode(root)
    for where, folders, names in os.walk(start):
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        for name in (*names, *links):
            path = os.path.join(where, name)
            if path[len(start) + 1 :] not in wanted:
                os.unlink(path)


def remove(root: Path, parts: Sequence[bytes]) -> None:
    """Take the file `parts` beneath `root` away; harmless where there is none."""
    try:
        with folder(root, parts[:-1]) as descriptor:
            os.unlink(parts[-1], dir_fd=descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return


def size_of(root: Path, parts: Sequence[bytes]) -> int | None:
    """The size in bytes of the file `parts` beneath `root`; None where there is none."""
    try:
        with folder(root, parts[:-1]) as descriptor:
            return os.stat(parts[-1], dir_fd=descriptor, follow_symlinks=False).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
