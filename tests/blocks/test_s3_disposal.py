"""Letting go in a bucket: versions, markers, locks, and what someone with the vault's own keys can do (Art. 18)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blocks import s3_destroying, s3_listing
from blocks.s3_control import Control
from blocks.s3_listing import standing
from blocks.s3_settings import RetentionMode
from blocks.s3_store import S3Store
from blocks.s3_wire import Wire
from blocks.vault import Held, SecondDigest
from tests.fixtures.s3 import Server, new_store
from tests.fixtures.vaults import FLOOR, intake, store_bytes, store_lapsed

pytestmark = pytest.mark.servers

SECONDS = 4  # of a real lock: long enough to be tried on a slow machine
MODES = [RetentionMode.COMPLIANCE, RetentionMode.GOVERNANCE]


@pytest.fixture
def vault(s3_server: Server) -> S3Store:
    return new_store(s3_server)


class Intruder:
    """Someone with the vault's own keys, past the vault."""

    def __init__(self, vault: S3Store) -> None:
        self.client = Control(vault.settings).client
        self.bucket = vault.settings.bucket

    def put(self, key: str, content: bytes = b"other", **asked: Any) -> str:
        return self.client.put_object(Bucket=self.bucket, Key=key, Body=content, **asked)["VersionId"]

    def hide(self, key: str) -> str:
        return self.client.delete_object(Bucket=self.bucket, Key=key)["VersionId"]

    def delete(self, held: Held, **asked: Any) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=held.key, VersionId=str(held.version), **asked)

    def relock(self, held: Held, mode: str, until: datetime, **asked: Any) -> None:
        retention: Any = {"Mode": mode, "RetainUntilDate": until}
        self.client.put_object_retention(
            Bucket=self.bucket, Key=held.key, VersionId=str(held.version), Retention=retention, **asked
        )

    def hold(self, held: Held, status: Any) -> None:
        self.client.put_object_legal_hold(
            Bucket=self.bucket, Key=held.key, VersionId=str(held.version), LegalHold={"Status": status}
        )


@pytest.fixture
def intruder(vault: S3Store) -> Intruder:
    return Intruder(vault)


def soon() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=SECONDS)


def wait_for(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds() + 1.1))


# --- versions and markers ---


def test_versions_and_markers_are_listed_and_all_go(vault: S3Store, intruder: Intruder, tmp_path: Path) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    extra = intruder.put(held.key, b"longer")
    marker = intruder.hide(held.key)
    stand = [(each.version, each.size, each.is_marker) for each in vault.versions(held.key)]
    assert stand == [(marker, 0, True), (extra, 6, False), (held.version, 1, False)]
    listed = [(each.version, each.size, each.is_marker, each.newest_of_all) for each in vault.listed()]
    assert listed == [(marker, 0, True, True), (extra, 6, False, False), (held.version, 1, False, False)]
    (told,) = vault.destroy([held.key], FLOOR)
    assert (told.removed, told.left, told.gone) == (3, (), True)
    assert list(vault.listed()) == []


def test_what_was_put_while_the_bucket_kept_no_versions_goes_too(
    vault: S3Store, intruder: Intruder, s3_server: Server, tmp_path: Path
) -> None:
    plain = S3Store(s3_server.settings(), vault.given)
    Control(plain.settings).make_bucket(with_lock=False)
    client, bucket = intruder.client, plain.settings.bucket
    key = store_lapsed(vault, tmp_path, b"x").key
    for status in ("Suspended", "Enabled"):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})  # type: ignore[typeddict-item]
        client.put_object(Bucket=bucket, Key=key, Body=status.encode())
    assert [(each.version is None, each.size) for each in plain.versions(key)] == [(False, 7), (True, 9)]
    (told,) = plain.destroy([key], FLOOR)
    assert (told.removed, told.gone) == (2, True)


def test_one_locked_version_keeps_all_of_its_key(vault: S3Store, intruder: Intruder, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"x", intake(), SecondDigest.NONE).held
    intruder.put(held.key)
    intruder.hide(held.key)
    (told,) = vault.destroy([held.key], FLOOR - timedelta(seconds=1))
    assert told.problem == "It is locked until 2027-05-01 16:00:00 UTC."
    assert told.removed == 0
    assert list(told.left) == vault.versions(held.key)
    assert [each.is_marker for each in told.left] == [True, False, False]


def test_neighbours_and_foreign_objects_are_listed_and_never_touched(
    vault: S3Store, intruder: Intruder, tmp_path: Path
) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    foreign = [f"{held.key}0", f"{held.key}/x", held.key[:-1], "originals/a b+c%20é&<汉>.txt", "originals/UNIT/x"]
    for key in [*foreign, "elsewhere/x"]:
        intruder.put(key)
    listed = {each.key: each.is_foreign for each in vault.listed()}
    assert listed == {held.key: False} | dict.fromkeys(foreign, True)
    assert [each.key for each in vault.listed()] == sorted(listed)
    assert [each.key for each in vault.versions(held.key)] == [held.key]
    assert vault.destroy([held.key], FLOOR)[0].gone
    assert sorted(each.key for each in vault.listed()) == sorted(foreign)


@pytest.mark.parametrize(("page", "worth"), [(1, 1), (3, 1), (4, 2), (1000, 1), (1000, 1000)])
def test_however_the_list_is_read_it_tells_the_same(
    vault: S3Store, intruder: Intruder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int, worth: int
) -> None:
    monkeypatch.setattr(s3_listing, "_PAGE", page)
    monkeypatch.setattr(s3_listing, "_WORTH", worth)
    held = sorted(store_lapsed(vault, tmp_path, bytes([n])).key for n in range(12))
    for key in (held[3], held[3], held[7]):
        intruder.put(key)
    intruder.hide(held[7])
    intruder.put(f"{held[5]}0")
    asked = [*held[2:9], held[11], held[0][:-1] + "x"]
    found = standing(Wire(vault.settings), asked)
    assert list(found) == sorted(asked)
    assert [len(found[key]) for key in asked] == [1, 3, 1, 1, 1, 3, 1, 1, 0]
    assert all(line.key == key for key, lines in found.items() for line in lines)
    assert [line.is_marker for line in found[held[7]]] == [True, False, False]


