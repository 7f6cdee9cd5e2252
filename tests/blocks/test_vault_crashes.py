"""Killed at any line and asked again with the same intake: no loss, no double, nothing left behind (Art. 7, 16)."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest

from blocks.folder_store import FolderStore
from blocks.s3_listing import listed, unfinished_uploads
from blocks.s3_settings import MIB
from blocks.s3_store import S3Store
from blocks.s3_wire import Wire
from blocks.vault import EvidenceVault, SecondDigest
from tests.fixtures.crashing import Point, VaultPlan, killed_intake
from tests.fixtures.vaults import FLOOR, intake, random_bytes, store_file

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
