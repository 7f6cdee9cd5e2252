"""The clock of Art. 16, and what is late. Hours are elapsed hours: no zone or summer time stretches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from regulation.access_terms import FieldDenied
from regulation.clock import as_utc
from regulation.duties import Clock
from regulation.errors import ActionDenied
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


def check_return(
    ended_at: datetime | None,
    remote_reason: RemoteReason | None,
    known_at: datetime | None,
    returned_at: datetime,
    now: datetime,
) -> None:
    """Raise `ActionDenied` (Art. 16) unless the return of the activity is still to be reported, `known_at` being the
    one that is entered already; `FieldDenied` for a return before the minute of the activity's end, or ahead of now.

    People say times to the minute. Where the last of the work was at the unit, the return is its end.
    """
    if remote_reason is None:
        raise ActionDenied("No remote, continuous or outlying work is on record for this activity.", article="Art. 16")
    if ended_at is None:
        raise ActionDenied("The activity has not ended yet.", article="Art. 16")
    if known_at is not None:
        raise ActionDenied("The return from this activity was reported already.", article="Art. 16")
    returned = as_utc(returned_at)
    if returned < as_utc(ended_at).replace(second=0, microsecond=0):
        raise FieldDenied("returned_at", "The return is not before the end of the activity.", "Art. 16")
    if returned > as_utc(now):
        raise FieldDenied("returned_at", "The return does not lie in the future.", "Art. 16")


def upload_due(clock: UploadClock, policy: Policy, on: date) -> datetime | None:
    """When the footage must be stored (Art. 16), in UTC; None while the clock waits.

    `on` is the local day whose policy counts: the day on which the clock started.
    """
    return None if clock.started_at is None else clock.started_at + policy.span("upload_hours", on)


def is_late(done_at: datetime, due_at: datetime) -> bool:
    """Whether something came too late; at the very moment it is due it is still in time."""
    return as_utc(done_at) > as_utc(due_at)
