"""The clock of Art. 16, and what is late. Hours are elapsed hours: no zone or summer time stretches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from regulation.clock import as_utc
from regulation.duties import Clock
from regulation.policy import Policy
from regulation.vocabulary import RemoteReason


@dataclass(frozen=True, slots=True)
class UploadClock:
    """When the clock of Art. 16 started, in UTC, and why; `started_at` is None while it waits."""

    started_at: datetime | None
    state: Clock


def upload_clock(
    ended_at: datetime | None, remote_reason: RemoteReason | None, returned_at: datetime | None
) -> UploadClock:
    """The clock of Art. 16: from the activity's end, or from the return to the unit where a remote reason is recorded.

    A return without a recorded reason gives no more time; a return before the end (the last activity of the trip was at
    the unit) does not start the clock before there is anything to store. Raises `ValueError` for a time without a zone.
    """
    if ended_at is None:
        return UploadClock(None, Clock.AWAITS_END)
    ended = as_utc(ended_at)
    if remote_reason is None:
        return UploadClock(ended, Clock.ACTIVITY_ENDED)
    if returned_at is None:
        return UploadClock(None, Clock.AWAITS_RETURN)
    returned = as_utc(returned_at)
    if returned <= ended:
        return UploadClock(ended, Clock.ACTIVITY_ENDED)
    return UploadClock(returned, Clock.RETURNED)


def upload_due(clock: UploadClock, policy: Policy, on: date) -> datetime | None:
    """When the footage must be stored (Art. 16), in UTC; None while the clock waits.

    `on` is the local day whose policy counts: the day on which the clock started.
    """
    return None if clock.started_at is None else clock.started_at + policy.span("upload_hours", on)


def is_late(done_at: datetime, due_at: datetime) -> bool:
    """Whether something came too late; at the very moment it is due it is still in time."""
    return as_utc(done_at) > as_utc(due_at)
