"""A network or a server that fails while originals are let go: what is said of each is what is true of it (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blocks import s3_deleting, s3_destroying
from blocks.s3_store import S3Store
from blocks.vault import Destroyed
from regulation.errors import Unavailable
from tests.fixtures.s3 import Server, new_store
from tests.fixtures.vaults import FLOOR, store_lapsed
from tests.servers.faulty_proxy import Fault, FaultyProxy

pytestmark = pytest.mark.servers

ALWAYS = 10_000


@pytest.fixture
def proxy(s3_server: Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(s3_server.endpoint) as between:
        yield between


@pytest.fixture
def direct(s3_server: Server) -> S3Store:
    """The vault, straight."""
    return new_store(s3_server)


@pytest.fixture
def vault(direct: S3Store, proxy: FaultyProxy) -> S3Store:
    """The same through the proxy."""
    return S3Store(replace(direct.settings, endpoint_url=proxy.endpoint, timeout_seconds=0.5), direct.given)


def filled(vault: S3Store, folder: Path, count: int) -> list[str]:
    return sorted(store_lapsed(vault, folder, bytes([n])).key for n in range(count))


def removal_of(key: str) -> bytes:
    """What only the request that removes `key` says."""
    return f"<Key>{key}</Key>".encode()


def true_of(vault: S3Store, told: list[Destroyed]) -> bool:
    """Whether the bucket itself says the same."""
    return all(list(each.left) == vault.versions(each.key) and each.gone == (not each.left) for each in told)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.HANG, Fault.ANSWER_500, Fault.LOSE_ANSWER])
def test_what_passes_is_tried_again(
    direct: S3Store, vault: S3Store, proxy: FaultyProxy, tmp_path: Path, fault: Fault
) -> None:
    asked = filled(direct, tmp_path, 3)
    proxy.arm(fault, within=removal_of(asked[1]))
    told = vault.destroy(asked, FLOOR)
    assert proxy.struck == 1
    assert [(each.removed, each.gone) for each in told] == [(1, True)] * 3
    assert list(direct.listed()) == []


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.HANG, Fault.ANSWER_500])
def test_half_of_a_batch_fails_and_the_other_half_is_told_truly(
    direct: S3Store,
    vault: S3Store,
    proxy: FaultyProxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    monkeypatch.setattr(s3_destroying, "_BATCH", 2)
    asked = filled(direct, tmp_path, 4)
    proxy.arm(fault, times=ALWAYS, within=removal_of(asked[0]))
    told = vault.destroy(asked, FLOOR)
    assert [(each.removed, each.gone) for each in told] == [(0, False), (0, False), (1, True), (1, True)]
    assert all("did not take the request" in str(each.problem) for each in told[:2])
    assert true_of(direct, told)
    proxy.arm(fault, times=0)
    assert [(each.removed, each.gone) for each in vault.destroy(asked, FLOOR)] == [(1, True)] * 2 + [(0, True)] * 2


def test_an_original_whose_lock_cannot_be_read_stays(
    direct: S3Store, vault: S3Store, proxy: FaultyProxy, tmp_path: Path
) -> None:
    asked = filled(direct, tmp_path, 3)
    proxy.arm(Fault.ANSWER_500, times=ALWAYS, within=f"HEAD /{vault.settings.bucket}/{asked[1]}".encode())
    told = vault.destroy(asked, FLOOR)
    assert [each.gone for each in told] == [True, False, True]
    assert "did not take the request" in str(told[1].problem)
    assert [each.version for each in told[1].left] == [each.version for each in direct.versions(asked[1])]


def test_what_was_removed_and_never_confirmed_is_told_as_gone(
    direct: S3Store, vault: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answer is lost although every request arrives: the list is what counts."""
    asked = filled(direct, tmp_path, 2)
    real = s3_deleting.delete_versions

    def forgotten(*told: Any) -> dict[str, str]:
        real(*told)
        raise Unavailable("no answer")

    monkeypatch.setattr(s3_destroying, "delete_versions", forgotten)
    told = vault.destroy(asked, FLOOR)
    assert [(each.removed, each.problem, each.gone) for each in told] == [(1, None, True)] * 2


def test_a_server_that_cannot_say_what_is_left_is_unavailable(
    direct: S3Store, vault: S3Store, proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = filled(direct, tmp_path, 2)
    real = s3_deleting.delete_versions

    def last_words(*told: Any) -> dict[str, str]:
        refused = real(*told)
        proxy.arm(Fault.CUT, times=ALWAYS, within=b"GET ")
        return refused

    monkeypatch.setattr(s3_destroying, "delete_versions", last_words)
    with pytest.raises(Unavailable):
        vault.destroy(asked, FLOOR)
    assert [(each.removed, each.gone) for each in direct.destroy(asked, FLOOR)] == [(0, True)] * 2


def test_a_server_that_has_stopped_answering_is_not_asked_for_every_key(
    direct: S3Store, vault: S3Store, proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_destroying, "_AT_ONCE", 2)
    asked = filled(direct, tmp_path, 12)
    proxy.arm(Fault.ANSWER_500, times=ALWAYS, within=b"HEAD ")
    told = vault.destroy(asked, FLOOR)
    assert proxy.struck == 2 * 4  # as many keys as are asked for at once, each four times
    assert [("has stopped answering" in str(each.problem), each.gone) for each in told[2:]] == [(True, False)] * 10
    assert [len(each.left) for each in told] == [1] * 12


def test_a_server_that_is_gone_is_unavailable(
    direct: S3Store, vault: S3Store, proxy: FaultyProxy, tmp_path: Path
) -> None:
    asked = filled(direct, tmp_path, 2)
    proxy.arm(Fault.CUT, times=ALWAYS, within=b"HTTP/1.1")
    for act in (
        lambda: vault.destroy(asked, FLOOR),
        lambda: vault.versions(asked[0]),
        lambda: list(vault.listed()),
    ):
        with pytest.raises(Unavailable):
            act()
    assert len(list(direct.listed())) == 2
