"""Retention floors and legal holds in a directory vault.

An original is born with its floor in an extended attribute, and is never touched again. Whatever comes later (a longer
floor, a legal hold) stands in a small JSON file under ``locks/``, which is replaced as a whole. Where the file system
has no extended attributes the floor of birth stands there too. A floor is the later of the two, so losing either never
shortens the other (Art. 18).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from blocks.filesystem import DirectorySync
from regulation.errors import ActionDenied, FixityError

_ATTRIBUTE = "user.custody.retain_until"
_NO_ATTRIBUTE = {errno.ENODATA, errno.ENOTSUP, errno.ENOSYS}


@dataclass(frozen=True, slots=True)
class Lock:
    """`retain_until` in UTC, None where no floor was ever set."""

    retain_until: datetime | None
    legal_hold: bool

    def holds(self, at: datetime) -> bool:
        """Whether it still keeps something at `at`."""
        return self.legal_hold or (self.retain_until is not None and self.retain_until > at)


class FolderLocks:
    """The locks of one vault folder. Changes are serialised over all threads and processes by one lock file."""

    def __init__(self, root: Path, sync: DirectorySync) -> None:
        self._root = root
        self._folder = root / "locks"
        self._sync = sync

    def born(self, descriptor: int, key: str, until: datetime) -> None:
        """Give a file that is not visible yet its floor; durable once the file itself has been fsynced."""
        try:
            os.setxattr(descriptor, _ATTRIBUTE, _text(until).encode())
        except OSError:
            self.lengthen(descriptor, key, until)

    def attributes_work(self, descriptor: int) -> bool:
        """Whether the file system keeps extended attributes."""
        try:
            os.setxattr(descriptor, _ATTRIBUTE, b"probe")
            return os.getxattr(descriptor, _ATTRIBUTE) == b"probe"
        except OSError:
            return False

    def of(self, descriptor: int, key: str) -> Lock:
        """What holds for the open file under `key`. Raises `FixityError` where a lock is there and cannot be read."""
        written = self._written(key)
        floors = [floor for floor in (_birth_floor(descriptor, key), written.retain_until) if floor is not None]
        return Lock(max(floors, default=None), written.legal_hold)

    def lengthen(self, descriptor: int, key: str, until: datetime) -> Lock:
        """Move the floor to `until` if that is later than what holds; returns what holds then."""
        with self.changing():
            now = self.of(descriptor, key)
            if now.retain_until is not None and until <= now.retain_until:
                return now
            return self._write(key, replace(now, retain_until=until.astimezone(UTC)))

    def extend(self, descriptor: int, key: str, until: datetime) -> Lock:
        """Move the floor to `until`; raises `ActionDenied` for an earlier one (Art. 18)."""
        now = self.lengthen(descriptor, key, until)
        if now.retain_until is not None and until < now.retain_until:
            raise ActionDenied("A retention floor is never shortened.", article="Art. 18", subject=key)
        return now

    def hold(self, descriptor: int, key: str, on: bool) -> Lock:
        """Place or lift the legal hold."""
        with self.changing():
            now = self.of(descriptor, key)
            return now if now.legal_hold == on else self._write(key, replace(now, legal_hold=on))

    def forget(self, keys: Iterable[str], at: datetime) -> None:
        """Remove what stands beside originals that are durably gone. What locks beyond `at` stays: the same content may
        be on its way in again, and its lock comes before it."""
        folders = set()
        with self.changing():
            for key in keys:
                path = self._folder / f"{key}.json"
                folders.add(path.parent)
                with suppress(FileNotFoundError, FixityError):
                    if not self._written(key).holds(at):
                        path.unlink()
        for folder in folders:
            if folder.is_dir():
                self._sync.sync(folder)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """No lock of this vault changes meanwhile."""
        self._sync.ensure(self._folder, self._root)
        guard = os.open(self._folder / ".guard", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield
        finally:
            os.close(guard)

    def _written(self, key: str) -> Lock:
        try:
            raw = (self._folder / f"{key}.json").read_bytes()
        except FileNotFoundError:
            return Lock(None, False)
        try:
            told = json.loads(raw)
            until = told["retain_until"]
            return Lock(None if until is None else _time(until), bool(told["legal_hold"]))
        except (ValueError, KeyError, TypeError) as broken:
            raise FixityError(
                "The lock file of this original cannot be read.", article="Art. 18", subject=key
            ) from broken

    def _write(self, key: str, lock: Lock) -> Lock:
        final = self._folder / f"{key}.json"
        self._sync.ensure(final.parent, self._root)
        until = None if lock.retain_until is None else _text(lock.retain_until)
        text = json.dumps({"legal_hold": lock.legal_hold, "retain_until": until}, sort_keys=True)
        temporary = final.with_name(f".{uuid4()}")
        try:
            _write_durably(temporary, text.encode())
            os.replace(temporary, final)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        self._sync.sync(final.parent)
        return lock


def _birth_floor(descriptor: int, key: str) -> datetime | None:
    try:
        raw = os.getxattr(descriptor, _ATTRIBUTE)
    except OSError as failure:
        if failure.errno in _NO_ATTRIBUTE:
            return None
        raise
    try:
        return _time(raw.decode())
    except ValueError as broken:
        raise FixityError(
            "The retention floor of this original cannot be read.", article="Art. 18", subject=key
        ) from broken


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _write_durably(path: Path, content: bytes) -> None:
    with open(path, "xb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
