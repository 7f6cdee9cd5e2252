"""What a directory vault needs of Linux and Python does not offer ready-made."""

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from regulation.errors import ConfigurationError, CustodyError, FixityError, Unavailable

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_GET_FLAGS = 0x80086601  # FS_IOC_GETFLAGS
_SET_FLAGS = 0x40086602  # FS_IOC_SETFLAGS
_IMMUTABLE = 0x00000010  # FS_IMMUTABLE_FL
_NOT_OFFERED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.ENOTTY}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ELOOP}

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def storing(subject: str) -> Iterator[None]:
    """Turn a failing file system into our own errors: no right to it is a wrong setting, the rest may pass."""
    try:
        yield
    except OSError as failure:
        raise as_custody_error(failure, subject) from failure


def as_custody_error(failure: OSError, subject: str) -> CustodyError:
    """`ConfigurationError` where the vault may not write, `Unavailable` for a full, broken or vanished disk."""
    reason = os.strerror(failure.errno) if failure.errno else str(failure)
    if failure.errno in _FORBIDDEN:
        return ConfigurationError(
            f"The vault's folder cannot be used: {reason}. Check the setting `root`.", subject=subject
        )
    return Unavailable(f"The vault's disk did not take it: {reason}.", subject=subject)


@contextmanager
def folder_below(root: Path, path: str) -> Iterator[int]:
    """The folder `path` below `root`, open, reached without following a link. Raises `FileNotFoundError` where it is
    not there, `NotADirectoryError` where a link or a file stands in its way."""
    opened = os.open(root, _FOLDER)
    try:
        for name in path.split("/"):
            deeper = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=opened)
            os.close(opened)
            opened = deeper
        yield opened
    finally:
        os.close(opened)


@contextmanager
def reading(path: Path | str, key: str, folder: int | None = None) -> Iterator[int]:
    """The file at `path` (in the open `folder`), open to be read; never through a link, and it never waits for a pipe.

    Raises `FileNotFoundError` and `NotADirectoryError` where nothing is there, `FixityError` for what is no file, and
    `ConfigurationError` or `Unavailable` where it cannot be opened.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as failure:
        raise as_custody_error(failure, key) from failure
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise FixityError("What stands under this key is not a file.", article="Art. 7", subject=key)
        yield opened
    finally:
        os.close(opened)


def publish(temporary: Path, final: Path) -> None:
    """Move `temporary` to `final` in one step that never replaces: raises `FileExistsError` where `final` exists."""
    moved = _libc.renameat2(_AT_FDCWD, os.fsencode(temporary), _AT_FDCWD, os.fsencode(final), _RENAME_NOREPLACE)
    if moved == 0:
        return
    code = ctypes.get_errno()
    if code not in _NOT_OFFERED:
        raise OSError(code, os.strerror(code), str(final))
    os.link(temporary, final, follow_symlinks=False)  # NFS knows no RENAME_NOREPLACE, but link never replaces either
    os.unlink(temporary)


def unlink_if_named(path: Path, descriptor: int) -> None:
    """Remove `path` if it still names the open file."""
    if names(path, descriptor):
        os.unlink(path)


def set_immutable(descriptor: int, on: bool) -> bool:
    """Set or clear the immutable attribute (``chattr +i``); False where the system does not grant it."""
    flags = array.array("l", [0])
    try:
        fcntl.ioctl(descriptor, _GET_FLAGS, flags, True)
        flags[0] = flags[0] | _IMMUTABLE if on else flags[0] & ~_IMMUTABLE
        fcntl.ioctl(descriptor, _SET_FLAGS, flags)
    except OSError:
        return False
    return True


def is_immutable(descriptor: int) -> bool:
    """Whether the immutable attribute is set."""
    flags = array.array("l", [0])
    try:
        fcntl.ioctl(descriptor, _GET_FLAGS, flags, True)
    except OSError:
        return False
    return bool(flags[0] & _IMMUTABLE)


def claim(path: Path) -> int:
    """A new, empty file at `path`, locked for this process until closed; what a dead process left there is removed.

    A leftover is unlinked and never written to: it may be a second name of an original (`publish` between link and
    unlink). Raises `Unavailable` where a living process holds the name.
    """
    while True:
        remove_leftover(path)
        try:
            made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        fcntl.flock(made, fcntl.LOCK_EX)
        if names(path, made):
            return made
        os.close(made)  # someone took our new file for a leftover before it was locked


def remove_leftover(path: Path) -> bool:
    """Remove the temporary file of a process that died. False when there is none; raises `Unavailable` if its process
    still lives."""
    try:
        found = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if names(path, found):
            os.unlink(path)
        return True
    except BlockingIOError as alive:
        raise Unavailable("Another process is taking this file in at this moment.", subject=path.name) from alive
    finally:
        os.close(found)


def names(path: Path, descriptor: int) -> bool:
    """Whether `path` still names the open file: it may have been published or removed before we had the lock."""
    try:
        named = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)


class DirectorySync:
    """Makes names durable. Threads that publish into the same directory at the same time share one fsync, and none of
    them returns before an fsync that began after its own name was there."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._done: defaultdict[str, int] = defaultdict(int)
        self._lock = Lock()
        self._made: set[str] = set()

    def sync(self, directory: Path) -> None:
        """Return once every name now in `directory` survives a power cut."""
        name = str(directory)
        with self._lock:
            self._asked[name] += 1
            ticket = self._asked[name]
            turn = self._locks[name]
        with turn:
            if self._done[name] >= ticket:
                return
            with self._lock:
                covered = self._asked[name]
            _fsync_directory(name)
            self._done[name] = covered

    def ensure(self, directory: Path, within: Path) -> None:
        """Make `directory` and its parents below `within`, durably; `within` itself must be there: a mount point that
        has lost its disk is no place to write to."""
        if directory == within or (str(directory) in self._made and directory.is_dir()):
            return
        self.ensure(directory.parent, within)
        directory.mkdir(mode=0o750, exist_ok=True)
        self.sync(directory.parent)
        self._made.add(str(directory))


def _fsync_directory(name: str) -> None:
    opened = os.open(name, _FOLDER)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
