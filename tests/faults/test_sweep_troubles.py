"""What else goes wrong while duties are watched: two at once, the database or Prefect gone, channels that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from blocks.leader_notifier import LeaderNotifier, Route
from blocks.unit_policy import UnitPolicy
from registry.ledger import Event
from registry.tables import NoticeKind, NoticeState
from regulation.duties import DutyKind
from tests.faults.victims import At, Victims
from tests.faults.watches import Watch, overdue_town, watch_over
from tests.fixtures.databases import MakeUrl
from tests.fixtures.mail import REFUSED, Mailbox, MakeWebhook
from tests.servers.postgresql import PostgresServer
from tests.servers.processes import free_port

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
NOTICES = "registry.transitions.notices"
TELLING = f"{NOTICES}.gathering:Gathering.add"
ROUNDS = 4


WatchOn = Callable[[str], Watch]


@pytest.fixture
def watch_on(prefect_server: None) -> Iterator[WatchOn]:
    """Makes a watch over a town in an empty registry."""
    made: list[Watch] = []

    def make(url: str) -> Watch:
        watch = watch_over(overdue_town(url), url)
        watch.change()
        made.append(watch)
        return watch

    yield make
    for watch in made:
        watch.town.registry.dispose()


@pytest.mark.parametrize("_time", range(ROUNDS))
def test_two_schedulers_started_together_tell_everything_once(
    _time: int, watch_on: WatchOn, victims: Victims, make_postgresql: MakeUrl
) -> None:
    watch = watch_on(make_postgresql())
    both = [victims.start(watch.order("sweep")) for _ in range(2)]
    ended = [one.wait() for one in both]

    assert all(one.counts is not None for one in ended), ended
    assert sum((one.counts or {}).get("lines", 0) for one in ended) == len(watch.town.lines())
    watch.assert_all_told()


def test_a_second_scheduler_leaves_a_sweep_that_lives_alone(
    watch_on: WatchOn, victims: Victims, make_postgresql: MakeUrl
) -> None:
    watch = watch_on(make_postgresql())
    first = victims.start(watch.order("sweep", At("flows.deadline_escalation:climb_ladders", do="hold")))
    first.wait_for()
    assert victims.run(watch.order("sweep")).counts == {}
    first.go_on()
    assert first.wait().counts is not None
    watch.assert_all_told()


def test_a_sweep_that_was_taken_for_dead_tells_nothing_more(
    watch_on: WatchOn, victims: Victims, make_postgresql: MakeUrl
) -> None:
    watch = watch_on(make_postgresql())
    first = victims.start(
        watch.order("sweep", At("tasks.escalation.work:SweepWork.acting", call=11 + len(DutyKind), do="hold"))
    )
    first.wait_for()
    assert watch.town.lines(), "it is in the midst of telling"

    later = watch.town.now + timedelta(minutes=3)
    assert victims.run(watch.order("sweep", now=later)).counts is not None
    watch.assert_all_told()
    first.go_on()
    assert first.wait().error == "ActionDenied"
    watch.assert_all_told()


@pytest.mark.parametrize(
    "moment",
    [
        At("flows.deadline_escalation:climb_ladders", do="hold"),
        At(TELLING, call=2, do="hold"),
        At(f"{NOTICES}:queue_gathered", "after", do="hold"),
    ],
    ids=str,
)
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_database_that_stops_is_waited_for_or_said_clearly(
    moment: At, comes_back: bool, watch_on: WatchOn, victims: Victims, own_postgres: PostgresServer, own_url: str
) -> None:
    watch = watch_on(own_url)
    missed = At("registry.failures:meaning_of", do="note")
    victim = victims.start(watch.order("sweep", moment, missed))
    victim.wait_for()
    watch.town.registry.dispose()
    own_postgres.halt()
    victim.go_on()
    victim.wait_for(1)
    if not comes_back:
        assert victim.wait().error == "Unavailable"
    own_postgres.start()

    if comes_back:
        ended = victim.wait()
        assert ended.counts is not None, ended
    else:
        assert victims.run(watch.order("sweep")).counts is not None
    watch.assert_all_told()


def test_prefect_down_while_something_falls_due_the_true_lateness_is_told_afterwards(
    watch_on: WatchOn, victims: Victims, make_sqlite: MakeUrl
) -> None:
    watch = watch_on(make_sqlite())
    nobody = f"http://127.0.0.1:{free_port()}/api"
    down = victims.run(watch.order("sweep", api_url=nobody))
    assert (down.counts, down.error is None) == (None, False)
    assert watch.town.lines() == {}

    later = watch.town.now + timedelta(hours=7)
    up = victims.run(watch.order("sweep", now=later))
    told = watch.town.lines()
    latest = max(later - line.planned for line in told)
    assert up.counts is not None
    assert up.counts["behind_seconds"] == int(latest.total_seconds())
    watch.assert_all_told(later)


def delivered_and_not(watch: Watch) -> tuple[set[str], set[str]]:
    """The numbers of the notices that got through, and of the others."""
    through = {one.number for one in watch.notices() if one.state is NoticeState.DELIVERED}
    return through, {one.number for one in watch.notices()} - through


def test_a_mailbox_that_refuses_and_a_web_page_that_hangs_hold_up_nobody_else(
    watch_on: WatchOn, victims: Victims, make_sqlite: MakeUrl, make_webhook: MakeWebhook, mailbox: Mailbox
) -> None:
    hangs, good = make_webhook(hangs=True), make_webhook()
    mailbox.answer = REFUSED
    watch = watch_on(make_sqlite())
    channels = {"mail": mailbox.address(), "hangs": hangs.address, "good": good.address}
    routes = [
        Route(person="be-head", channels=["mail"]),
        Route(person="ny-leader", channels=["hangs"]),
        Route(channels=["good"]),
    ]
    secret = {name: SecretStr(address) for name, address in channels.items()}
    watch.change(notifier=LeaderNotifier(channels=secret, routes=routes, seconds=0.5))
    assert victims.run(watch.order("sweep")).counts is not None

    first = victims.run(watch.order("deliver"))
    through, waiting = delivered_and_not(watch)
    assert first.counts == {"delivered": len(through), "put_off": 2}, first
    assert {asked.headers["X-Custody-Notice"] for asked in good.asked} == through
    assert len(waiting) == 2

    mailbox.answer = "250 OK"
    hour = watch.town.now
    for _ in range(13):
        hour += timedelta(hours=24)
        victims.run(watch.order("deliver", now=hour))
    through, dead = delivered_and_not(watch)
    assert len(mailbox.mails) == 1, "the mailbox takes it as soon as it can"
    assert [one.state for one in watch.notices() if one.number in dead] == [NoticeState.DEAD]
    assert watch.told_of(Event.NOTICE_DELIVERED) == Counter(through)
    assert watch.told_of(Event.NOTICE_DEAD) == Counter(dead)
    [given_up] = dead
    alerts = [one for one in watch.notices() if one.kind is NoticeKind.ALERT]
    assert {one.subject for one in alerts} == {f"notice-dead:{given_up}"}, "the administrators hear of it, once"
    assert {one.number for one in alerts} <= through
    assert watch.told_of(Event.NOTICE_FAILED)[next(iter(dead))] == len(hangs.asked) - 1
    watch.assert_sound()


def test_who_sleeps_holds_up_nobody_who_is_awake(
    watch_on: WatchOn, victims: Victims, make_sqlite: MakeUrl, make_webhook: MakeWebhook
) -> None:
    web = make_webhook()
    watch = watch_on(make_sqlite())
    notifier = LeaderNotifier(channels={"web": SecretStr(web.address)}, routes=[Route(channels=["web"])])
    unsound = 'layer = "unit"\nunit = "sh1"\ndocument = "x"\n[parameters.upload_hours]\nvalue = 48\n'
    night = watch.town.now + timedelta(hours=14)  # ten in the morning in Shanghai; Berlin and New York sleep
    assert victims.run(watch.order("sweep", now=night)).counts is not None
    watch.change(notifier=notifier, policy=UnitPolicy(layers=[unsound]))
    assert victims.run(watch.order("deliver", now=night)).counts is not None

    through, _ = delivered_and_not(watch)
    awake = {watch.town.duties.city.unit_id(code) for code in ("city", "sh", "sh1")}
    assert through == {one.number for one in watch.notices() if one.unit_id in awake or one.urgent}
    assert len(through) < len(watch.notices())
    assert {one.unit_id for one in watch.notices() if one.number in through} >= {watch.town.duties.city.unit_id("sh1")}
