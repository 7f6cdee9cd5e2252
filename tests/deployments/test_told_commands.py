"""Who was told what, as whoever audits it asks at the command line (Art. 16, 20)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from registry.tables import Duty, NoticeState
from registry.transitions import directory, notices
from registry.transitions.directory import AppointmentEntry
from registry.transitions.duties import excuse_duty
from registry.transitions.notices import Attempt, claim_notices, record_attempts
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied, ConfigurationError
from regulation.vocabulary import Role
from tests.fixtures.custody import MORNING
from tests.fixtures.duties import Duties
from tests.fixtures.typed import Run

MINUTE = timedelta(minutes=1)


def attempted(duty_city: Duties, **outcome: Any) -> list[str]:
    """One delivery of all that waits, each with this outcome; the numbers."""
    city = duty_city.city
    with city.act() as act:
        rows = claim_notices(act, "test", timedelta(minutes=5), 100, lambda _row, at: at)
    with city.act() as act:
        record_attempts(act, "test", [Attempt(row.id, **outcome) for row in rows])
    return [row.number for row in rows]


@pytest.fixture
def told(duty_city: Duties) -> Duty:
    """An upload nobody stored: its head of department was told, after a try that failed; and read it."""
    city = duty_city.city
    duty_city.sweep()
    city.now = MORNING + timedelta(hours=25)
    duty_city.sweep()
    attempted(duty_city, failure="hook: timeout", retry_at=city.now + MINUTE)
    city.wait(minutes=2)
    numbers = attempted(duty_city, channel="sms")
    city.wait(minutes=1)
    with city.act() as act:
        notices.record_reading(act, numbers[0])
    return next(one for one in duty_city.all(DutyKind.UPLOAD) if one.state is DutyState.OVERDUE)


def history(run: Run, duty: Duty) -> Any:
    return json.loads(run("duty", "history", str(duty.id), "--json").stdout)


def test_a_duty_s_history_says_who_was_told_as_which_by_what_and_when(
    custody_run: Run, duty_city: Duties, told: Duty
) -> None:
    found = history(custody_run, told)

    assert found["duty"]["state"] == "overdue"
    assert found["clock"] == "activity-ended"
    assert found["levels"][:2] == ["reminder", "due"]
    assert [one["event"] for one in found["happened"]] == ["duty.opened"]
    [notice] = [one for one in found["notices"] if any(line["step"] == "due" for line in one["told"])]
    assert (notice["reader_number"], notice["state"], notice["channel"]) == ("A3", "delivered", "sms")
    assert [one["event"] for one in notice["tries"]][:3] == ["notice.queued", "notice.failed", "notice.delivered"]
    assert notice["tries"][1]["failure"] == "hook: timeout"
    assert notice["queued_at"] <= notice["tries"][1]["at"] < notice["delivered_at"]
    due = next(line for line in notice["told"] if line["step"] == "due")
    assert (due["role"], due["roles"]) == ("device-administrator", ["device-administrator"])


def test_the_role_is_the_one_held_then_whatever_is_held_now(custody_run: Run, duty_city: Duties, told: Duty) -> None:
    city = duty_city.city
    before = history(custody_run, told)
    city.wait(days=1)
    with city.act() as act:
        directory.enter_appointments(act, [AppointmentEntry("A3", "xf", Role.SUPERVISING_LEADER, city.now)])

    assert history(custody_run, told)["notices"] == before["notices"]


def test_a_duty_s_history_is_readable(custody_run: Run, duty_city: Duties, told: Duty) -> None:
    with duty_city.city.act() as act:
        excuse_duty(act, told.id, duty_city.city.people["L2"], "设备损坏", duty_city.rules)

    shown = custody_run("duty", "history", str(told.id)).stdout

    for what in (
        "上传 upload (Art. 16)",
        "执法活动结束 the activity ended",
        "提醒 reminder, 到期 due",
        "免除 excused",
        "L2: 设备损坏",
        "执法记录仪管理员 device administrator",
        "未送达 failed hook: timeout",
        "送达 delivered sms",
        "阅读 read",
    ):
        assert what in shown, what


def test_a_duty_that_nobody_heard_of_says_so(custody_run: Run, duty_city: Duties) -> None:
    duty_city.settle()

    assert "nobody was told yet" in custody_run("duty", "history", str(duty_city.all()[0].id)).stdout


def test_what_is_no_duty_is_refused(custody_run: Run) -> None:
    assert isinstance(custody_run("duty", "history", str(UUID(int=1))).exception, ActionDenied)


def listed(run: Run, *options: str) -> list[Any]:
    return list(json.loads(run("notify", "list", "--json", *options).stdout))


def test_notices_are_listed_by_reader_time_and_what_was_given_up(
    custody_run: Run, duty_city: Duties, told: Duty
) -> None:
    city = duty_city.city
    city.now = MORNING + timedelta(hours=60)
    duty_city.sweep()
    attempted(duty_city, failure="hook: answered 500")
    every = listed(custody_run)
    assert len(every) == len(duty_city.notices())

    dead = listed(custody_run, "--dead")
    assert {one["number"] for one in dead} == {
        one.number for one in duty_city.notices() if one.state is NoticeState.DEAD
    }
    assert dead and all(one["dead_at"] and one["failure"] == "hook: answered 500" for one in dead)
    assert {one["reader_number"] for one in listed(custody_run, "--person", "L2")} == {"L2"}
    later = listed(custody_run, "--since", "2026-11-25")
    assert later and {one["number"] for one in later} < {one["number"] for one in every}
    assert all(one["made_at"] >= "2026-11-24T16:00" for one in later), "days are those of the unit"


def test_the_list_is_readable_and_says_when_it_is_not_all(custody_run: Run, told: Duty) -> None:
    shown = custody_run("notify", "list")

    for what in ("汇总 digest", "已送达 delivered", str(told.id), "到期 due, 执法记录仪管理员 device administrator"):
        assert what in shown.stdout, what
    assert "Only the newest 1 are shown" in custody_run("notify", "list", "--most", "1").stderr


def test_what_cannot_be_meant_is_named(custody_run: Run) -> None:
    assert isinstance(custody_run("notify", "list", "--person", "nobody").exception, ActionDenied)
    assert isinstance(custody_run("notify", "list", "--since", "yesterday").exception, ConfigurationError)
