"""One thing that `custody doctor` looks at, and what comes of looking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulation.errors import CustodyError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `mend` says what to do when it is not `well`; `grave` means nothing works without it."""

    what: str
    well: bool
    found: str
    mend: str = ""
    grave: bool = True


def tried(what: str, look: Callable[[], str], mend: str, grave: bool = True) -> Check:
    """What `look` finds; what it refuses is what is wrong."""
    try:
        return Check(what, True, look())
    except CustodyError as refused:
        return Check(what, False, str(refused), mend, grave)
