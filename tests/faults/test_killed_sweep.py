"""kill -9 of the sweep at every act and between, of the delivery at every step; then the same command again."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest

from registry.ledger import Event
from registry.tables import NoticeState
from regulation.duties import DutyKind
from tests.faults.fates import fates_of
from tests.faults.victims import At, Victims
from tests.faults.watches import NewWatch, Watch, overdue_town, watch_over
from tests.fixtures.databases import MakeUrl
from tests.fixtures.mail import MakeWebhook
from tests.properties.duty_town import Town

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
NOTICES = "registry.transitions.notices"
SWEEP = "tasks.escalation"
ACTS = 19 + len(DutyKind)
"""How many acts an undisturbed sweep over the town has; each kind of duty is looked at anew in one of its own."""

SWEEPING = (
    *(At(COMMIT, "after", call=act) for act in range(1, ACTS + 1)),
    At(COMMIT, armed_by="registry.transitions.duties:settle"),
    At(COMMIT, call=2, armed_by=f"{NOTICES}.gathering:Gathering.add"),
    At("registry.act:append", "after", armed_by=f"{NOTICES}.gathering:Gathering.add"),
    At(COMMIT, armed_by=f"{NOTICES}:queue_gathered"),
    At("flows.deadline_escalation:recover_crashed"),
    At("flows.deadline_escalation:recover_crashed", "after"),
    At(COMMIT, armed_by=f"{NOTICES}:finish_sweep"),
    At("flows.deadline_escalation:publish_sweep"),
    At(f"{SWEEP}.publish:create_table_artifact", "after"),
)
DELIVERING = (
    At(f"{NOTICES}:claim_notices", "after"),
    At(COMMIT, "after", armed_by=f"{NOTICES}:claim_notices"),
    At("tasks.notices.deliver:_send", "after"),
    At("tasks.notices.deliver:_send", "after", call=5),
    At(COMMIT, armed_by=f"{NOTICES}:record_attempts"),
    At(COMMIT, "after", armed_by=f"{NOTICES}:record_attempts"),
)

Fates = dict[At, Future[None]]


@pytest.fixture(scope="module")
def new_watch(
    prefect_server: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewWatch]:
    """Makes watches, each over a town of its own, from any thread."""

    def copied() -> str:
        path = tmp_path_factory.mktemp("watch") / "registry.db"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    yield from watches(copied)


def watches(new_url: Callable[[], str]) -> Iterator[NewWatch]:
    made: list[Town] = []

    def make(**channels: str) -> Watch:
        url = new_url()
        watch = watch_over(overdue_town(url), url, **channels)
        made.append(watch.town)
        return watch

    yield make
    for town in made:
        town.registry.dispose()


@pytest.fixture(scope="module")
def fates(request: pytest.FixtureRequest, victims: Victims, new_watch: NewWatch) -> Iterator[Fates]:
    """All moments of a sweep that were asked for, two at once: a victim mostly waits for Prefect."""
    yield from fates_of(request, lambda moment: suffer(moment, victims, new_watch))


def suffer(moment: At, victims: Victims, new_watch: NewWatch) -> None:
    """Killed at the moment, and the same command again."""
    watch = new_watch()
    ended = victims.run(watch.order("sweep", moment))
    assert ended.killed, ended
    watch.assert_sound()

    again = victims.run(watch.order("sweep"))
    assert again.counts is not None, again
    watch.assert_all_told()


@pytest.mark.parametrize("moment", SWEEPING, ids=str)
def test_a_sweep_killed_and_run_again_tells_everything_once(moment: At, fates: Fates) -> None:
    fates[moment].result()


@pytest.fixture
def new_watch_on_postgres(prefect_server: None, make_postgresql: MakeUrl) -> Iterator[NewWatch]:
    """The same on PostgreSQL, where a killed act is rolled back by a server that lives on."""
    yield from watches(make_postgresql)


@pytest.mark.parametrize("moment", SWEEPING[::3], ids=str)
def test_a_sweep_killed_on_postgresql_and_run_again_tells_everything_once(
    moment: At, victims: Victims, new_watch_on_postgres: NewWatch
) -> None:
    suffer(moment, victims, new_watch_on_postgres)


def test_a_sweep_has_no_more_acts_than_it_is_killed_after(victims: Victims, new_watch: NewWatch) -> None:
    watch, beyond = new_watch(), At(COMMIT, "after", call=ACTS + 1)
    ended = victims.run(watch.order("sweep", beyond))
    assert ended.counts is not None, ended
    watch.assert_all_told()
    last = victims.run(new_watch().order("sweep", At(COMMIT, "after", call=ACTS)))
    assert last.killed, "there are fewer"


def test_a_sweep_killed_again_and_again_ends_with_everything_told_once(victims: Victims, new_watch: NewWatch) -> None:
    watch = new_watch()
    telling, queueing = f"{NOTICES}.gathering:Gathering.add", f"{NOTICES}:queue_gathered"
    for step in (telling, telling, telling, queueing, queueing):
        assert victims.run(watch.order("sweep", At(COMMIT, "after", armed_by=step))).killed
    assert victims.run(watch.order("sweep")).counts is not None
    watch.assert_all_told()


@pytest.mark.parametrize("moment", DELIVERING, ids=str)
def test_a_delivery_killed_tells_the_ledger_once_and_the_reader_by_the_same_number(
    moment: At, victims: Victims, new_watch: NewWatch, make_webhook: MakeWebhook
) -> None:
    hook = make_webhook()
    watch = new_watch(web=hook.address)
    assert victims.run(watch.order("sweep")).counts is not None
    assert victims.run(watch.order("deliver", moment)).killed
    watch.assert_sound()

    watch.town.set_clock(watch.town.now + timedelta(minutes=16))
    again = victims.run(watch.order("deliver"))
    assert again.counts is not None, again
    landed = Counter(asked.headers["X-Custody-Notice"] for asked in hook.asked)
    numbers = [one.number for one in watch.notices()]
    assert landed.keys() == set(numbers)
    assert landed.total() <= len(numbers) + 3, "more than the batch that was being sent came twice"
    if moment.target.endswith("_send"):
        assert landed.total() > len(numbers)
    assert watch.told_of(Event.NOTICE_DELIVERED) == Counter(numbers)
    assert {one.state for one in watch.notices()} == {NoticeState.DELIVERED}
    watch.assert_sound()