# --- real locks ---


@pytest.mark.parametrize("mode", MODES)
def test_the_server_is_the_first_guard_and_its_refusal_is_told(
    s3_server: Server, tmp_path: Path, mode: RetentionMode
) -> None:
    vault, until = new_store(s3_server, retention_mode=mode), soon()
    locked = store_bytes(vault, tmp_path, b"locked", intake(until=until), SecondDigest.NONE).held
    free = [store_lapsed(vault, tmp_path, bytes([n])) for n in range(3)]
    asked = [free[0].key, locked.key, free[1].key, free[2].key]
    told = vault.destroy(asked, until + timedelta(days=1))  # by a clock that is a day ahead
    assert [each.removed for each in told] == [1, 0, 1, 1]
    assert [each.gone for each in told] == [True, False, True, True]
    assert [each.version for each in told[1].left] == [locked.version]
    assert told[1].problem is not None
    assert "AccessDenied" in told[1].problem
    assert vault.check(locked.key, locked.version) == locked

    wait_for(until)
    (late,) = vault.destroy([locked.key], until)  # it is locked until then, not beyond
    assert (late.removed, late.gone) == (1, True)


def test_a_hold_placed_at_the_last_moment_is_respected(
    vault: S3Store, intruder: Intruder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    at_the_last_moment(monkeypatch, lambda: intruder.hold(held, "ON"))
    (told,) = vault.destroy([held.key], FLOOR)
    assert (told.removed, told.gone) == (0, False)
    assert told.left[0].legal_hold
    assert "AccessDenied" in str(told.problem)


def test_what_comes_at_the_last_moment_is_told(
    vault: S3Store, intruder: Intruder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    versions: list[str] = []
    at_the_last_moment(monkeypatch, lambda: versions.append(intruder.put(held.key)))
    (told,) = vault.destroy([held.key], FLOOR)
    assert (told.removed, told.gone) == (1, False)
    assert [each.version for each in told.left] == versions
    assert told.problem == "Something was put under this key meanwhile."


def at_the_last_moment(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """`act` when the vault has looked and is about to remove."""
    real = s3_destroying.delete_versions

    def delayed(*told: Any) -> dict[str, str]:
        act()
        return real(*told)

    monkeypatch.setattr(s3_destroying, "delete_versions", delayed)


# --- someone with the vault's own keys ---


@pytest.mark.parametrize("mode", MODES)
def test_a_lock_is_neither_broken_nor_shortened(s3_server: Server, tmp_path: Path, mode: RetentionMode) -> None:
    vault = new_store(s3_server, retention_mode=mode)
    intruder, until = Intruder(vault), soon()
    held = store_bytes(vault, tmp_path, b"x", intake(until=until), SecondDigest.NONE).held
    earlier = until - timedelta(seconds=1)
    refused: list[Callable[[], None]] = [
        lambda: intruder.delete(held),
        lambda: intruder.relock(held, mode.value.upper(), earlier),
    ]
    if mode is RetentionMode.COMPLIANCE:
        refused += [
            lambda: intruder.delete(held, BypassGovernanceRetention=True),
            lambda: intruder.relock(held, "COMPLIANCE", earlier, BypassGovernanceRetention=True),
            lambda: intruder.relock(held, "GOVERNANCE", until, BypassGovernanceRetention=True),
        ]
    for act in refused:
        with pytest.raises(ClientError) as told:
            act()
        assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    assert vault.check(held.key, held.version) == held
    assert [each.retain_until for each in vault.versions(held.key)] == [until]


def test_what_governance_lets_happen_is_seen(s3_server: Server, tmp_path: Path) -> None:
    """Why governance is for trials only: the vault's own account may be allowed to shorten such a lock."""
    vault = new_store(s3_server, retention_mode=RetentionMode.GOVERNANCE)
    held = store_bytes(vault, tmp_path, b"x", intake(), SecondDigest.NONE).held
    earlier = FLOOR - timedelta(days=1)
    Intruder(vault).relock(held, "GOVERNANCE", earlier, BypassGovernanceRetention=True)
    assert [each.retain_until for each in vault.versions(held.key)] == [earlier]
    found = vault.check(held.key, held.version)
    assert found is not None
    assert found.retain_until == earlier


def test_what_is_overwritten_hidden_or_lifted_is_seen(vault: S3Store, intruder: Intruder, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"x", intake(), SecondDigest.NONE).held
    kept = vault.set_legal_hold(held.key, held.version, True)
    assert kept.legal_hold
    extra = intruder.put(held.key, b"forged")
    assert vault.check(held.key, held.version) == kept  # the original itself is what it was
    newest = vault.check(held.key, None)
    assert newest is not None
    assert newest.version == extra
    marker = intruder.hide(held.key)
    assert vault.check(held.key, held.version) == replace(kept, marked_deleted=True)
    intruder.hold(held, "OFF")
    stand = [(each.version, each.is_marker, each.legal_hold) for each in vault.versions(held.key)]
    assert stand == [(marker, True, False), (extra, False, False), (held.version, False, False)]
    assert [(each.version, each.newest_of_all) for each in vault.listed()] == [
        (marker, True),
        (extra, False),
        (held.version, False),
    ]
