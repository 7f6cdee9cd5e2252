"""The sweep and the delivery as people run them: who hears of what, when, by which channel (Art. 16, 20)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from blocks.leader_notifier import LeaderNotifier, Route
from registry.ledger import verify, verify_rows
from registry.tables import NoticeKind, NoticeState
from registry.transitions import notices
from regulation.duties import DutyKind, DutyState
from tests.fixtures.custody import ACTIVITIES, MORNING
from tests.fixtures.mail import MakeWebhook
from tests.fixtures.watches import Watched
from tests.registry.test_duties import enter, store, upload_of

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
pytestmark = pytest.mark.servers


def ended(watched: Watched) -> None:
    enter(watched.duties.city, replace(ACTIVITIES[1], ended_at=MORNING))


def test_an_officer_who_is_late_is_heard_of_one_rung_after_the_other(watched: Watched) -> None:
    city = watched.duties.city
    ended(watched)
    assert watched.sweep()["opened"] == 2

    for hours, hearing in ((20, {"A2", "A3"}), (4, {"A2", "A3"}), (4, {"L1", "L2"}), (20, {"L2"}), (48, {"L3"})):
        city.wait(hours=hours)
        before = len(watched.duties.notices())
        watched.sweep()
        watched.sweep()
        new = watched.duties.notices()[before:]
        numbers = {city.people[number]: number for number in city.people}
        assert {numbers[one.person_id] for one in new} <= hearing
        watched.deliver()
    assert upload_of(watched.duties, "xf-2", "A2").state is DutyState.OVERDUE
    assert verify(city.registry).problems == []
    assert verify_rows(city.registry).problems == []


@ON_SQLITE
def test_a_notice_goes_out_once_with_its_number_and_nothing_of_parties(watched: Watched) -> None:
    ended(watched)
    watched.duties.city.wait(hours=24, minutes=5)
    watched.sweep()
    told = watched.deliver()

    assert told == {"delivered": 2}
    assert watched.deliver() == {}
    [admin, officer] = sorted(watched.webhook.asked, key=lambda asked: str(asked.body["message"]))
    for asked in (admin, officer):
        assert "N-xf-2026-0000" in str(asked.body["title"])
        assert "http://desk.example/notices/N-xf-2026-" in str(asked.body["message"])
        assert "某街" not in str(asked.body)
    assert {one.state for one in watched.duties.notices()} == {NoticeState.DELIVERED}


@ON_SQLITE
def test_what_is_stored_is_told_to_nobody(watched: Watched) -> None:
    ended(watched)
    city = watched.duties.city
    store(city, "xf-2", "A2")
    city.wait(hours=100)
    watched.sweep()
    assert upload_of(watched.duties, "xf-2", "A2").state is DutyState.MET
    assert "A2" not in {number for number, _ in watched.duties.told()}


@ON_SQLITE
def test_at_night_only_the_principal_leaders_step_goes_out(watched: Watched) -> None:
    ended(watched)
    city = watched.duties.city
    city.wait(hours=14)  # 23:00 in Shanghai
    with city.act() as act:
        notices.queue_notices(act, NoticeKind.ALERT, [city.people["A3"]], "run-failed:x")
    assert watched.deliver() == {}
    city.wait(hours=8)
    assert watched.deliver() == {"delivered": 1}


@ON_SQLITE
def test_a_channel_that_is_down_is_tried_again_and_at_last_given_up(
    watched: Watched, make_webhook: MakeWebhook
) -> None:
    broken = make_webhook(status=500)
    notifier = LeaderNotifier(channels={"down": SecretStr(broken.address)}, routes=[Route(channels=["down"])])
    good = watched.watch.notifier
    watched.change(notifier=notifier)
    ended(watched)
    city = watched.duties.city
    city.wait(hours=24, minutes=5)
    watched.sweep()
    for _ in range(12):
        assert watched.deliver().get("delivered", 0) == 0
        city.wait(hours=24)
    letters = [one for one in watched.duties.notices() if one.kind is NoticeKind.DIGEST]
    assert [one.state for one in letters] == [NoticeState.DEAD, NoticeState.DEAD]
    dead = letters[0]
    assert broken.url not in (dead.failure or "")
    assert alerted(watched) == {
        ("L2" if one.person_id == city.people["A3"] else "A3", f"notice-dead:{one.number}") for one in letters
    }
    assert watched.sweep()["notices_dead"] == 2
    assert "| 无法送达的通知 notices nobody received | 2 |" in summary()

    watched.change(notifier=good)
    with city.act() as act:
        notices.revive_notice(act, dead.number)
    city.wait(hours=3)
    watched.deliver()
    assert city.events(dead.id)[-2:] == ["notice.revived", "notice.delivered"]
    [alert] = [asked for asked in watched.webhook.asked if letters[1].number in str(asked.body["message"])]
    assert "通知无法送达" in str(alert.body["title"])
    assert "乙" not in str(alert.body)


def alerted(watched: Watched) -> set[tuple[str, str]]:
    """Who is alerted of what."""
    numbers = {person: number for number, person in watched.duties.city.people.items()}
    found = (one for one in watched.duties.notices() if one.kind is NoticeKind.ALERT)
    return {(numbers[one.person_id], one.subject or "") for one in found}


def summary() -> str:
    """What the last sweep shows in Prefect."""
    with get_client(sync_client=True) as client:
        shown = client.request("POST", "/artifacts/latest/filter", json={"limit": 50}).json()
    return str({one["key"]: one["data"] for one in shown}["deadline-escalation"])


@ON_SQLITE
def test_without_a_notifier_notices_wait(watched: Watched) -> None:
    good = watched.watch.notifier
    watched.change(notifier=None)
    ended(watched)
    watched.duties.city.wait(hours=24, minutes=5)
    watched.sweep()
    assert watched.deliver() == {}
    watched.change(notifier=good)
    assert watched.deliver() == {"delivered": 2}


@ON_SQLITE
def test_after_an_outage_the_true_lateness_is_told(watched: Watched) -> None:
    ended(watched)
    city = watched.duties.city
    watched.sweep()
    city.wait(hours=60)
    counts = watched.sweep()
    assert counts["behind_seconds"] == 42 * 3600  # xf-1's reminder was due 18 hours on
    watched.deliver()
    assert any("迟发" in str(asked.body["message"]) for asked in watched.webhook.asked)


@ON_SQLITE
def test_the_watchdog_hears_of_each_finished_sweep_and_may_be_silent(
    watched: Watched, make_webhook: MakeWebhook
) -> None:
    dog = make_webhook()
    watched.change(heartbeat_url=SecretStr(dog.url))
    watched.sweep()
    assert len(dog.asked) == 1
    watched.change(heartbeat_url=SecretStr("http://127.0.0.1:1/"))
    watched.sweep()


@ON_SQLITE
def test_the_administrator_sees_what_is_overdue(watched: Watched) -> None:
    ended(watched)
    watched.duties.city.wait(hours=30)
    watched.sweep()
    watched.sweep()
    with get_client(sync_client=True) as client:
        shown = client.request("POST", "/artifacts/latest/filter", json={"limit": 50}).json()
    by_key = {one["key"]: one["data"] for one in shown}
    table = json.loads(by_key["overdue-by-unit"])
    assert [(row["unit"], row["duty"], row["overdue"]) for row in table] == [
        ("xf", "上传 upload", 1),
        ("xfa", "上传 upload", 1),
    ]
    assert "data:image/svg+xml;base64," in by_key["deadline-escalation"]
    assert "乙" not in by_key["overdue-by-unit"] + by_key["deadline-escalation"]


@ON_SQLITE
def test_a_unit_whose_policy_is_not_sound_does_not_stop_the_others(watched: Watched) -> None:
    watched.watch.policy.layers = [
        'layer = "unit"\nunit = "jt"\ndocument = "x"\n[parameters.upload_hours]\nvalue = 48\n'
    ]
    watched.change()
    ended(watched)
    counts = watched.sweep()
    assert counts["opened"] == 2
    assert [one.kind for one in watched.duties.all()] == [DutyKind.UPLOAD, DutyKind.UPLOAD]
    watched.duties.city.wait(hours=25)
    assert watched.sweep()["lines"] > 0


UNSOUND = 'layer = "unit"\nunit = "{unit}"\ndocument = "x"\n[parameters.upload_hours]\nvalue = {hours}\n'


@ON_SQLITE
def test_a_fault_in_one_units_policy_is_told_to_its_administrators_when_it_begins(watched: Watched) -> None:
    watched.watch.policy.layers = [UNSOUND.format(unit="xf", hours=48)]
    watched.change()
    counts = watched.sweep()
    assert (counts["refused_units"], counts["refused_all"]) == (2, 0)  # and its department
    [(reader, subject)] = alerted(watched)
    assert (reader, subject.partition("/")[0]) == ("A3", "policy-unsound:xf")
    assert "制度有误的单位 units without a sound policy | 2" in summary()

    watched.deliver()
    assert "制度配置有误" in watched.landed()[0]
    watched.duties.city.wait(minutes=5)
    watched.sweep()
    assert len(alerted(watched)) == len(watched.duties.notices()) == 1, "once a fault, not once a sweep"

    watched.watch.policy.layers = [UNSOUND.format(unit="xf", hours=49).replace("upload_hours", "upload_chief_hours")]
    watched.change()
    watched.sweep()
    assert len(alerted(watched)) == 2, "another fault is told"

    watched.deliver()
    for layers in ([], [UNSOUND.format(unit="xf", hours=48)]):
        watched.watch.policy.layers = layers
        watched.change()
        watched.duties.city.wait(minutes=5)
        watched.sweep()
    assert len(watched.duties.notices()) == 3, "mended and broken again, it is told again"


@ON_SQLITE
@pytest.mark.parametrize("bad", ['layer = "unit"\ndocument = "x"', "= ", 'layer = "sector-superior"'])
def test_a_sweep_that_no_unit_has_a_sound_policy_for_gives_no_sign_of_life(
    watched: Watched, make_webhook: MakeWebhook, bad: str
) -> None:
    dog = make_webhook()
    watched.watch.policy.layers = [bad]
    watched.change(heartbeat_url=SecretStr(dog.url))
    ended(watched)
    assert watched.sweep()["refused_all"] == 1
    watched.sweep()
    assert dog.asked == []
    assert watched.duties.all() == []
    told = alerted(watched)
    assert {reader for reader, _ in told} >= {"A3", "S1"}, "nobody is stopped in silence"
    assert len(told) == len(watched.duties.notices())

    watched.watch.policy.layers = []
    watched.change()
    watched.sweep()
    assert len(dog.asked) == 1
    assert len(watched.duties.all()) >= 2, "what waited is gone through"
