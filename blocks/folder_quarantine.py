"""What was found under an original's key and is not what was verified: set aside as evidence (Art. 7).

It stands below ``quarantine/`` under the original's key and a number, until the original itself is disposed of: then
nothing of it may be left, not even damaged (Art. 18).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from blocks.filesystem import DirectorySync, as_custody_error, is_immutable, publish, set_immutable
from blocks.vault import Destroyed


@dataclass(frozen=True, slots=True)
class Aside:
    """Thread-safe. `root` is the vault's folder, and is there."""

    root: Path
    sync: DirectorySync

    def set_aside(self, key: str) -> None:
        """Move what stands under `key`, if anything does, into the quarantine. Raises `OSError`."""
        found = self.root / key
        if not os.path.lexists(found):
            return
        folder = self._place(key).parent
        self.sync.ensure(folder, self.root)
        hardened = _soften(found)
        for number in count(1):
            target = Path(f"{self._place(key)}.{number}")
            try:
                publish(found, target)
                break
            except FileExistsError:
                continue
        if hardened:
            _harden(target)
        self.sync.sync(folder)
        self.sync.sync(found.parent)

    def forget(self, told: Destroyed) -> Destroyed:
        """Remove what was set aside of an original that is gone; where that fails, it is not gone altogether."""
        try:
            removed = 0
            for one in self._of(told.key):
                _soften(one)
                os.unlink(one)
                removed += 1
            if removed:
                self.sync.sync(self._place(told.key).parent)
        except OSError as failure:
            return replace(told, problem=as_custody_error(failure, told.key).message)
        return replace(told, removed=told.removed + removed)

    def _of(self, key: str) -> Iterator[Path]:
        place = self._place(key)
        yield from sorted(place.parent.glob(f"{place.name}.*"))

    def _place(self, key: str) -> Path:
        return self.root / "quarantine" / key


def _soften(path: Path) -> bool:
    """Clear the immutable attribute; whether it was set."""
    return _with(path, on=False)


def _harden(path: Path) -> None:
    _with(path, on=True)


def _with(path: Path, *, on: bool) -> bool:
    if not stat.S_ISREG(os.stat(path, follow_symlinks=False).st_mode):
        return False
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return is_immutable(opened) != on and set_immutable(opened, on)
    finally:
        os.close(opened)
