"""Art. 16: stored within 24 hours after the activity ends, or after the return to the unit.

Remote, continuous or outlying work starts the clock at the return, where its reason is recorded.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from regulation.deadlines import ClockState, UploadClock, is_late, upload_clock, upload_due
from regulation.policy import CITY_POLICY
from regulation.vocabulary import RemoteReason

ON = date(2026, 3, 2)
ENDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = ENDED + timedelta(hours=30)
EARLIER = ENDED - timedelta(hours=1)

CLOCK_TABLE = [
    # ended, remote reason, returned -> started, why
    (None, None, None, None, ClockState.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, None, None, ClockState.AWAITS_END),
    (None, RemoteReason.OTHER_PLACE, LATER, None, ClockState.AWAITS_END),
    (ENDED, None, None, ENDED, ClockState.STARTED_BY_END),
    (ENDED, None, LATER, ENDED, ClockState.STARTED_BY_END),
    (ENDED, RemoteReason.CONTINUOUS_WORK, None, None, ClockState.AWAITS_RETURN),
    (ENDED, RemoteReason.OTHER_PLACE, None, None, ClockState.AWAITS_RETURN),
    (ENDED, RemoteReason.OUTLYING_AREA, None, None, ClockState.AWAITS_RETURN),
    (ENDED, RemoteReason.CONTINUOUS_WORK, LATER, LATER, ClockState.STARTED_BY_RETURN),
    (ENDED, RemoteReason.OTHER_PLACE, LATER, LATER, ClockState.STARTED_BY_RETURN),
    (ENDED, RemoteReason.OUTLYING_AREA, LATER, LATER, ClockState.STARTED_BY_RETURN),
    (ENDED, RemoteReason.OTHER_PLACE, ENDED, ENDED, ClockState.STARTED_BY_END),
    (ENDED, RemoteReason.OTHER_PLACE, EARLIER, ENDED, ClockState.STARTED_BY_END),
]


@pytest.mark.parametrize(("ended", "reason", "returned", "started", "why"), CLOCK_TABLE)
def test_when_the_clock_starts_and_why(
    ended: datetime | None,
    reason: RemoteReason | None,
    returned: datetime | None,
    started: datetime | None,
    why: ClockState,
) -> None:
    assert upload_clock(ended, reason, returned) == UploadClock(started, why)


def test_the_table_knows_every_state_and_every_reason() -> None:
    assert {row[4] for row in CLOCK_TABLE} == set(ClockState)
    assert {row[1] for row in CLOCK_TABLE} - {None} == set(RemoteReason)


def test_footage_is_due_24_hours_after_the_clock_started() -> None:
    assert upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON) == ENDED + timedelta(hours=24)
    back = upload_clock(ENDED, RemoteReason.OUTLYING_AREA, LATER)
    assert upload_due(back, CITY_POLICY, ON) == LATER + timedelta(hours=24)


def test_nothing_is_due_while_the_clock_waits() -> None:
    assert upload_due(upload_clock(ENDED, RemoteReason.OTHER_PLACE, None), CITY_POLICY, ON) is None
    assert upload_due(upload_clock(None, None, None), CITY_POLICY, ON) is None


@pytest.mark.parametrize(("hours", "late"), [(0, False), (23.999, False), (24, False), (24.001, True), (200, True)])
def test_within_24_hours_includes_the_last_moment(hours: float, late: bool) -> None:
    due = upload_due(upload_clock(ENDED, None, None), CITY_POLICY, ON)
    assert due is not None
    assert is_late(ENDED + timedelta(hours=hours), due) is late
