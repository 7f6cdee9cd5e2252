"""The vault refuses, fails or does half of it, the database stops: what did not go is somebody's duty, then it goes
(Art. 18)."""

from __future__ import annotations

import pickle
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from blocks import s3_wire
from blocks.directory_vault import DirectoryVault
from blocks.s3_settings import RetentionMode
from blocks.s3_store import S3Store
from blocks.s3_vault import S3Vault
from regulation.duties import DutyState
from tests.faults.disposals import Kept, NewKept, Prepared
from tests.faults.due_city import DUE
from tests.faults.victims import At, Ended, Order, Victims
from tests.fixtures.parts import disk_in_memory, remount
from tests.fixtures.s3 import Server, new_store
from tests.fixtures.vaults import store_lapsed
from tests.servers.faulty_proxy import Fault, FaultyProxy
from tests.servers.postgresql import PostgresServer

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
DISPOSAL = "registry.transitions.disposal"
RETENTION = "registry.transitions.retention"
VAULT = "blocks.directory_vault:DirectoryVault"
DELETE = "blocks.s3_destroying:delete_versions"
ALWAYS = 1000
FIRST = DUE[:2]
"""What is begun first, in one request."""


def assert_failed(kept: Kept, ended: Ended, *names: str) -> None:
    """These were not destroyed: somebody must see to them; the others are gone."""
    assert ended.state == "destroying", ended
    kept.assert_sound()
    assert kept.on_list() == {name: "failed" if name in names else "destroyed" for name in DUE}
    kept.settle_duties()
    assert kept.failures() == dict.fromkeys(names, DutyState.RUNNING)


def assert_made_good(kept: Kept, ended: Ended, *names: str) -> None:
    """Now they are gone too, and nobody owes anything any more."""
    assert ended.state == "done", ended
    kept.assert_carried_out(*names)
    kept.settle_duties()
    assert kept.failures() == dict.fromkeys(names, DutyState.MET)


# --- a disk ---


def test_a_file_that_cannot_be_removed_is_a_duty_until_it_can(victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("decided")
    refused = At("os:unlink", armed_by="blocks.folder_destroying:_unlink", do="EACCES")
    ended = victims.run(kept.order("dispose", refused))
    [stays] = kept.originals() & set(DUE)
    assert_failed(kept, ended, stays)
    assert_made_good(kept, victims.run(kept.order("dispose")), stays)


@pytest.fixture
def own_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    with disk_in_memory(tmp_path / "disk", "6m") as folder:
        yield folder


def test_a_disk_that_may_only_be_read_keeps_all_of_it_until_it_may_be_written(
    victims: Victims, prepared: dict[str, Prepared], own_disk: Path
) -> None:
    kept = prepared["decided"].copied(own_disk)
    remount(own_disk, "ro")
    ended = victims.run(kept.order("dispose"))
    assert_failed(kept, ended, *DUE)
    remount(own_disk, "rw")
    assert_made_good(kept, victims.run(kept.order("dispose")), *DUE)
    kept.registry.dispose()


# --- a bucket ---


@dataclass
class Bucket:
    """The city whose list was decided, with its originals in a bucket of its own behind a proxy, locked no longer."""

    kept: Kept
    vault: S3Vault
    known: str

    def order(self, *moments: At) -> Order:
        return replace(self.kept.order("dispose", *moments), known_servers=self.known)


@pytest.fixture
def proxy(ceph_server: Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(ceph_server.endpoint) as between:
        yield between


@pytest.fixture
def bucket(ceph_server: Server, proxy: FaultyProxy, prepared: dict[str, Prepared], tmp_path: Path) -> Iterator[Bucket]:
    vault = S3Vault(
        endpoint_url=proxy.endpoint,
        bucket=f"test-{uuid4()}",
        access_key=SecretStr(ceph_server.access_key),
        secret_key=SecretStr(ceph_server.secret_key),
        part_size=5 << 20,
        buffers=4,
        retention_mode=RetentionMode.GOVERNANCE,
        timeout_seconds=1.0,
    )
    store = new_store(ceph_server, bucket=vault.bucket)
    known = {vault._settings(): store.given}
    vault._store = S3Store(vault._settings(), store.given)
    city = prepared["decided"]
    folder = DirectoryVault(root=city.vault, immutable=False)
    for one in folder.originals():
        content = b"".join(folder.read(one.key, None))
        held = store_lapsed(store, tmp_path, content, unit_code=one.key.split("/")[1])
        assert held.key == one.key
    kept = city.with_vault(vault)
    yield Bucket(kept, vault, b64encode(pickle.dumps(known)).decode())
    kept.registry.dispose()


def meeting(victims: Victims, bucket: Bucket, proxy: FaultyProxy, fault: Fault, times: int) -> Ended:
    """Carried out, with the fault from the first request to delete on."""
    victim = victims.start(bucket.order(At(DELETE, do="hold")))
    victim.wait_for()
    proxy.arm(fault, 0, times)
    victim.go_on()
    ended = victim.wait()
    proxy.arm(fault, 0, 0)
    return ended


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.HANG, Fault.ANSWER_500, Fault.LOSE_ANSWER])
def test_a_network_that_fails_once_is_not_noticed(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy, fault: Fault
) -> None:
    ended = meeting(victims, bucket, proxy, fault, 1)
    assert ended.state == "done", ended
    bucket.kept.assert_carried_out()


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.ANSWER_500, Fault.LOSE_ANSWER])
def test_a_server_that_stays_silent_is_said_clearly_and_the_next_run_finishes(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy, fault: Fault
) -> None:
    ended = meeting(victims, bucket, proxy, fault, ALWAYS)
    assert ended.error == "Unavailable", ended
    bucket.kept.assert_sound()
    again = victims.run(bucket.order())
    assert again.state == "done", again
    bucket.kept.assert_carried_out()


