"""kill -9 of an audit at every act, while it reads and while it mends, and of a reconciliation; then the same again."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import pytest

from blocks.directory_vault import DirectoryVault
from registry.database import Registry
from registry.ledger import Event
from registry.queries import history_of
from registry.tables import CheckOutcome, NoticeKind
from tests.faults.victims import At, Order, Victims
from tests.fixtures.archives import NOON, Archived, archive_over
from tests.fixtures.custody import small_city
from tests.fixtures.duties import with_leaders
from tests.fixtures.vaults import make_mutable

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
ACTS = 12
"""How many acts an undisturbed audit of the archive has."""

SMALL_BATCHES: dict[str, Any] = {
    "tasks.fixity.read:READ_AT_ONCE": 2,
    "tasks.fixity.read:ENROLLED_AT_ONCE": 3,
    "tasks.fixity.reconcile:AT_ONCE": 2,
}
AUDITING = (
    *(At(COMMIT, "after", call=act) for act in range(1, ACTS + 1)),
    At("tasks.fixity.read:read_original", call=3),
    At("tasks.fixity.read:_enter", call=2),
    At(COMMIT, armed_by="registry.transitions.fixity:record_checks"),
    At("blocks.folder_store:Aside.set_aside"),
    At("blocks.folder_store:Aside.set_aside", "after"),
    At("blocks.folder_store:FolderStore.put_back", "after"),
    At(COMMIT, armed_by="registry.transitions.fixity:record_repairs"),
    At("flows.fixity_audit:publish_audit"),
)
RECONCILING = (
    *(At(COMMIT, "after", call=act) for act in range(1, 5)),
    At("tasks.fixity.reconcile:judge", call=3),
    At(COMMIT, armed_by="registry.transitions.fixity:open_found"),
)
NAMES = ("one", "two", "three", "four", "five")

NewArchive = Callable[[], Archived]


@pytest.fixture(scope="module")
def new_archive(
    prefect_server: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewArchive]:
    """Makes archives with five originals: one differs and one is missing, and the second vault has both."""
    made: list[tuple[Registry, Path]] = []
    lock, context = Lock(), copy_context()

    def make() -> Archived:
        folder = tmp_path_factory.mktemp("archive")
        shutil.copyfile(sqlite_template, folder / "registry.db")
        url = f"sqlite:///{folder / 'registry.db'}"
        registry = Registry(url)
        made.append((registry, folder))
        duties = with_leaders(small_city(registry))
        duties.city.now = NOON
        vault = DirectoryVault(root=folder / "vault", immutable=False)
        vault.prepare()
        archived = Archived(duties, archive_over(url, vault), f"archive-{uuid4().hex[:8]}", folder)
        archived.store(*NAMES)
        with lock:
            context.run(archived.mirror, *NAMES)
        archived.overwrite("two", b"tWo")
        archived.remove("four")
        return archived

    yield make
    for registry, folder in made:
        registry.dispose()
        make_mutable(folder)


def order(archived: Archived, flow: str, *moments: At, later: int = 0) -> Order:
    archived.city.wait(minutes=1 + later)
    return Order(Path("/"), archived.name, flow=flow, moments=moments, now=archived.city.now, values=SMALL_BATCHES)


def assert_whole(archived: Archived) -> None:
    """Everything was read, what was wrong has one incident each, one alert told of them, and both are mended."""
    assert {one.outcome for one in archived.checks().values()} == {CheckOutcome.INTACT}
    assert len(archived.checks()) == len(NAMES)
    assert Counter(one.kind.value for one in archived.incidents()) == {"different": 1, "missing": 1}
    assert all(one.repaired_at is not None for one in archived.incidents())
    assert {name: archived.path(name).read_bytes().decode() for name in NAMES} == {name: name for name in NAMES}
    for name in ("two", "four"):
        with archived.city.registry.reading() as reading:
            told = Counter(entry.event for entry in history_of(reading, archived.recording(name).id))
        assert told[Event.RECORDING_REPAIRED.value] == 1
    set_aside = [one for one in (archived.folder / "vault" / "quarantine").rglob("*") if one.is_file()]
    assert [one.read_bytes() for one in set_aside] == [b"tWo"]
    assert 1 <= sum(one.kind is NoticeKind.ALERT for one in archived.duties.notices()) <= 2
    assert archived.is_sound()


@pytest.mark.parametrize("moment", AUDITING, ids=str)
def test_an_audit_killed_and_run_again_reads_mends_and_tells_everything_once(
    moment: At, victims: Victims, new_archive: NewArchive
) -> None:
    archived = new_archive()
    ended = victims.run(order(archived, "audit", moment))
    assert ended.killed, ended
    assert archived.is_sound()
    again = victims.run(order(archived, "audit"))
    assert again.counts is not None, again
    assert_whole(archived)


def test_an_audit_has_no_more_acts_than_it_is_killed_after(victims: Victims, new_archive: NewArchive) -> None:
    archived = new_archive()
    ended = victims.run(order(archived, "audit", At(COMMIT, "after", call=ACTS + 1)))
    assert ended.counts is not None, ended
    assert_whole(archived)


@pytest.mark.parametrize("moment", RECONCILING, ids=str)
def test_a_reconciliation_killed_and_run_again_opens_everything_once(
    moment: At, victims: Victims, new_archive: NewArchive
) -> None:
    archived = new_archive()
    ended = victims.run(order(archived, "reconcile", moment))
    assert ended.killed, ended
    again = victims.run(order(archived, "reconcile"))
    assert again.counts is not None, again
    assert archived.found() == {("missing", "four")}
    assert len(archived.incidents()) == 1
    assert archived.is_sound()
