"""How every vault lets go of an original, and what it lists (`blocks.vault.EvidenceVault`, Art. 18)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks.vault import EvidenceVault, Held, Listed, Version
from regulation.errors import ConfigurationError
from tests.fixtures.s3 import SERVERS
from tests.fixtures.vaults import FLOOR, intake, store_bytes, store_lapsed

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
VAULTS = ["directory", *(pytest.param(name, marks=pytest.mark.servers) for name in SERVERS)]


@pytest.fixture(params=VAULTS)
def vault(request: pytest.FixtureRequest) -> EvidenceVault:
    """Each vault in turn, empty."""
    found: EvidenceVault = request.getfixturevalue(f"{request.param}_store")
    return found


def as_version(held: Held) -> Version:
    return Version(held.key, held.version, held.size, False, held.retain_until, held.legal_hold)


def some_key(name: str) -> str:
    return f"originals/chengguan/2026/11/{hashlib.sha256(name.encode()).hexdigest()}"


def lines(vault: EvidenceVault, unit_code: str | None = None) -> list[tuple[str, str | None, int, bool, bool, bool]]:
    return [
        (each.key, each.version, each.size, each.is_marker, each.newest_of_all, each.is_foreign)
        for each in vault.listed(unit_code)
    ]


# --- what stands ---


def test_every_original_is_listed_in_key_order(vault: EvidenceVault, tmp_path: Path) -> None:
    held = [store_bytes(vault, tmp_path, b"x" * n, intake(unit_code=f"u{n % 2}")).held for n in range(1, 8)]
    expected = sorted((each.key, each.version, each.size, False, True, False) for each in held)
    assert lines(vault) == expected
    assert lines(vault, "u1") == [line for line in expected if line[0].startswith("originals/u1/")]
    assert lines(vault, "nobody") == []


def test_what_is_listed_says_when_it_came(vault: EvidenceVault, tmp_path: Path) -> None:
    store_bytes(vault, tmp_path, b"x", intake())
    (line,) = vault.listed()
    assert isinstance(line, Listed)
    assert line.modified.tzinfo is UTC
    assert abs(line.modified - datetime.now(UTC)) < timedelta(minutes=5)


def test_documents_are_no_originals_and_are_not_listed(vault: EvidenceVault) -> None:
    held = vault.put_document("receipts/2026/r.json", b"{}")
    assert lines(vault) == []
    assert vault.versions(held.key) == [as_version(held)]


def test_the_version_of_an_original_tells_what_keeps_it(vault: EvidenceVault, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"x", intake()).held
    assert vault.versions(held.key) == [as_version(held)]
    vault.set_legal_hold(held.key, held.version, True)
    (version,) = vault.versions(held.key)
    assert version.legal_hold
    assert version.retain_until == FLOOR
    assert vault.versions(some_key("never")) == []


# --- what goes ---


def test_what_is_destroyed_is_gone(vault: EvidenceVault, tmp_path: Path) -> None:
    held = [store_lapsed(vault, tmp_path, bytes([n])) for n in range(5)]
    other = store_lapsed(vault, tmp_path, b"another")
    told = vault.destroy([each.key for each in held], NOW)
    assert [each.key for each in told] == [each.key for each in held]
    assert [(each.removed, each.left, each.problem, each.gone) for each in told] == [(1, (), None, True)] * 5
    assert all(vault.check(each.key, each.version) is None for each in held)
    assert [line[0] for line in lines(vault)] == [other.key]


def test_twice_is_the_same_as_once(vault: EvidenceVault, tmp_path: Path) -> None:
    key = store_lapsed(vault, tmp_path, b"x").key
    assert [each.removed for each in vault.destroy([key, key], NOW)] == [1]
    (again,) = vault.destroy([key], NOW)
    assert (again.removed, again.left, again.gone) == (0, (), True)


def test_a_missing_key_is_gone_already(vault: EvidenceVault) -> None:
    assert vault.destroy([], NOW) == []
    (told,) = vault.destroy([some_key("never")], NOW)
    assert (told.removed, told.left, told.problem, told.gone) == (0, (), None, True)


def test_months_and_units_go_together(vault: EvidenceVault, tmp_path: Path) -> None:
    held = [store_lapsed(vault, tmp_path, b"x", unit_code=unit) for unit in ("zzz", "aaa", "mmm")]
    keys = [held[0].key, some_key("never"), held[1].key]
    assert [(each.key, each.removed) for each in vault.destroy(keys, NOW)] == list(zip(keys, (1, 0, 1), strict=True))
    assert [line[0] for line in lines(vault)] == [held[2].key]


# --- what stays ---


def test_what_is_locked_is_left_whole(vault: EvidenceVault, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"x", intake()).held
    free = store_lapsed(vault, tmp_path, b"y")
    locked, gone = vault.destroy([held.key, free.key], FLOOR - timedelta(seconds=1))
    assert (locked.removed, locked.left, locked.gone) == (0, (as_version(held),), False)
    assert locked.problem == "It is locked until 2027-05-01 16:00:00 UTC."
    assert gone.gone
    assert vault.check(held.key, held.version) == held


def test_what_is_held_is_left_whole(vault: EvidenceVault, tmp_path: Path) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    kept = vault.set_legal_hold(held.key, held.version, True)
    (told,) = vault.destroy([held.key], NOW)
    assert (told.removed, told.left, told.gone) == (0, (as_version(kept),), False)
    assert told.problem == "A legal hold is on it."
    vault.set_legal_hold(held.key, held.version, False)
    assert vault.destroy([held.key], NOW)[0].gone


@pytest.mark.parametrize("key", ["receipts/2026/r.json", "originals/../x", "originals/chengguan/2026/11/x", ""])
def test_only_originals_are_ever_destroyed(vault: EvidenceVault, tmp_path: Path, key: str) -> None:
    held = store_lapsed(vault, tmp_path, b"x")
    with pytest.raises(ConfigurationError):
        vault.destroy([held.key, key], NOW)
    with pytest.raises(ConfigurationError):
        vault.destroy([held.key], datetime(2026, 11, 20))
    assert vault.check(held.key, held.version) == held
