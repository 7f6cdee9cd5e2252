"""Sessions into an S3 vault whose network fails, and that are killed at every step of an upload (Art. 7, 16)."""

from __future__ import annotations

import pickle
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from blocks import s3_store
from blocks.s3_listing import listed, unfinished_uploads
from blocks.s3_settings import MIB, RetentionMode
from blocks.s3_vault import S3Vault
from blocks.s3_wire import Wire
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill, numbers, put
from tests.faults.promises import assert_all_done, assert_sound, contents_of
from tests.faults.victims import HASTY, SMALL_BATCHES, At, Order, Victims
from tests.fixtures.kept import keep_plain
from tests.fixtures.s3 import Server, new_store
from tests.fixtures.stations import Scene
from tests.servers.faulty_proxy import Fault, FaultyProxy

pytestmark = pytest.mark.servers

VIDEO = 12 * MIB
IN_A_PART = 2 * MIB
ALWAYS = 1000

IMPATIENT = SMALL_BATCHES | HASTY | {"flows.upload:take_in_files.retries": 1}

MOMENTS = (
    At("blocks.s3_intake:put_object"),
    At("blocks.s3_wire:Wire.send", "after", armed_by="blocks.s3_intake:Taking._put_once"),
    At("blocks.s3_intake:Taking._store_small", "after", call=2),
    At("blocks.s3_control:Control.begin_parts", "after"),
    At("blocks.s3_parts:put_part", "after", call=2),
    At("blocks.s3_parts:Uploader._complete"),
    At("blocks.s3_parts:Uploader._complete", "after"),
    At("blocks.s3_control:Control.lock", "after"),
    At("blocks.s3_intake:Taking._store_large", "after"),
    At("blocks.s3_store:S3Store.put_document", "after"),
    At("tasks.docking.wipe:_check_vault", "after", call=2),
)
"""Where the server knows no conditions and keeps no locks with parts."""

CONDITIONAL_MOMENTS = (
    At("blocks.s3_intake:put_object", "after"),
    At("blocks.s3_parts:put_part", "after", call=2),
    At("blocks.s3_parts:Uploader._complete", "after"),
)
"""Where it knows them."""


class Bucket:
    """A scene whose vault is a bucket of its own behind a proxy, and the dump for it."""

    def __init__(self, server: Server, proxy: FaultyProxy, scene: Scene, samples: dict[str, bytes]) -> None:
        self.vault = S3Vault(
            endpoint_url=proxy.endpoint,
            bucket=f"test-{uuid4()}",
            access_key=SecretStr(server.access_key),
            secret_key=SecretStr(server.secret_key),
            part_size=5 * MIB,
            buffers=4,
            retention_mode=RetentionMode.GOVERNANCE,
            timeout_seconds=1.0,
        )
        settings = self.vault._settings()
        self.wire = Wire(settings)
        given = new_store(server, bucket=settings.bucket).given
        s3_store._tried[settings] = given
        self._known = b64encode(pickle.dumps({settings: given})).decode()
        self.scene = scene
        scene.station.vault = self.vault
        keep_plain(scene.station, scene.name)
        fill(scene.dump, samples, big=VIDEO)
        put(scene.dump / "big-again.dat", numbers(VIDEO))
        self.before = contents_of(scene.dump)

    def order(self, **told: Any) -> Order:
        return Order(self.scene.dump, self.scene.name, wipe=True, known_servers=self._known, **told)

    def assert_all_done(self) -> None:
        """Every original is one version of one object, locked, and no upload was left begun."""
        assert_all_done(self.scene, self.before)
        held = [one.key for one in listed(self.wire, "originals/")]
        assert len(held) == len(set(held)) == len(set(self.before.values()))
        assert all(one.retain_until is not None for one in self.vault.originals())
        assert unfinished(self.wire, held) == []


def unfinished(wire: Wire, keys: list[str]) -> list[str]:
    return [upload for key in keys for upload in unfinished_uploads(wire, key)]


@pytest.fixture
def proxy(request: pytest.FixtureRequest) -> Iterator[FaultyProxy]:
    with FaultyProxy(request.getfixturevalue(f"{request.param}_server").endpoint) as between:
        yield between


@pytest.fixture
def bucket(
    request: pytest.FixtureRequest, proxy: FaultyProxy, new_scene: NewScene, media_samples: dict[str, bytes]
) -> Bucket:
    server = request.getfixturevalue(f"{request.node.callspec.params['proxy']}_server")
    return Bucket(server, proxy, new_scene(), media_samples)


on_ceph = pytest.mark.parametrize("proxy", ["ceph"], indirect=True)
on_localstack = pytest.mark.parametrize("proxy", ["localstack"], indirect=True)


@on_ceph
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.HANG, Fault.ANSWER_500, Fault.LOSE_ANSWER])
def test_a_network_that_fails_once_is_not_noticed(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy, fault: Fault
) -> None:
    proxy.arm(fault, IN_A_PART)
    ended = victims.run(bucket.order())
    assert ended.receipt is not None, ended
    assert proxy.struck == 1
    bucket.assert_all_done()


@on_ceph
def test_a_network_that_stays_broken_is_said_clearly_and_the_next_run_finishes(
    victims: Victims, bucket: Bucket, proxy: FaultyProxy
) -> None:
    proxy.arm(Fault.CUT, IN_A_PART, times=ALWAYS)
    ended = victims.run(bucket.order(values=IMPATIENT))
    assert ended.error == "Unavailable", ended
    proxy.arm(Fault.CUT, IN_A_PART, times=0)
    assert_sound(bucket.scene, bucket.before)
    assert contents_of(bucket.scene.dump) == bucket.before
    again = victims.run(bucket.order())
    assert again.receipt is not None, again
    bucket.assert_all_done()


@on_ceph
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_killed_and_run_again_nothing_is_lost_or_double(victims: Victims, bucket: Bucket, moment: At) -> None:
    suffer(victims, bucket, moment)


@on_localstack
@pytest.mark.parametrize("moment", CONDITIONAL_MOMENTS, ids=str)
def test_killed_and_run_again_where_conditions_are_known(victims: Victims, bucket: Bucket, moment: At) -> None:
    suffer(victims, bucket, moment)


def suffer(victims: Victims, bucket: Bucket, moment: At) -> None:
    """Killed at the moment, and the same command again."""
    ended = victims.run(bucket.order(moments=(moment,)))
    assert ended.killed, ended
    assert_sound(bucket.scene, bucket.before)
    again = victims.run(bucket.order())
    assert again.receipt is not None, again
    bucket.assert_all_done()
