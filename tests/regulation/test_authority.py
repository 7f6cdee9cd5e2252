"""Roles at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from regulation.authority import Holding, holds
from regulation.vocabulary import Role

PERSON, UNIT = uuid4(), uuid4()
FROM = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_role_without_an_end_is_still_held() -> None:
    holding = Holding(PERSON, UNIT, Role.DEPARTMENT_HEAD, False, FROM, None)
    assert holds(Role.DEPARTMENT_HEAD, [holding], PERSON, [UNIT], FROM + timedelta(days=9_999))
    assert not holds(Role.DEPARTMENT_HEAD, [holding], uuid4(), [UNIT], FROM)
    assert not holds(Role.DEPARTMENT_HEAD, [holding], PERSON, [], FROM)


def test_moments_are_compared_as_moments_whatever_their_zones() -> None:
    holding = Holding(PERSON, UNIT, Role.OFFICER, False, FROM, FROM + timedelta(hours=1))
    shanghai = ZoneInfo("Asia/Shanghai")
    assert holds(Role.OFFICER, [holding], PERSON, {UNIT}, datetime(2026, 1, 1, 8, 30, tzinfo=shanghai))
    assert not holds(Role.OFFICER, [holding], PERSON, {UNIT}, datetime(2026, 1, 1, 0, 30, tzinfo=shanghai))


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        holds(Role.OFFICER, [], PERSON, [UNIT], datetime(2026, 1, 1))
