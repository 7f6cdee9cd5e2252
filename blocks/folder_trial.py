"""What a folder's file system really does, tried at start rather than believed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from blocks.filesystem import is_immutable, publish, set_immutable
from blocks.folder_locks import FolderLocks
from blocks.vault import Ability


def try_folder(folder: Path, locks: FolderLocks, *, immutable: bool) -> list[Ability]:
    """Try the file system under `folder`; leaves nothing behind. Raises `OSError` where it does not work at all."""
    first, second = (folder / f"trial-{uuid4()}" for _ in range(2))
    try:
        opened = os.open(first, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.fsync(opened)
            return [
                _attributes(opened, locks),
                _immutable(opened, first, wanted=immutable),
                _publishing(first, second),
            ]
        finally:
            os.close(opened)
    finally:
        for path in (first, second):
            with suppress(FileNotFoundError):
                os.unlink(path)


def _attributes(opened: int, locks: FolderLocks) -> Ability:
    given = locks.attributes_work(opened)
    place = "extended attributes of the originals" if given else "files under locks/: no extended attributes here"
    return Ability("floor-in-attribute", given, required=False, detail=f"retention floors are kept in {place}")


def _immutable(opened: int, path: Path, *, wanted: bool) -> Ability:
    if not wanted:
        return Ability("immutable-attribute", False, required=False, detail="switched off by the setting `immutable`")
    set_immutable(opened, True)
    given = is_immutable(opened) and not _writable(path)
    set_immutable(opened, False)
    detail = "originals are immutable (chattr +i)" if given else "not granted here: originals are only read-only"
    return Ability("immutable-attribute", given, required=False, detail=detail)


def _writable(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _publishing(first: Path, second: Path) -> Ability:
    publish(first, second)
    first.touch(mode=0o600)
    try:
        publish(first, second)
    except FileExistsError:
        return Ability("never-overwrites", True, required=True, detail="a name is given once and never replaced")
    return Ability("never-overwrites", False, required=True, detail="renaming replaces what is there")
