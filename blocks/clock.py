"""The clock of an installation: the real time, moved ahead where somebody tries out what a day brings.

The only place below the flows that reads the time. It is moved by a file whose text is a number of seconds, which
`custody up --clock` makes; where there is none, nothing can shorten a lock or make a duty overdue before its day.
"""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from regulation.errors import ConfigurationError

SETTING = "CUSTODY_CLOCK_FILE"
"""The environment variable that names the file; without it the time is the real one."""

FURTHEST = timedelta(days=36_525)
"""As far ahead as a clock can be moved: a century, which every calendar carries."""

_Stamp = tuple[int, int, int]
_known: dict[str, tuple[_Stamp, timedelta]] = {}


def now() -> datetime:
    """The time in UTC. Raises `ConfigurationError` where the file that moves it is missing or holds no offset."""
    file = os.environ.get(SETTING)
    return moved_by(Path(file)) if file else datetime.now(UTC)


def moved_by(file: Path) -> datetime:
    """The time in UTC as `file` moves it. Raises as `now` does."""
    return datetime.now(UTC) + offset_in(file)


def offset_in(file: Path) -> timedelta:
    """How far `file` moves the clock ahead; read again only once the file has changed. Raises as `now` does."""
    try:
        found = file.stat()
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        known = _known.get(str(file))
        if known is None or known[0] != stamp:
            known = _known[str(file)] = stamp, _offset(file)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.", subject=SETTING) from None
    return known[1]


def _offset(file: Path) -> timedelta:
    try:
        seconds = float(file.read_text(encoding="ascii"))
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= FURTHEST.total_seconds():
        raise ConfigurationError(f"{file} must hold a number of seconds, none of them back.", subject=SETTING)
    return timedelta(seconds=seconds)
