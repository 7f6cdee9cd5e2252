"""A recorder's dump, read as evidence and as hostile input at once (Art. 7, 16).

Names are data: every entry is reached component by component from the dump's own descriptor without following a link,
so nothing outside the dump can be read or wiped, whatever its files are called. Access times are left alone where the
system allows it.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from regulation.errors import ActionDenied

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SHOWN_AS_CODES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KINDS = (
    (stat.S_ISLNK, "symbolic link"),
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISBLK, "block device"),
    (stat.S_ISCHR, "character device"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dump. `raw_name` is the relative path as bytes; `refused` says why it is not a file, or why it
    could not be looked at; size in bytes, `modified_ns` in nanoseconds of the device's own clock."""

    raw_name: bytes
    size: int
    modified_ns: int
    refused: str | None = None


def shown(raw_name: bytes) -> str:
    """The name made safe to show: control, format and right-to-left characters and invalid bytes as visible codes."""
    text = raw_name.decode("utf-8", "surrogateescape")
    return "".join(_shown_character(character) for character in text)


def _shown_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character == "\\":
        return "\\\\"
    if unicodedata.category(character) in _SHOWN_AS_CODES:
        return f"\\u{{{code:04x}}}"
    return character


class Dump:
    """An opened dump folder. Not a path: a descriptor that keeps meaning the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise ActionDenied(
                f"The dump cannot be opened as a folder: {error.strerror}.",
                article="Art. 16",
                subject=str(self._folder),
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)
        self._descriptor = -1

    @property
    def identity(self) -> str:
        """What the system calls the folder: another at the same path, or none mounted there, is called otherwise."""
        seen = os.fstat(self._descriptor)
        return f"{seen.st_dev}:{seen.st_ino}"

    def has(self, raw_name: bytes) -> bool:
        """Whether something stands under `raw_name`; also where that cannot be found out."""
        parent, _, name = raw_name.rpartition(b"/")
        try:
            folder = self._open_folder(parent)
        except OSError as error:
            return not isinstance(error, FileNotFoundError)
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        finally:
            os.close(folder)
        return True

    def entries(self) -> Iterator[Entry]:
        """Every entry below the folder that is not itself a folder, folder by folder in name order."""
        waiting: list[bytes] = [b""]
        while waiting:
            parent = waiting.pop()
            folders, entries = self._listed(parent)
            yield from entries
            waiting.extend(reversed(folders))

    def _listed(self, parent: bytes) -> tuple[list[bytes], list[Entry]]:
        try:
            descriptor = self._open_folder(parent)
        except OSError as error:
            return [], [Entry(parent, 0, 0, f"folder unreadable: {error.strerror}")]
        try:
            return self._sorted_out(descriptor, parent)
        except OSError as error:
            return [], [Entry(parent, 0, 0, f"folder unreadable: {error.strerror}")]
        finally:
            os.close(descriptor)

    def _sorted_out(self, descriptor: int, parent: bytes) -> tuple[list[bytes], list[Entry]]:
        folders, entries = [], []
        for name in sorted(os.fsencode(name) for name in os.listdir(descriptor)):
            path = parent + b"/" + name if parent else name
            try:
                seen = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except OSError as error:
                entries.append(Entry(path, 0, 0, f"cannot be looked at: {error.strerror}"))
                continue
            if stat.S_ISDIR(seen.st_mode):
                folders.append(path)
            else:
                entries.append(Entry(path, seen.st_size, seen.st_mtime_ns, _not_a_file(seen.st_mode)))
        return folders, entries

    def _open_folder(self, path: bytes) -> int:
        """A descriptor for the folder `path`, walked from the dump's own without following links, and never upwards:
        a name can come from a receipt as well as from a listing. The caller closes."""
        names = path.split(b"/") if path else []
        if b".." in names:
            raise OSError(errno.EINVAL, "not a name of the dump")
        descriptor = os.open(b".", _FOLDER, dir_fd=self._descriptor)
        for name in names:
            try:
                below = os.open(name, _FOLDER, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = below
        return descriptor

    def open(self, raw_name: bytes) -> int:
        """A descriptor for reading the regular file `raw_name`; the caller closes it. Raises `OSError`."""
        parent, _, name = raw_name.rpartition(b"/")
        folder = self._open_folder(parent)
        try:
            return _open_quietly(name, folder)
        finally:
            os.close(folder)

    def remove(self, raw_name: bytes, descriptor: int) -> None:
        """Unlink `raw_name` if it still is the very file open as `descriptor`. Raises `OSError` or `ActionDenied`."""
        parent, _, name = raw_name.rpartition(b"/")
        folder = self._open_folder(parent)
        try:
            now, read = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(descriptor)
            if (now.st_dev, now.st_ino) != (read.st_dev, read.st_ino):
                raise ActionDenied(
                    "The file is not the one that was checked.", article="Art. 16", subject=shown(raw_name)
                )
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)
        finally:
            os.close(folder)


def _not_a_file(mode: int) -> str | None:
    if stat.S_ISREG(mode):
        return None
    return next((what for is_kind, what in _KINDS if is_kind(mode)), "not a regular file")


def _open_quietly(name: bytes, folder: int) -> int:
    """Open without touching the access time where the system lets us; only ever a regular file."""
    try:
        descriptor = os.open(name, _FILE | os.O_NOATIME, dir_fd=folder)
    except PermissionError:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file any more")
