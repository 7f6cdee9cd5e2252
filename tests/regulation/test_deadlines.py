"""Hours are elapsed hours; edges that the article's own tests leave out (Art. 16)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulation.deadlines import is_late, upload_clock, upload_due
from regulation.policy import CITY_POLICY
from regulation.vocabulary import RemoteReason

DAY = date(2026, 3, 28)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_night_that_loses_an_hour_does_not_shorten_the_24() -> None:
    ended = datetime(2026, 3, 28, 18, tzinfo=BERLIN)
    due = upload_due(upload_clock(ended, None, None), CITY_POLICY, DAY)
    assert due == datetime(2026, 3, 29, 19, tzinfo=BERLIN)  # 24 elapsed hours, 25 by the wall
    assert due is not None and due.tzinfo is UTC


def test_a_night_that_gains_an_hour_does_not_stretch_the_24() -> None:
    ended = datetime(2026, 10, 24, 18, tzinfo=BERLIN)
    due = upload_due(upload_clock(ended, None, None), CITY_POLICY, date(2026, 10, 24))
    assert due == datetime(2026, 10, 25, 17, tzinfo=BERLIN)


@pytest.mark.parametrize("naive", [(True, False), (False, True)])
def test_a_time_without_a_zone_starts_no_clock(naive: tuple[bool, bool]) -> None:
    ended, returned = (datetime(2026, 3, 28, 18, tzinfo=None if one else UTC) for one in naive)
    with pytest.raises(ValueError, match="without a zone"):
        upload_clock(ended, RemoteReason.OTHER_PLACE, returned)


def test_at_the_moment_it_is_due_it_is_in_time_whatever_the_zones() -> None:
    due = datetime(2026, 3, 28, 18, tzinfo=UTC)
    assert not is_late(datetime(2026, 3, 28, 19, tzinfo=BERLIN), due)
    assert is_late(datetime(2026, 3, 28, 19, 0, 0, 1, tzinfo=BERLIN), due)
