"""When an original is to be read again, so that an alteration does not stay unseen (Art. 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from regulation.expiry import floor_until

_AHEAD = 4
"""In the last quarter of its period an original is read again: a few weak nights must not make it late."""


@dataclass(frozen=True, slots=True)
class Due:
    """`planned_at`: from when on it is read again; `due_at`: until when the last reading counts. In UTC."""

    planned_at: datetime
    due_at: datetime


def due_again(read_at: datetime, zone: tzinfo, months: int) -> Due:
    """When an original read at `read_at` is due again, in whole days of the unit's `zone`.

    `months` is the value of ``fixity_period_months``. Raises `ValueError` for a time without a zone.
    """
    due_at = floor_until(read_at, zone, months)
    return Due(due_at - (due_at - read_at) / _AHEAD, due_at)
