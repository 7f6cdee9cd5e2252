"""How every vault is read again and takes back what it has lost (`blocks.vault.EvidenceVault`, Art. 7)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks.folder_store import FolderStore
from blocks.vault import EvidenceVault, Rehashed
from regulation.errors import ConfigurationError, FixityError
from tests.fixtures.s3 import SERVERS
from tests.fixtures.vaults import FLOOR, intake, random_bytes, store_bytes, store_lapsed

MIB = 1 << 20
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
VAULTS = ["directory", *(pytest.param(name, marks=pytest.mark.servers) for name in SERVERS)]


@pytest.fixture(params=VAULTS)
def vault(request: pytest.FixtureRequest) -> EvidenceVault:
    """Each vault in turn, empty."""
    found: EvidenceVault = request.getfixturevalue(f"{request.param}_store")
    return found


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def quarantined(folder: Path, key: str) -> list[bytes]:
    place = folder / "vault" / "quarantine" / key
    return [one.read_bytes() for one in sorted(place.parent.glob(f"{place.name}.*"))]


def damage(folder: Path, key: str, content: bytes) -> None:
    path = folder / "vault" / key
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("size", [0, 1, MIB, 5 * MIB + 1, 23 * MIB + 17])
def test_what_is_read_again_is_hashed_from_end_to_end(vault: EvidenceVault, tmp_path: Path, size: int) -> None:
    content, seen = random_bytes(size), list[int]()
    held = store_bytes(vault, tmp_path, content, intake()).held
    assert vault.rehash(held.key, held.version, seen.append) == Rehashed(size, digest(content))
    assert sum(seen) == size
    with pytest.raises(FixityError):
        vault.rehash(held.key.replace("/11/", "/10/"), None, seen.append)


@pytest.mark.parametrize("size", [0, 1, 5 * MIB - 1, 5 * MIB, 12 * MIB + 3])
def test_what_is_put_back_is_read_back_and_locked(vault: EvidenceVault, size: int) -> None:
    content = random_bytes(size)
    key = f"originals/chengguan/2026/11/{digest(content)}"
    pieces = (content[at : at + 3 * MIB] for at in range(0, size, 3 * MIB))
    held = vault.put_back(key, pieces, digest(content), FLOOR)
    assert (held.key, held.size, held.retain_until) == (key, size, FLOOR)
    assert vault.rehash(key, held.version, lambda _count: None) == Rehashed(size, digest(content))


def test_other_bytes_than_were_verified_are_not_put_back(vault: EvidenceVault) -> None:
    key = f"originals/chengguan/2026/11/{digest(b'right')}"
    with pytest.raises(FixityError):
        vault.put_back(key, iter([b"wrong"]), digest(b"right"), FLOOR)
    assert vault.versions(key) == []
    with pytest.raises(ConfigurationError):
        vault.put_back("receipts/r.json", iter([b"right"]), digest(b"right"), FLOOR)


def test_what_stood_there_is_kept_beneath(vault: EvidenceVault, tmp_path: Path) -> None:
    content = random_bytes(100)
    first = store_bytes(vault, tmp_path, content, intake()).held
    if isinstance(vault, FolderStore):
        damage(tmp_path, first.key, b"damaged")
    again = vault.put_back(first.key, iter([content]), digest(content), FLOOR)
    assert vault.rehash(first.key, again.version, lambda _count: None).sha256 == digest(content)
    if isinstance(vault, FolderStore):
        assert quarantined(tmp_path, first.key) == [b"damaged"]
    else:
        assert {one.version for one in vault.versions(first.key)} == {first.version, again.version}


def test_what_is_disposed_of_is_gone_from_the_quarantine_too(directory_store: FolderStore, tmp_path: Path) -> None:
    key = store_lapsed(directory_store, tmp_path, b"x").key
    for damaged in (b"one", b"two"):
        damage(tmp_path, key, damaged)
        directory_store.put_back(key, iter([b"x"]), digest(b"x"), NOW - timedelta(days=1))
    assert quarantined(tmp_path, key) == [b"one", b"two"]
    [told] = directory_store.destroy([key], NOW)
    assert told.gone
    assert told.removed == 3
    assert quarantined(tmp_path, key) == []
