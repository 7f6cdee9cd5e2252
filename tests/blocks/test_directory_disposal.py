"""Letting go in a folder: attributes, links, second names, damaged locks, lost disks (Art. 18)."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest

from blocks import folder_destroying
from blocks.filesystem import is_immutable
from blocks.folder_store import FolderStore
from blocks.vault import SecondDigest
from regulation.errors import FixityError, Unavailable
from tests.fixtures.parts import prepare_immutable
from tests.fixtures.vaults import FLOOR, LONG_AGO, folder_vault, intake, store_bytes, store_lapsed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def lock_file(root: Path, key: str) -> Path:
    return root / "locks" / f"{key}.json"


# --- what is listed ---


def test_everything_is_listed_and_nothing_is_followed(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    originals, month = root / "originals", (root / held.key).parent
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (originals / "stray.txt").write_bytes(b"12")
    (originals / "Foreign").mkdir()
    (originals / "Foreign" / "inside").write_bytes(b"")
    (originals / "linked").symlink_to(outside)
    (originals / "chengguan" / "2026" / "13").mkdir()
    (originals / "chengguan" / "2026" / "12").mkdir()  # a month of which all has gone
    (month / "汉字 \u202e.txt").write_bytes(b"123")
    (month / ("a" * 64)).symlink_to(outside / "secret")
    os.mkfifo(month / ("b" * 64))
    (month / ("c" * 64)).mkdir()
    os.close(os.open(os.fsencode(month) + b"/\xff", os.O_CREAT | os.O_WRONLY))
    within = "originals/chengguan/2026"
    found = [(each.key, each.size, each.is_foreign) for each in directory_store.listed()]
    assert sorted(found) == sorted(
        [
            (held.key, 1, False),
            ("originals/Foreign/", 0, True),
            ("originals/linked", 0, True),
            ("originals/stray.txt", 2, True),
            (f"{within}/11/{'a' * 64}", 0, True),
            (f"{within}/11/{'b' * 64}", 0, True),
            (f"{within}/11/{'c' * 64}/", 0, True),
            (f"{within}/11/\\xff", 0, True),
            (f"{within}/11/汉字 \u202e.txt", 3, True),
            (f"{within}/13/", 0, True),
        ]
    )
    assert all(each.newest_of_all and each.version is None for each in directory_store.listed())
    assert directory_store.destroy([held.key], FLOOR)[0].gone
    assert len(list(directory_store.listed())) == len(found) - 1


def test_folders_and_files_come_in_the_order_of_keys(directory_store: FolderStore, root: Path) -> None:
    for name in ("originals/ab/2026/11", "originals/ab-", "originals/ab0"):
        (root / name).mkdir(parents=True)
    for name in ("ab/2026/11/x", "ab.txt"):
        (root / "originals" / name).write_bytes(b"")
    found = [each.key for each in directory_store.listed()]
    assert found == ["originals/ab-/", "originals/ab.txt", "originals/ab/2026/11/x"]
    assert found == sorted(found)


# --- what goes ---


def test_an_immutable_original_goes(tmp_path: Path) -> None:
    with folder_vault(tmp_path / "vault", immutable=True) as vault:
        prepare_immutable(vault)
        held = store_bytes(vault, tmp_path, b"x", intake(until=LONG_AGO)).held
        (told,) = vault.destroy([held.key], FLOOR)
        assert (told.removed, told.gone) == (1, True)


def test_one_that_cannot_be_removed_is_told_and_stays_immutable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with folder_vault(tmp_path / "vault", immutable=True) as vault:
        granted = {ability.name: ability.given for ability in vault.prepare()}["immutable-attribute"]
        held = store_bytes(vault, tmp_path, b"x", intake(until=LONG_AGO)).held
        monkeypatch.setattr(folder_destroying.os, "unlink", refuse)
        (told,) = vault.destroy([held.key], FLOOR)
        assert (told.removed, len(told.left), told.gone) == (0, 1, False)
        assert told.problem == "The vault's disk did not take it: Input/output error."
        monkeypatch.undo()
        with open(tmp_path / "vault" / held.key, "rb") as opened:
            assert is_immutable(opened.fileno()) == granted


def test_the_lock_file_goes_with_its_original(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    held = [store_lapsed(directory_store, tmp_path, bytes([n])) for n in range(2)]
    for each in held:
        directory_store.extend_retention(each.key, None, LONG_AGO + timedelta(days=1))
    assert directory_store.destroy([held[0].key], FLOOR)[0].gone
    assert not lock_file(root, held[0].key).exists()
    assert lock_file(root, held[1].key).exists()


def test_a_lock_file_whose_whole_month_is_gone_goes_too(
    directory_store: FolderStore, root: Path, tmp_path: Path
) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    directory_store.extend_retention(held.key, None, LONG_AGO + timedelta(days=1))
    (root / held.key).unlink()
    (root / held.key).parent.rmdir()
    assert directory_store.destroy([held.key], FLOOR)[0].gone
    assert not lock_file(root, held.key).exists()


def test_the_lock_of_what_is_on_its_way_in_stays(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    """Where the file system has no attributes, the lock of an original is there before the original."""
    held = store_lapsed(directory_store, tmp_path, b"x")
    directory_store.extend_retention(held.key, None, FLOOR)
    (root / held.key).unlink()
    (told,) = directory_store.destroy([held.key], FLOOR - timedelta(days=1))
    assert told.gone
    assert lock_file(root, held.key).exists()
    assert store_lapsed(directory_store, tmp_path, b"x").retain_until == FLOOR


def test_copies_of_dead_intakes_go_too(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    second_name = root / "incoming" / "dead.part"  # an intake that died between linking and unlinking
    os.link(root / held.key, second_name)
    assert directory_store.destroy([held.key], FLOOR)[0].gone
    assert not second_name.exists()


# --- what stays ---


def test_an_original_with_a_second_name_stays(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    os.link(root / held.key, tmp_path / "kept-by-somebody")
    (told,) = directory_store.destroy([held.key], FLOOR)
    assert not told.gone
    assert "second name" in str(told.problem)
    (tmp_path / "kept-by-somebody").unlink()
    assert directory_store.destroy([held.key], FLOOR)[0].gone


def test_an_original_whose_lock_cannot_be_read_stays(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    directory_store.set_legal_hold(held.key, None, True)
    lock_file(root, held.key).write_bytes(b"{}")
    (told,) = directory_store.destroy([held.key], FLOOR)
    assert (told.removed, len(told.left), told.gone) == (0, 1, False)
    assert told.problem == "The lock file of this original cannot be read."
    assert (root / held.key).exists()
    with pytest.raises(FixityError):
        directory_store.versions(held.key)


@pytest.mark.parametrize("plant", ["link", "pipe", "folder"])
def test_what_is_no_file_stays(directory_store: FolderStore, root: Path, tmp_path: Path, plant: str) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    path, secret = root / held.key, tmp_path / "secret"
    path.unlink()
    secret.write_bytes(b"secret")
    {"link": lambda: path.symlink_to(secret), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[plant]()
    (told,) = directory_store.destroy([held.key], FLOOR)
    assert (told.removed, told.gone) == (0, False)
    assert told.problem is not None
    assert os.path.lexists(path)
    assert secret.exists()


def test_a_folder_that_was_replaced_by_a_link_is_not_entered(
    directory_store: FolderStore, root: Path, tmp_path: Path
) -> None:
    held = store_lapsed(directory_store, tmp_path, b"x")
    month, elsewhere = (root / held.key).parent, tmp_path / "elsewhere"
    month.rename(elsewhere)
    month.symlink_to(elsewhere)
    (told,) = directory_store.destroy([held.key], FLOOR)
    assert (told.removed, told.gone) == (0, False)
    assert told.problem == "A link or a file stands where this original's folder should be."
    assert len(list(elsewhere.iterdir())) == 1
    assert [(each.key, each.is_foreign) for each in directory_store.listed()] == [("originals/chengguan/2026/11", True)]


def test_a_units_folder_that_is_a_link_is_not_entered(directory_store: FolderStore, root: Path, tmp_path: Path) -> None:
    store_lapsed(directory_store, tmp_path, b"x")
    (root / "originals" / "huanbao").symlink_to(root / "originals" / "chengguan")
    assert len(list(directory_store.listed("chengguan"))) == 1
    assert list(directory_store.listed("huanbao")) == []
    assert [each.key for each in directory_store.listed() if each.is_foreign] == ["originals/huanbao"]


def test_a_disk_that_is_no_longer_mounted_proves_nothing_gone(
    directory_store: FolderStore, root: Path, tmp_path: Path
) -> None:
    key = store_lapsed(directory_store, tmp_path, b"x").key
    root.rename(tmp_path / "elsewhere")
    root.mkdir()
    for act in (
        lambda: directory_store.destroy([key], FLOOR),
        lambda: directory_store.versions(key),
        lambda: list(directory_store.listed()),
    ):
        with pytest.raises(Unavailable, match="mounted"):
            act()


def test_floors_in_attributes_and_beside_both_keep(directory_store: FolderStore, tmp_path: Path) -> None:
    born = store_bytes(directory_store, tmp_path, b"x", intake(until=FLOOR), SecondDigest.NONE).held
    later = store_lapsed(directory_store, tmp_path, b"y")
    directory_store.extend_retention(later.key, None, FLOOR)
    told = directory_store.destroy([born.key, later.key], FLOOR - timedelta(seconds=1))
    assert [each.gone for each in told] == [False, False]
    assert [each.gone for each in directory_store.destroy([born.key, later.key], FLOOR)] == [True, True]
