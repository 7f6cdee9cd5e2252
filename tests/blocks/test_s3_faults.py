"""A network that damages, cuts and forgets: nothing wrong is ever kept, nothing is kept twice (Art. 7, 16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.s3_listing import listed, unfinished_uploads
from blocks.s3_settings import MIB
from blocks.s3_store import S3Store
from blocks.s3_wire import Wire
from blocks.vault import SecondDigest
from regulation.errors import FixityError, Unavailable
from tests.fixtures.s3 import Server, new_store
from tests.fixtures.vaults import intake, random_bytes, store_bytes
from tests.servers.faulty_proxy import Fault, FaultyProxy

pytestmark = pytest.mark.servers

IN_A_PHOTO = 60 << 10  # bytes into what a connection sends: in the body of a photo of 100 KiB, far behind any header
IN_A_PART = 2 * MIB
SIZES = [pytest.param(100 << 10, IN_A_PHOTO, id="photo"), pytest.param(12 * MIB, IN_A_PART, id="video")]
ALWAYS = 1000


@pytest.fixture
def proxy(s3_server: Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(s3_server.endpoint) as between:
        yield between


@pytest.fixture
def vault(s3_server: Server, proxy: FaultyProxy) -> S3Store:
    """A vault that reaches its server through the proxy."""
    direct = new_store(s3_server)
    return S3Store(replace(direct.settings, endpoint_url=proxy.endpoint, timeout_seconds=1.0), direct.given)


def kept(vault: S3Store) -> int:
    """Versions of originals in the bucket, hidden ones too."""
    return len(list(listed(Wire(vault.settings), "originals/")))


@pytest.mark.parametrize(("size", "at"), SIZES)
def test_a_changed_bit_is_noticed_and_nothing_is_kept(
    vault: S3Store, proxy: FaultyProxy, tmp_path: Path, size: int, at: int
) -> None:
    content, asked = random_bytes(size), intake()
    proxy.arm(Fault.FLIP, at)
    with pytest.raises(FixityError):
        store_bytes(vault, tmp_path, content, asked, SecondDigest.NONE)
    assert proxy.struck == 1
    assert kept(vault) == 0
    stored = store_bytes(vault, tmp_path, content, asked, SecondDigest.NONE)
    assert b"".join(vault.read(stored.held.key, stored.held.version)) == content


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.HANG, Fault.ANSWER_500, Fault.LOSE_ANSWER])
@pytest.mark.parametrize(("size", "at"), SIZES)
def test_what_passes_is_tried_again(
    vault: S3Store, proxy: FaultyProxy, tmp_path: Path, size: int, at: int, fault: Fault
) -> None:
    content = random_bytes(size)
    proxy.arm(fault, at)
    stored = store_bytes(vault, tmp_path, content, intake(), SecondDigest.NONE)
    assert proxy.struck == 1
    assert b"".join(vault.read(stored.held.key, stored.held.version)) == content
    assert stored.held.retain_until is not None
    assert kept(vault) == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.ANSWER_500])
@pytest.mark.parametrize(("size", "at"), SIZES)
def test_what_stays_broken_is_unavailable_and_leaves_nothing(
    vault: S3Store, proxy: FaultyProxy, tmp_path: Path, size: int, at: int, fault: Fault
) -> None:
    content, asked = random_bytes(size), intake()
    proxy.arm(fault, at, times=ALWAYS)
    with pytest.raises(Unavailable):
        store_bytes(vault, tmp_path, content, asked, SecondDigest.NONE)
    assert proxy.struck >= 2
    assert kept(vault) == 0
    assert unfinished_uploads(Wire(vault.settings), f"originals/chengguan/2026/11/{asked.intake_id}") == []
    proxy.arm(fault, at, times=0)
    assert not store_bytes(vault, tmp_path, content, asked, SecondDigest.NONE).already_there
    assert kept(vault) == 1


def test_a_server_that_is_gone_is_unavailable(s3_server: Server, tmp_path: Path) -> None:
    direct = new_store(s3_server)
    with FaultyProxy(s3_server.endpoint) as gone:
        vault = S3Store(replace(direct.settings, endpoint_url=gone.endpoint, timeout_seconds=1.0), direct.given)
        vault.check("receipts/none", None)
    with pytest.raises(Unavailable):
        store_bytes(vault, tmp_path, b"x", intake())
    with pytest.raises(Unavailable):
        vault.prepare()
