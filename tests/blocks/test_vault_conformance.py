"""What every vault promises (`blocks.vault.EvidenceVault`), held against each of them (Art. 4, 7, 16, 18)."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from blocks.vault import EvidenceVault, SecondDigest
from regulation.errors import ActionDenied, ConfigurationError, FixityError
from regulation.expiry import LAST_LOCK
from tests.fixtures.s3 import SERVERS
from tests.fixtures.vaults import FLOOR, intake, random_bytes, store_bytes, store_file

MIB = 1 << 20
# around a buffer of the directory vault (4 MiB) and a part of the S3 vaults here (5 MiB)
SIZES = [0, 1, 100 << 10, 4 * MIB, 4 * MIB + 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 23 * MIB + 17]


VAULTS = ["directory", *(pytest.param(name, marks=pytest.mark.servers) for name in SERVERS)]


@pytest.fixture(params=VAULTS)
def vault(request: pytest.FixtureRequest) -> EvidenceVault:
    """Each vault in turn, empty."""
    found: EvidenceVault = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.mark.parametrize("size", SIZES)
def test_holds_exactly_what_was_read(vault: EvidenceVault, tmp_path: Path, size: int) -> None:
    content = random_bytes(size)
    stored = store_bytes(vault, tmp_path, content, intake())
    assert stored.size == stored.held.size == size
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.sm3 == hashlib.new("sm3", content).hexdigest()
    assert not stored.already_there
    pieces = list(vault.read(stored.held.key, stored.held.version))
    assert b"".join(pieces) == content
    assert all(len(piece) <= 8 * MIB for piece in pieces)


@pytest.mark.parametrize(("start", "length"), [(0, 1), (1, 3 * MIB), (5 * MIB, None), (9 * MIB - 1, 5), (9 * MIB, 1)])
def test_gives_back_any_part(vault: EvidenceVault, tmp_path: Path, start: int, length: int | None) -> None:
    content = random_bytes(9 * MIB)
    held = store_bytes(vault, tmp_path, content, intake()).held
    end = len(content) if length is None else start + length
    assert b"".join(vault.read(held.key, held.version, start, length)) == content[start:end]


def test_second_digest_is_made_only_where_asked(vault: EvidenceVault, tmp_path: Path) -> None:
    assert store_bytes(vault, tmp_path, b"x", intake(), SecondDigest.NONE).sm3 is None
    assert store_bytes(vault, tmp_path, random_bytes(5 * MIB), intake(), SecondDigest.NONE).sm3 is None


def test_key_names_unit_and_month(vault: EvidenceVault, tmp_path: Path) -> None:
    stored = store_bytes(vault, tmp_path, b"a recording", intake(unit_code="huanbao"))
    assert stored.held.key == f"originals/huanbao/2026/11/{stored.sha256}"


def test_same_content_is_kept_once(vault: EvidenceVault, tmp_path: Path) -> None:
    content = random_bytes(MIB)
    first = store_bytes(vault, tmp_path, content, intake())
    second = store_bytes(vault, tmp_path, content, intake())
    assert (first.already_there, second.already_there) == (False, True)
    assert first.held == second.held
    assert [held.key for held in vault.originals()] == [first.held.key]


def test_same_intake_again_is_kept_once(vault: EvidenceVault, tmp_path: Path) -> None:
    content, asked = random_bytes(9 * MIB), intake()
    first = store_bytes(vault, tmp_path, content, asked)
    second = store_bytes(vault, tmp_path, content, asked)
    assert second.already_there
    assert (first.held, first.sha256) == (second.held, second.sha256)
    assert len(list(vault.originals())) == 1


def test_same_content_of_another_unit_is_another_original(vault: EvidenceVault, tmp_path: Path) -> None:
    one = store_bytes(vault, tmp_path, b"same", intake(unit_code="aaa"))
    other = store_bytes(vault, tmp_path, b"same", intake(unit_code="bbb"))
    assert not other.already_there
    assert [held.key for held in vault.originals("bbb")] == [other.held.key]
    assert sorted(held.key for held in vault.originals()) == [one.held.key, other.held.key]


def test_eight_threads_with_the_same_content_make_one_object(vault: EvidenceVault, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(random_bytes(MIB))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: store_file(vault, source, intake()), range(8)))
    assert len({result.held.key for result in results}) == 1
    assert sum(not result.already_there for result in results) == 1
    assert len(list(vault.originals())) == 1


def test_progress_adds_up_to_the_size(vault: EvidenceVault, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(random_bytes(9 * MIB))
    seen: list[int] = []
    descriptor = os.open(source, os.O_RDONLY)
    vault.store(descriptor, intake(), second=SecondDigest.NONE, progress=seen.append)
    os.fstat(descriptor)  # still open, and the caller's
    os.close(descriptor)
    assert sum(seen) == 9 * MIB


def test_floor_is_read_back(vault: EvidenceVault, tmp_path: Path) -> None:
    stored = store_bytes(vault, tmp_path, b"floor", intake())
    found = vault.check(stored.held.key, stored.held.version)
    assert found == stored.held
    assert found.retain_until == FLOOR
    assert not found.legal_hold
    assert not found.marked_deleted


def test_floor_is_extended_and_never_shortened(vault: EvidenceVault, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"floor", intake()).held
    later = FLOOR + timedelta(days=30)
    assert vault.extend_retention(held.key, held.version, later).retain_until == later
    with pytest.raises(ActionDenied, match=r"Art\. 18"):
        vault.extend_retention(held.key, held.version, FLOOR)
    found = vault.check(held.key, held.version)
    assert found is not None
    assert found.retain_until == later


def test_a_lock_lasts_as_long_as_any_server_counts_and_no_longer_one_is_asked_for(
    vault: EvidenceVault, tmp_path: Path
) -> None:
    held = store_bytes(vault, tmp_path, b"floor", intake()).held
    assert vault.extend_retention(held.key, held.version, LAST_LOCK).retain_until == LAST_LOCK
    with pytest.raises(ConfigurationError, match=r"No lock lasts as long.*Art\. 18"):
        vault.extend_retention(held.key, held.version, LAST_LOCK + timedelta(seconds=1))
    found = vault.check(held.key, held.version)
    assert found is not None
    assert found.retain_until == LAST_LOCK


def test_a_later_intake_of_the_same_content_lengthens_its_floor(vault: EvidenceVault, tmp_path: Path) -> None:
    later = FLOOR + timedelta(days=1)
    store_bytes(vault, tmp_path, b"floor", intake(until=later))
    assert store_bytes(vault, tmp_path, b"floor", intake()).held.retain_until == later
    latest = later + timedelta(days=1)
    assert store_bytes(vault, tmp_path, b"floor", intake(until=latest)).held.retain_until == latest


def test_legal_hold_is_placed_and_lifted(vault: EvidenceVault, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"hold", intake()).held
    assert vault.set_legal_hold(held.key, held.version, True).legal_hold
    found = vault.check(held.key, held.version)
    assert found is not None
    assert found.legal_hold
    assert found.retain_until == FLOOR
    assert not vault.set_legal_hold(held.key, held.version, False).legal_hold


def test_document_is_kept_once_and_never_replaced(vault: EvidenceVault) -> None:
    first = vault.put_document("receipts/2026/DS-chengguan-2026-00001.json", b"{}")
    assert vault.put_document(first.key, b"{}") == first
    with pytest.raises(ActionDenied):
        vault.put_document(first.key, b"{ }")
    assert b"".join(vault.read(first.key, first.version)) == b"{}"
    assert list(vault.originals()) == []


def test_a_document_is_locked_where_that_is_asked_for_and_its_lock_only_lengthens(vault: EvidenceVault) -> None:
    key, later = "anchors/00000001.json", FLOOR + timedelta(days=1)
    assert vault.put_document(key, b"{}").retain_until is None
    assert vault.put_document(key, b"{}", retain_until=FLOOR).retain_until == FLOOR
    assert vault.put_document(key, b"{}", retain_until=later).retain_until == later
    assert vault.put_document(key, b"{}", retain_until=FLOOR).retain_until == later
    with pytest.raises(ActionDenied):
        vault.put_document(key, b"{ }", retain_until=later)


def test_nothing_is_held_under_an_unknown_key(vault: EvidenceVault) -> None:
    key = f"originals/chengguan/2026/11/{hashlib.sha256(b'never').hexdigest()}"
    assert vault.check(key, None) is None
    with pytest.raises(FixityError):
        list(vault.read(key, None))
    with pytest.raises(FixityError):
        vault.set_legal_hold(key, None, True)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "originals/../../etc/passwd",
        "originals/chengguan/2026/11/../../../../etc/passwd",
        f"originals/Chengguan/2026/11/{'a' * 64}",
        f"originals/chengguan/2026/13/{'a' * 64}",
        f"originals/chengguan/2026/11/{'a' * 64}\n",
        f"originals/chengguan/2026/11/{'a' * 64}\x00",
        f"originals/chengguan/2026/11/{'A' * 64}",
        "receipts/../locks/x",
        "receipts/.hidden",
        "receipts//x",
        "receipts/\u202egnp.exe",
        "receipts/" + "x" * 600,
        "incoming/x",
        "locks/x",
    ],
)
def test_hostile_keys_are_refused(vault: EvidenceVault, key: str) -> None:
    with pytest.raises(ConfigurationError):
        vault.check(key, None)
    with pytest.raises(ConfigurationError):
        list(vault.read(key, None))
    with pytest.raises(ConfigurationError):
        vault.put_document(key, b"")
    with pytest.raises(ConfigurationError):
        vault.extend_retention(key, None, FLOOR)


def test_a_document_is_never_put_among_the_originals(vault: EvidenceVault) -> None:
    with pytest.raises(ConfigurationError):
        vault.put_document(f"originals/chengguan/2026/11/{'a' * 64}", b"")


@pytest.mark.parametrize("unit_code", ["", "..", "a/b", "ÄÖ", "a" * 33, "A", "a\n", "a\x00"])
def test_hostile_unit_codes_are_refused(vault: EvidenceVault, tmp_path: Path, unit_code: str) -> None:
    with pytest.raises(ConfigurationError):
        store_bytes(vault, tmp_path, b"x", intake(unit_code=unit_code))
    with pytest.raises(ConfigurationError):
        list(vault.originals(unit_code))


def test_a_floor_without_a_zone_is_refused(vault: EvidenceVault, tmp_path: Path) -> None:
    naive = datetime(2027, 1, 1)
    with pytest.raises(ConfigurationError):
        store_bytes(vault, tmp_path, b"x", intake(until=naive))
    held = store_bytes(vault, tmp_path, b"x", intake()).held
    with pytest.raises(ConfigurationError):
        vault.extend_retention(held.key, held.version, naive)


def test_originals_come_in_key_order(vault: EvidenceVault, tmp_path: Path) -> None:
    for number in range(20):
        store_bytes(vault, tmp_path, str(number).encode(), intake(unit_code=f"u{number % 3}"), SecondDigest.NONE)
    found = [held.key for held in vault.originals()]
    assert len(found) == 20
    assert found == sorted(found)


def test_a_source_that_cannot_be_read_is_the_callers_matter(vault: EvidenceVault, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(IsADirectoryError):
        vault.store(descriptor, intake(uuid4()), second=SecondDigest.NONE, progress=lambda count: None)
    os.close(descriptor)
    assert list(vault.originals()) == []


def test_floors_are_kept_in_utc(vault: EvidenceVault, tmp_path: Path) -> None:
    shanghai = FLOOR.astimezone(tz=None)
    held = store_bytes(vault, tmp_path, b"zone", intake(until=shanghai)).held
    assert held.retain_until == FLOOR
    assert held.retain_until.tzinfo is UTC
