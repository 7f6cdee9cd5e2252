"""What stands in a vault folder, by its names alone: for reconciliation, which must see what nobody asked for too."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from blocks import keys
from blocks.filesystem import folder_below, storing
from blocks.vault import Listed


def below(root: Path, folder: str) -> Iterator[Listed]:
    """Everything below `folder` in key order; links are never followed, and folders that the key scheme does not know
    never entered. Holds the names of one folder at each level. Raises what `storing` makes of a failing disk."""
    for name in _names(root, folder):
        key = f"{folder}/{name}"
        if name.endswith("/") and keys.is_folder(key[:-1]):
            yield from below(root, key[:-1])
        else:
            found = _found(root, key)
            if found is not None:
                yield found


def _names(root: Path, folder: str) -> list[str]:
    """Names in the order of keys: a folder's ends with a slash. None where there is no folder, or a link to one."""
    with storing(folder):
        try:
            with folder_below(root, folder) as opened, os.scandir(opened) as entries:
                return sorted(f"{each.name}/" if each.is_dir(follow_symlinks=False) else each.name for each in entries)
        except (FileNotFoundError, NotADirectoryError):
            return []


def _found(root: Path, key: str) -> Listed | None:
    """None where it went meanwhile."""
    with storing(ascii(key)[:80]):
        try:
            seen = os.stat(root / key, follow_symlinks=False)
        except FileNotFoundError:
            return None
    return Listed(
        key=os.fsencode(key).decode("utf-8", "backslashreplace"),  # a name may be no text at all
        version=None,
        size=seen.st_size if stat.S_ISREG(seen.st_mode) else 0,
        is_marker=False,
        newest_of_all=True,
        modified=datetime.fromtimestamp(seen.st_mtime, UTC),
        is_foreign=not (stat.S_ISREG(seen.st_mode) and keys.is_original(key)),
    )
