"""When people may be told (Art. 20): at night only what the principal leader must hear of at once (chosen)."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from regulation.clock import as_utc
from regulation.policy import Policy


def may_go_out_at(at: datetime, zone: tzinfo, policy: Policy) -> datetime:
    """The first moment from `at` on, in UTC, that lies outside the quiet hours of `policy` on the clocks of `zone`.

    Hours that begin and end alike are none. Raises `ValueError` for a time without a zone.
    """
    local = as_utc(at).astimezone(zone)
    begins = policy.value("quiet_from_hour", local.date())
    ends = policy.value("quiet_until_hour", local.date())
    if not _is_quiet(local.hour, begins, ends):
        return as_utc(at)
    day = local.date() if local.hour < ends else local.date() + timedelta(days=1)
    return max(as_utc(at), as_utc(datetime.combine(day, time(ends), zone)))


def _is_quiet(hour: int, begins: int, ends: int) -> bool:
    """Whether `hour` lies in quiet hours that may reach over midnight."""
    if begins <= ends:
        return begins <= hour < ends
    return hour >= begins or hour < ends
