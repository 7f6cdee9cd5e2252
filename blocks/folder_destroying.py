"""Letting go of originals in a vault folder, for a confirmed disposal (Art. 18).

The file goes first, then its folder is settled, and only then what stands beside it under ``locks/``: whenever this
dies, no original is there without its lock, and the next call finishes what it finds begun.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from blocks.filesystem import as_custody_error, folder_below, is_immutable, reading, set_immutable, storing
from blocks.folder_locks import FolderLocks
from blocks.keys import checked_moment, checked_originals
from blocks.vault import Destroyed, Version
from regulation.errors import CustodyError

_IN_THE_WAY = "A link or a file stands where this original's folder should be."
_SECOND_NAME = "This file has a second name (a hard link): removing the one would leave its content under the other."


@dataclass(frozen=True, slots=True)
class LettingGo:
    """Thread-safe. `root` is the vault's folder, and is there."""

    root: Path
    locks: FolderLocks

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        """See `EvidenceVault.destroy`."""
        asked, at = checked_originals(keys), checked_moment(at)
        told: dict[str, Destroyed] = {}
        for folder, together in groupby(sorted(asked), key=_folder):
            with storing(folder):
                told |= {each.key: each for each in self._together(folder, list(together), at)}
        return [told[key] for key in asked]

    def _together(self, folder: str, keys: list[str], at: datetime) -> list[Destroyed]:
        """The originals of one month."""
        try:
            with folder_below(self.root, folder) as month:
                tried = [(key, *self._let_go(month, key, at)) for key in keys]
                os.fsync(month)
                told = [Destroyed(key, went, self._left(month, key), why) for key, went, why in tried]
        except FileNotFoundError:
            told = [Destroyed(key, 0, (), None) for key in keys]
        except NotADirectoryError:
            return [Destroyed(key, 0, (), _IN_THE_WAY) for key in keys]
        gone = [each.key for each in told if each.gone]
        if gone:  # where all of them stay, because nothing can be written there, nothing is
            self.locks.forget(gone, at)
        return told

    def _let_go(self, month: int, key: str, at: datetime) -> tuple[int, str | None]:
        """How many files went, and why one stays."""
        try:
            with self.locks.changing(), reading(_name(key), key, month) as opened:
                why = self._version(opened, key).kept_by(at)
                if why is None and os.fstat(opened).st_nlink > 1:
                    why = _SECOND_NAME
                if why is None:
                    _unlink(month, key, opened)
                return (1, None) if why is None else (0, why)
        except FileNotFoundError:
            return 0, None
        except CustodyError as refused:
            return 0, refused.message
        except OSError as failure:
            return 0, as_custody_error(failure, key).message

    def _left(self, month: int, key: str) -> tuple[Version, ...]:
        try:
            with reading(_name(key), key, month) as opened:
                return (self._version(opened, key),)
        except FileNotFoundError:
            return ()
        except CustodyError:  # no file, or a lock that cannot be read: the problem says so
            return (Version(key, None, 0, False, None, False),)

    def _version(self, opened: int, key: str) -> Version:
        lock = self.locks.of(opened, key)
        return Version(key, None, os.fstat(opened).st_size, False, lock.retain_until, lock.legal_hold)


def _unlink(month: int, key: str, opened: int) -> None:
    """Remove the file, or leave it as it was."""
    hardened = is_immutable(opened) and set_immutable(opened, False)
    try:
        os.unlink(_name(key), dir_fd=month)
    except OSError:
        if hardened:
            set_immutable(opened, True)
        raise


def _folder(key: str) -> str:
    return key.rpartition("/")[0]


def _name(key: str) -> str:
    return key.rpartition("/")[2]
