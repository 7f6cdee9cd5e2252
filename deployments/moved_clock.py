"""Moving the clock of a home, to see what a day brings: ahead only, for the ledger's time never goes back."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

from blocks.clock import FURTHEST, SETTING, offset_in
from deployments.home import Home
from regulation.errors import ActionDenied, ConfigurationError

_SPAN = re.compile(r"\+?([0-9]{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span_of(text: str) -> timedelta:
    """A span such as ``+26h``, ``+90m``, ``+3d``. Raises `ConfigurationError` for anything else."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ConfigurationError("Say how far ahead, such as +26h, +90m or +3d.", subject=text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def set_clock(home: Home, ahead: timedelta) -> None:
    """Give the home a clock that can be moved, `ahead` of the real time. Raises `ActionDenied` for going back."""
    file = home.settings.clock_file
    if file.exists() and ahead < offset_in(file):
        raise ActionDenied(f"The clock of this home is {offset_in(file)} ahead and never goes back.", subject=str(file))
    _write(file, ahead)


def move_clock(home: Home, further: timedelta) -> timedelta:
    """Move the clock of a home that has one to be moved; returns how far ahead of the real time it is then.

    Raises `ActionDenied` for any other: in production a moved clock would shorten locks and make duties overdue.
    """
    file = home.settings.clock_file
    if not file.exists():
        raise ActionDenied("Only a system started with `custody up --clock` has a clock to move.", subject=str(file))
    ahead = offset_in(file) + further
    _write(file, ahead)
    return ahead


def _write(file: Path, ahead: timedelta) -> None:
    if ahead > FURTHEST:
        raise ConfigurationError(f"At most {FURTHEST.days} days ahead.", subject=SETTING)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(f"{ahead.total_seconds():.0f}\n", encoding="ascii")
    draft.chmod(0o600)
    draft.replace(file)