def test_a_server_that_deletes_nothing_but_answers_leaves_a_duty(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy
) -> None:
    ended = meeting(victims, bucket, proxy, Fault.ANSWER_500, s3_wire._ATTEMPTS)
    assert_failed(bucket.kept, ended, *FIRST)
    assert_made_good(bucket.kept, victims.run(bucket.order()), *FIRST)


def test_what_the_server_did_though_its_answers_were_lost_is_gone_once(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy
) -> None:
    ended = meeting(victims, bucket, proxy, Fault.LOSE_ANSWER, s3_wire._ATTEMPTS)
    assert ended.state == "done", ended
    bucket.kept.assert_carried_out()


def test_half_of_a_request_refused_is_a_duty_until_it_goes(victims: Victims, bucket: Bucket) -> None:
    victim = victims.start(bucket.order(At(DELETE, do="hold")))
    victim.wait_for()
    [key] = [one.key for one in bucket.vault.originals() if bucket.kept.name_of(one.key) == FIRST[0]]
    bucket.vault.set_legal_hold(key, None, True)
    victim.go_on()
    assert_failed(bucket.kept, victim.wait(), FIRST[0])
    bucket.vault.set_legal_hold(key, None, False)
    assert_made_good(bucket.kept, victims.run(bucket.order()), FIRST[0])


KILLS_AT_A_BUCKET = (
    At(DELETE),
    At(DELETE, "after"),
    At(DELETE, "after", call=3),
    At("blocks.s3_store:S3Store.destroy", "after"),
)


@pytest.mark.parametrize("moment", KILLS_AT_A_BUCKET, ids=str)
def test_killed_and_run_again_nothing_is_lost_or_double(moment: At, victims: Victims, bucket: Bucket) -> None:
    assert victims.run(bucket.order(moment)).killed
    bucket.kept.assert_sound()
    again = victims.run(bucket.order())
    assert again.state == "done", again
    bucket.kept.assert_carried_out()


# --- a PostgreSQL ---

STOPS = (
    At(f"{VAULT}.destroy", do="hold"),
    At(f"{VAULT}.destroy", "after", do="hold"),
    At(f"{DISPOSAL}:finish_items", "after", do="hold"),
    At("tasks.disposal.certificate:typeset", "after", do="hold"),
)


@pytest.mark.parametrize("moment", STOPS, ids=str)
def test_a_database_that_stops_is_said_clearly_and_the_next_run_finishes(
    moment: At, victims: Victims, new_kept_on_postgres: NewKept, own_postgres: PostgresServer
) -> None:
    kept = new_kept_on_postgres("decided")
    victim = victims.start(kept.order("dispose", moment))
    victim.wait_for()
    own_postgres.halt()
    victim.go_on()
    ended = victim.wait()
    own_postgres.start()

    assert ended.error == "Unavailable", ended
    kept.registry.dispose()
    kept.assert_sound()
    again = victims.run(kept.order("dispose"))
    assert again.state == "done", again
    kept.assert_carried_out()


KILLS = (
    ("retain", At(COMMIT, armed_by=f"{RETENTION}:note_vault")),
    ("retain", At(COMMIT, "after", armed_by=f"{DISPOSAL}:list_due")),
    ("dispose", At("blocks.folder_destroying:_unlink", "after")),
    ("dispose", At(COMMIT, armed_by=f"{DISPOSAL}:finish_items")),
    ("dispose", At(COMMIT, armed_by=f"{DISPOSAL}:certify")),
)


@pytest.mark.parametrize(("flow", "moment"), KILLS, ids=str)
def test_killed_on_postgresql_and_run_again(
    flow: str, moment: At, victims: Victims, new_kept_on_postgres: NewKept
) -> None:
    stage = {"retain": "due", "dispose": "decided"}[flow]
    undisturbed, kept = new_kept_on_postgres(stage), new_kept_on_postgres(stage)
    assert victims.run(undisturbed.order(flow)).error is None
    assert victims.run(kept.order(flow, moment)).killed
    kept.assert_sound()
    assert victims.run(kept.order(flow)).error is None
    kept.assert_sound()
    assert kept.story() == undisturbed.story()


@pytest.mark.parametrize("moment", [None, At(f"{VAULT}.destroy", "after", do="hold")], ids=str)
def test_two_at_once_on_postgresql_destroy_each_original_once(
    moment: At | None, victims: Victims, new_kept_on_postgres: NewKept
) -> None:
    kept = new_kept_on_postgres("decided")
    first = victims.start(kept.order("dispose", *([] if moment is None else [moment])))
    second = victims.start(kept.order("dispose"))
    assert second.wait().state == "done"
    first.go_on()
    assert first.wait().state == "done"
    kept.assert_carried_out()
