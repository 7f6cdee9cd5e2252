"""What no channel takes is tried again later and later, never all at once, and at last given up (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest
from pydantic import SecretStr

from blocks.duty_watch import DutyWatch
from blocks.leader_notifier import LeaderNotifier, Route
from blocks.registry_database import RegistryDatabase
from registry.tables import NoticeKind, NoticeState
from registry.transitions import notices
from tasks.notices.deliver import deliver_queued
from tasks.notices.work import FIRST_RETRY, LONGEST_RETRY, MOST_TRIES, DeliveryWork
from tests.fixtures.custody import City
from tests.fixtures.duties import Duties
from tests.fixtures.mail import MakeWebhook

DRAWS = 300
SPREAD = 0.25

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)

Work = Callable[..., DeliveryWork]


@pytest.fixture
def work(duty_city: Duties, database_url: str) -> Iterator[Work]:
    """Deliveries at the city's time, without a Prefect server."""

    def make(address: str = "json://127.0.0.1:1/") -> DeliveryWork:
        notifier = LeaderNotifier(channels={"hook": SecretStr(address)}, routes=[Route(channels=["hook"])])
        watch = DutyWatch(registry=RegistryDatabase(url=SecretStr(database_url)), notifier=notifier)
        return DeliveryWork(watch, notifier, duty_city.city.registry, "test", lambda: duty_city.city.now)

    yield make


def waits(work: DeliveryWork, now: datetime, tries: int) -> list[timedelta]:
    drawn = [work.retry_at(tries) for _ in range(DRAWS)]
    return [at - now for at in drawn if at is not None]


def test_each_wait_is_longer_than_the_one_before_until_the_longest(work: Work, duty_city: Duties) -> None:
    made, now = work(), duty_city.city.now
    medians = [median(waits(made, now, tries)) for tries in range(1, MOST_TRIES)]

    growing = [wait for wait in medians if wait < LONGEST_RETRY * (1 - SPREAD)]
    assert len(growing) >= 6
    assert all(later > 1.5 * earlier for earlier, later in pairwise(growing))
    assert FIRST_RETRY * (1 - SPREAD) <= medians[0] <= FIRST_RETRY * (1 + SPREAD)
    assert medians[-1] <= LONGEST_RETRY * (1 + SPREAD)


@pytest.mark.parametrize("tries", range(1, MOST_TRIES))
def test_the_waits_after_one_try_are_spread_and_bounded(work: Work, duty_city: Duties, tries: int) -> None:
    found = waits(work(), duty_city.city.now, tries)
    planned = min(FIRST_RETRY * 2 ** (tries - 1), LONGEST_RETRY)

    assert len(found) == DRAWS
    assert all(planned * (1 - SPREAD) <= wait <= planned * (1 + SPREAD) for wait in found)
    assert len(set(found)) > DRAWS * 0.9, "not all at the same moment"
    for part in range(4):  # no quarter of the span is left empty
        begin = planned * (1 - SPREAD) + planned * 2 * SPREAD * part / 4
        assert any(begin <= wait <= begin + planned * 2 * SPREAD / 4 for wait in found)


def test_after_the_last_try_there_is_none_and_all_of_them_take_about_half_a_day(work: Work, duty_city: Duties) -> None:
    made, now = work(), duty_city.city.now
    assert [made.retry_at(tries) for tries in (MOST_TRIES, MOST_TRIES + 1)] == [None, None]
    whole = sum((median(waits(made, now, tries)) for tries in range(1, MOST_TRIES)), timedelta())
    assert timedelta(hours=8) < whole < timedelta(hours=16)


def test_many_that_failed_together_are_not_tried_again_together(
    work: Work, duty_city: Duties, make_webhook: MakeWebhook
) -> None:
    city, down = duty_city.city, make_webhook(status=500)
    for number in range(10):
        queue(city, f"run-failed:{number}")
    delivery = work(down.address)
    deliver_queued.fn(delivery)

    again = [one.next_attempt_at for one in duty_city.notices()]
    assert delivery.counts == {"put_off": 80}
    assert len(down.asked) == 80
    assert len({at.replace(microsecond=0) for at in again}) > 10
    assert max(again) - min(again) > FIRST_RETRY * SPREAD


def test_a_notice_that_fails_and_fails_is_tried_at_growing_distances(
    work: Work, duty_city: Duties, make_webhook: MakeWebhook
) -> None:
    city, down = duty_city.city, make_webhook(status=500)
    with city.act() as act:
        notices.queue_notices(act, NoticeKind.TRIAL, [city.people["A3"]])
    tried_at = [city.now]
    for _ in range(MOST_TRIES):
        deliver_queued.fn(work(down.address))
        [notice] = [one for one in duty_city.notices() if one.kind is NoticeKind.TRIAL]
        if notice.state is NoticeState.DEAD:
            break
        city.now = notice.next_attempt_at
        tried_at.append(city.now)

    gaps = [later - earlier for earlier, later in pairwise(tried_at)]
    assert notice.state is NoticeState.DEAD
    assert len(gaps) == MOST_TRIES - 1
    assert all(later > earlier for earlier, later in pairwise(gaps[:7]))
    assert max(gaps) <= LONGEST_RETRY * (1 + SPREAD)


def queue(city: City, subject: str) -> None:
    with city.act() as act:
        everyone = [city.people[one] for one in ("A1", "A2", "A3", "B1", "L1", "L2", "L3", "S1")]
        notices.queue_notices(act, NoticeKind.ALERT, everyone, subject)
