"""Who settles an incident, and how (Art. 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulation.errors import ActionDenied
from regulation.fixity import due_again
from regulation.incidents import CLOSERS, DAMAGED, IncidentKind, Resolution, check_close
from regulation.vocabulary import Role

LEADERS = {Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER, Role.SUPERVISOR}


def may(role: Role, kind: IncidentKind, resolution: Resolution, *, is_intact: bool) -> bool:
    try:
        check_close([role], kind, resolution, is_intact=is_intact)
    except ActionDenied as denied:
        assert denied.article == "Art. 7"
        return False
    return True


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", IncidentKind)
@pytest.mark.parametrize("is_intact", [True, False])
def test_who_may_settle_what_and_how(role: Role, kind: IncidentKind, is_intact: bool) -> None:
    holds = kind not in DAMAGED or is_intact
    expected = {
        Resolution.RESTORED: role in CLOSERS and holds,
        Resolution.EXPLAINED: role in CLOSERS and holds,
        Resolution.LOST: role in LEADERS and not holds,
    }
    assert {one: may(role, kind, one, is_intact=is_intact) for one in Resolution} == expected


def test_officers_and_reviewers_settle_nothing() -> None:
    assert set(Role) - set(CLOSERS) == {Role.OFFICER, Role.CONFIDENTIALITY_REVIEWER}


def test_an_original_is_read_again_in_the_last_quarter_of_its_period() -> None:
    read_at = datetime(2026, 8, 31, 12, tzinfo=UTC)
    due = due_again(read_at, ZoneInfo("Asia/Shanghai"), 6)
    assert due.due_at == datetime(2027, 2, 28, 16, tzinfo=UTC)  # the last of February, to its end in Shanghai
    assert due.due_at - due.planned_at == (due.due_at - read_at) / 4
    assert due.planned_at > read_at + timedelta(days=120)
