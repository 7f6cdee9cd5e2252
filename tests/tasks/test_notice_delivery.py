"""A batch of notices on its way: one that cannot be put into words, and channels that hang (Art. 16, 20)."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.leader_notifier import Addressee, LeaderNotifier, Message, Route
from flows import notice_delivery
from registry.tables import NoticeKind, NoticeState
from registry.transitions import notices
from regulation.errors import Unavailable
from tasks.notices import deliver
from tasks.notices.work import DeliveryWork
from tests.fixtures.mail import MakeWebhook
from tests.fixtures.watches import Watched

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


def queue(watched: Watched, subject: str, *numbers: str) -> None:
    people = watched.duties.city.people
    with watched.duties.city.act() as act:
        notices.queue_notices(act, NoticeKind.ALERT, [people[one] for one in numbers], subject)


def test_one_that_cannot_be_put_into_words_is_given_up_and_the_others_go_out(watched: Watched) -> None:
    queue(watched, "of no known kind:x", "A3")
    queue(watched, "run-failed:x", "A1")
    assert watched.deliver() == {"given_up": 1, "delivered": 1}
    states = {one.subject: (one.state, one.failure) for one in watched.duties.notices()}
    assert states["of no known kind:x"] == (NoticeState.DEAD, "not rendered: ValueError")
    assert states["run-failed:x"] == (NoticeState.DELIVERED, None)


def test_a_batch_whose_channels_hang_lets_go_of_the_rest_before_its_claim_runs_out(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, sent = watched.duties.city, LeaderNotifier.deliver

    def slow(notifier: LeaderNotifier, *told: object) -> object:
        city.wait(minutes=6)
        return sent(notifier, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(LeaderNotifier, "deliver", slow)
    queue(watched, "run-failed:x", "A1", "A2", "A3")
    begun = city.now
    assert watched.deliver() == {"delivered": 3}
    assert city.now - begun < timedelta(minutes=6 * 3 + 1)
    assert len(watched.webhook.asked) == 3
    assert deliver.LONGEST + timedelta(minutes=6) < deliver.LEASE


@pytest.mark.timeout(60)
def test_channels_are_sent_to_side_by_side_and_one_that_hangs_holds_up_no_other(
    watched: Watched, make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = make_webhook(), make_webhook()
    channels = {"slow": SecretStr(slow.address), "quick": SecretStr(quick.address)}
    routes = [Route(person="A1", channels=["slow"]), Route(channels=["quick"])]
    watched.change(notifier=LeaderNotifier(channels=channels, routes=routes))
    all_quick, sent = Event(), LeaderNotifier.deliver

    def held(notifier: LeaderNotifier, message: Message, addressee: Addressee, *more: Any) -> object:
        if addressee.number == "A1":
            assert all_quick.wait(30), "the others wait for the channel that hangs"
        done = sent(notifier, message, addressee, *more)
        if len(quick.asked) == 3:
            all_quick.set()
        return done

    monkeypatch.setattr(LeaderNotifier, "deliver", held)
    queue(watched, "run-failed:x", "A1", "A2", "A3", "L1")
    assert watched.deliver() == {"delivered": 4}
    assert {one.channel for one in watched.duties.notices()} == {"slow", "quick"}
    assert (len(slow.asked), len(quick.asked)) == (1, 3)


def test_what_was_sent_is_entered_though_another_channel_broke_the_run(
    watched: Watched, make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = make_webhook()
    channels = {"bad": SecretStr(make_webhook().address), "good": SecretStr(good.address)}
    routes = [Route(person="A1", channels=["bad"]), Route(channels=["good"])]
    watched.change(notifier=LeaderNotifier(channels=channels, routes=routes))
    sent, broken = LeaderNotifier.deliver, []

    def breaks_once(notifier: LeaderNotifier, message: Message, addressee: Addressee, *more: Any) -> object:
        if addressee.number == "A1" and not broken:
            broken.append(message.number)
            raise Unavailable("gone")
        return sent(notifier, message, addressee, *more)

    monkeypatch.setattr(LeaderNotifier, "deliver", breaks_once)
    monkeypatch.setattr(notice_delivery.deliver_queued, "retry_delay_seconds", 0.1)
    queue(watched, "run-failed:x", "A1", "A3")
    assert watched.deliver() == {"delivered": 2}
    assert len(good.asked) == 1, "what went out before is not sent again"
    assert {one.state for one in watched.duties.notices()} == {NoticeState.DELIVERED}


def test_a_delivery_knows_how_much_of_its_minute_earlier_ones_have_used(watched: Watched) -> None:
    assert watched.watch.notifier is not None
    limited = watched.watch.notifier.model_copy(update={"per_minute": {"hook": 20}})
    watched.change(notifier=limited)
    queue(watched, "run-failed:x", "A1", "A2", "A3")
    assert watched.deliver() == {"delivered": 3}
    watched.duties.city.wait(seconds=20)

    registry, now = watched.duties.city.registry, watched.duties.city.now
    used = DeliveryWork(watched.watch, limited, registry, "test", lambda: now).paces["hook"]
    assert len(used._sent) == 3
    later = now + timedelta(seconds=42)
    assert not DeliveryWork(watched.watch, limited, registry, "test", lambda: later).paces["hook"]._sent
