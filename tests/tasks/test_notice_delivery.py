"""A batch of notices on its way: one that cannot be put into words, and channels that hang (Art. 16, 20)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blocks.leader_notifier import LeaderNotifier
from registry.tables import NoticeKind, NoticeState
from registry.transitions import notices
from tasks.notices import deliver
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
