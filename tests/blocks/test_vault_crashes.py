"""Killed at any line and asked again: no loss, no double, nothing left behind, and no original ever without its lock
(Art. 7, 16, 18)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from blocks.folder_store import FolderStore
from blocks.s3_listing import listed, unfinished_uploads
from blocks.s3_settings import MIB
from blocks.s3_store import S3Store
from blocks.s3_wire import Wire
from blocks.vault import EvidenceVault, SecondDigest
from tests.fixtures.crashing import Point, VaultPlan, killed_destroying, killed_intake
from tests.fixtures.parts import prepare_immutable
from tests.fixtures.vaults import (
    FLOOR,
    LONG_AGO,
    folder_vault,
    intake,
    random_bytes,
    store_bytes,
    store_file,
    store_lapsed,
)

PHOTO, VIDEO = 100 << 10, 12 * MIB

FOLDER = [
    (VIDEO, Point("blocks.folder_store:claim", "after")),
    (VIDEO, Point("blocks.folder_writing:Settling.write", "after", 2)),
    (VIDEO, Point("blocks.folder_locks:FolderLocks.born", "after")),
    (VIDEO, Point("blocks.folder_writing:Settling.finish", "after")),
    (PHOTO, Point("blocks.folder_store:publish", "before")),
    (PHOTO, Point("blocks.folder_store:publish", "after")),
    (VIDEO, Point("blocks.folder_store:publish", "after")),
    (PHOTO, Point("blocks.folder_store:FolderStore._harden", "after")),
    (PHOTO, Point("blocks.folder_store:FolderStore._present", "before")),
    # a file system without renameat2 links first and unlinks then: between the two an original has two names
    (PHOTO, Point("os:link", "after")),
]

S3 = [
    (PHOTO, Point("blocks.s3_intake:put_object", "before")),
    (PHOTO, Point("blocks.s3_intake:put_object", "after")),
    (PHOTO, Point("blocks.s3_keeping:Keeping.secured", "after")),
    (VIDEO, Point("blocks.s3_control:Control.begin_parts", "after")),
    (VIDEO, Point("blocks.s3_parts:put_part", "before", 2)),
    (VIDEO, Point("blocks.s3_parts:put_part", "after", 3)),
    (VIDEO, Point("blocks.s3_parts:Uploader._complete", "before")),
    (VIDEO, Point("blocks.s3_parts:Uploader._complete", "after")),
    (VIDEO, Point("blocks.s3_keeping:Keeping.locked", "before")),
    (VIDEO, Point("blocks.s3_keeping:Keeping.secured", "after")),
]


def again(vault: EvidenceVault, source: Path, content: bytes, intake_id: object) -> None:
    """The second try of the intake keeps exactly one, locked, and says the truth of it."""
    asked = intake(intake_id)  # type: ignore[arg-type]
    stored = store_file(vault, source, asked, SecondDigest.NONE)
    held = list(vault.originals())
    assert held == [stored.held]
    assert b"".join(vault.read(stored.held.key, stored.held.version)) == content
    assert stored.held.retain_until == FLOOR


@pytest.mark.parametrize(("size", "point"), FOLDER, ids=str)
def test_a_killed_intake_into_a_folder(directory_store: FolderStore, tmp_path: Path, size: int, point: Point) -> None:
    source, intake_id = tmp_path / "source", uuid4()
    source.write_bytes(random_bytes(size))
    root = tmp_path / "vault"
    killed_intake(VaultPlan(root=root), source, intake_id, point)
    assert all(held.size == size for held in directory_store.originals())  # whole, or not there
    again(directory_store, source, source.read_bytes(), intake_id)
    assert os.listdir(root / "incoming") == []


@pytest.mark.servers
@pytest.mark.parametrize("name", ["ceph", "localstack"])
@pytest.mark.parametrize(("size", "point"), S3, ids=str)
def test_a_killed_intake_into_a_bucket(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, size: int, point: Point
) -> None:
    vault: S3Store = request.getfixturevalue(f"{name}_store")
    source, intake_id = tmp_path / "source", uuid4()
    source.write_bytes(random_bytes(size))
    killed_intake(VaultPlan(settings=vault.settings, given=vault.given), source, intake_id, point)
    again(vault, source, source.read_bytes(), intake_id)
    wire = Wire(vault.settings)
    assert len(list(listed(wire, "originals/"))) == 1
    assert unfinished_uploads(wire, f"originals/chengguan/2026/11/{intake_id}") == []


def test_prepare_removes_what_dead_intakes_left(directory_store: FolderStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(random_bytes(VIDEO))
    root = tmp_path / "vault"
    killed_intake(VaultPlan(root=root), source, uuid4(), Point("blocks.folder_writing:Settling.write", "after", 2))
    assert len(os.listdir(root / "incoming")) == 1
    directory_store.prepare()
    assert os.listdir(root / "incoming") == []


# --- letting go ---

FLOOR_BESIDE = LONG_AGO + timedelta(days=1)  # of an original whose floor was lengthened: it stands under locks/

FOLDER_LETS_GO = [
    Point("blocks.folder_destroying:_unlink", "before"),
    Point("blocks.folder_destroying:_unlink", "after", 2),
    Point("blocks.folder_destroying:_unlink", "after", 3),
    Point("blocks.folder_destroying:LettingGo._left", "before"),
    Point("blocks.folder_locks:FolderLocks.forget", "before"),
    Point("pathlib:Path.unlink", "after"),
    Point("pathlib:Path.unlink", "after", 3),
    Point("blocks.folder_locks:FolderLocks.forget", "after"),
]

BUCKET_LETS_GO = [
    Point("blocks.s3_destroying:standing", "after"),
    Point("blocks.s3_destroying:with_locks", "after", 2),
    Point("blocks.s3_destroying:delete_versions", "before"),
    Point("blocks.s3_destroying:delete_versions", "after"),
    Point("blocks.s3_destroying:standing", "after", 2),
]


@pytest.mark.parametrize("point", FOLDER_LETS_GO, ids=str)
def test_a_killed_disposal_in_a_folder(directory_store: FolderStore, tmp_path: Path, point: Point) -> None:
    root, held = tmp_path / "vault", [store_lapsed(directory_store, tmp_path, bytes([n])) for n in range(3)]
    for each in held:
        directory_store.extend_retention(each.key, None, FLOOR_BESIDE)
    asked = [each.key for each in held]
    killed_destroying(VaultPlan(root=root), asked, FLOOR, point)
    left = [version for key in asked for version in directory_store.versions(key)]
    assert all(version.retain_until == FLOOR_BESIDE for version in left)
    told = directory_store.destroy(asked, FLOOR)
    assert all(each.gone for each in told)
    assert sum(each.removed for each in told) == len(left)
    assert [path for path in root.rglob("*") if path.is_file()] == [root / "locks" / ".guard"]


def test_a_disposal_killed_when_the_file_is_no_longer_immutable(tmp_path: Path) -> None:
    with folder_vault(tmp_path / "vault", immutable=True) as vault:
        prepare_immutable(vault)
        held = store_bytes(vault, tmp_path, b"x", intake(until=LONG_AGO)).held
        point = Point("blocks.folder_destroying:set_immutable", "after")
        killed_destroying(VaultPlan(root=tmp_path / "vault"), [held.key], FLOOR, point)
        assert vault.check(held.key, None) == held
        assert [each.removed for each in vault.destroy([held.key], FLOOR)] == [1]


@pytest.mark.servers
@pytest.mark.parametrize("name", ["ceph", "localstack"])
@pytest.mark.parametrize("point", BUCKET_LETS_GO, ids=str)
def test_a_killed_disposal_in_a_bucket(request: pytest.FixtureRequest, tmp_path: Path, name: str, point: Point) -> None:
    vault: S3Store = request.getfixturevalue(f"{name}_store")
    asked = [store_lapsed(vault, tmp_path, bytes([n])).key for n in range(3)]
    killed_destroying(VaultPlan(settings=vault.settings, given=vault.given), asked, FLOOR, point)
    left = [version for key in asked for version in vault.versions(key)]
    told = vault.destroy(asked, FLOOR)
    assert all(each.gone for each in told)
    assert sum(each.removed for each in told) == len(left)
    assert list(vault.listed()) == []
