"""What only a folder does: attributes, full disks, leftovers, files that somebody changed (Art. 4, 7, 18)."""

from __future__ import annotations

import errno
import json
import os
import pickle
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest

from blocks import filesystem, folder_locks, folder_writing
from blocks.directory_vault import DirectoryVault
from blocks.filesystem import DirectorySync
from blocks.folder_store import FolderStore
from blocks.vault import EvidenceVault, SecondDigest
from regulation.errors import ConfigurationError, FixityError, Unavailable
from tests.fixtures.memory import peak_of_storing
from tests.fixtures.parts import disk_in_memory, prepare_immutable
from tests.fixtures.vaults import FLOOR, folder_vault, intake, random_bytes, store_bytes, store_file

MIB = 1 << 20


def path_of(tmp_path: Path, key: str) -> Path:
    return tmp_path / "vault" / key


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# --- the block ---


def test_the_block_is_a_vault_that_can_be_pickled(tmp_path: Path) -> None:
    block = DirectoryVault(root=tmp_path / "vault", immutable=False)
    assert isinstance(block, EvidenceVault)
    block.prepare()
    stored = store_bytes(block, tmp_path, b"x", intake())
    copy = pickle.loads(pickle.dumps(block))
    assert copy.model_dump() == block.model_dump()
    assert copy.check(stored.held.key, None) == stored.held
    assert list(copy.originals()) == [stored.held]


def test_a_relative_folder_is_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        DirectoryVault(root=Path("vault")).prepare()
    assert refused.value.subject == "root"


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError):
        DirectoryVault(root=tmp_path / "file" / "vault").prepare()


def test_prepare_tells_what_the_file_system_does_and_leaves_nothing(tmp_path: Path) -> None:
    with folder_vault(tmp_path / "vault") as vault:
        told = {ability.name: ability for ability in vault.prepare()}
        assert told["never-overwrites"].given
        assert told["never-overwrites"].required
        assert not told["immutable-attribute"].given
        assert files_below(tmp_path / "vault") == []


# --- what an original looks like ---


def test_an_original_is_read_only_and_carries_its_floor(directory_store: FolderStore, tmp_path: Path) -> None:
    path = path_of(tmp_path, store_bytes(directory_store, tmp_path, b"x", intake()).held.key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert os.getxattr(path, "user.custody.retain_until").decode() == FLOOR.isoformat()
    assert os.listdir(tmp_path / "vault" / "incoming") == []


def test_an_original_is_immutable(tmp_path: Path) -> None:
    with folder_vault(tmp_path / "vault", immutable=True) as vault:
        prepare_immutable(vault)
        held = store_bytes(vault, tmp_path, random_bytes(5 * MIB), intake()).held
        path = path_of(tmp_path, held.key)
        with pytest.raises(PermissionError):
            path.unlink()
        with pytest.raises(PermissionError):
            path.write_bytes(b"other")
        # floors and holds still move, without touching the original
        assert vault.extend_retention(held.key, None, FLOOR + timedelta(days=1)).retain_until == FLOOR + timedelta(
            days=1
        )
        assert vault.set_legal_hold(held.key, None, True).legal_hold
        assert store_file(vault, path, intake()).already_there


def test_floors_stand_beside_where_there_are_no_attributes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*args: object) -> bytes:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "setxattr", unsupported)
    monkeypatch.setattr(os, "getxattr", unsupported)
    with folder_vault(tmp_path / "vault") as vault:
        held = store_bytes(vault, tmp_path, b"x", intake()).held
        assert held.retain_until == FLOOR
        beside = json.loads((tmp_path / "vault" / "locks" / f"{held.key}.json").read_bytes())
        assert beside == {"legal_hold": False, "retain_until": FLOOR.isoformat()}
        later = FLOOR + timedelta(days=1)
        assert vault.extend_retention(held.key, None, later).retain_until == later


def test_a_lost_lock_file_never_shortens_the_floor_of_birth(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    directory_store.extend_retention(held.key, None, FLOOR + timedelta(days=1))
    (tmp_path / "vault" / "locks" / f"{held.key}.json").unlink()
    assert directory_store.check(held.key, None) == held


@pytest.mark.parametrize("damaged", [b"", b"{}", b"[]", b'{"retain_until": "soon", "legal_hold": false}', b"\xff"])
def test_a_damaged_lock_file_is_never_taken_for_no_lock(
    directory_store: FolderStore, tmp_path: Path, damaged: bytes
) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    directory_store.set_legal_hold(held.key, None, True)
    (tmp_path / "vault" / "locks" / f"{held.key}.json").write_bytes(damaged)
    with pytest.raises(FixityError):
        directory_store.check(held.key, None)


def test_a_damaged_floor_is_never_taken_for_no_floor(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    os.setxattr(path_of(tmp_path, held.key), folder_locks._ATTRIBUTE, b"soon")
    with pytest.raises(FixityError):
        directory_store.check(held.key, None)


# --- what somebody did to it ---


def test_altered_content_is_noticed_when_the_same_comes_again(directory_store: FolderStore, tmp_path: Path) -> None:
    content = random_bytes(MIB)
    path = path_of(tmp_path, store_bytes(directory_store, tmp_path, content, intake()).held.key)
    path.chmod(0o644)
    with path.open("r+b") as opened:
        opened.write(bytes([content[0] ^ 1]))
    with pytest.raises(FixityError):
        store_bytes(directory_store, tmp_path, content, intake())


def test_a_link_planted_under_a_key_is_not_followed(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    path = path_of(tmp_path, held.key)
    path.unlink()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    path.symlink_to(secret)
    with pytest.raises(ConfigurationError):
        directory_store.check(held.key, None)
    with pytest.raises(ConfigurationError):
        list(directory_store.read(held.key, None))


def test_a_pipe_planted_under_a_key_does_not_hang(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    path_of(tmp_path, held.key).unlink()
    os.mkfifo(path_of(tmp_path, held.key))
    with pytest.raises(FixityError):
        directory_store.check(held.key, None)


def test_strange_files_are_no_originals(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake()).held
    month = path_of(tmp_path, held.key).parent
    (month / "notes.txt").write_bytes(b"")
    (month / "\u202eabc").write_bytes(b"")
    (month.parent.parent / "stray").write_bytes(b"")
    assert list(directory_store.originals()) == [held]


@pytest.mark.parametrize("size", [100 << 10, 70 * MIB])
def test_a_disk_that_gives_back_other_bytes_is_noticed(
    directory_store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    real = os.fsync

    def corrupt(descriptor: int) -> None:
        real(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            byte = os.pread(descriptor, 1, size - 1)
            os.pwrite(descriptor, bytes([byte[0] ^ 1]), size - 1)

    source = tmp_path / "source"
    source.write_bytes(random_bytes(size))
    monkeypatch.setattr(folder_writing.os, "fsync", corrupt)
    with pytest.raises(FixityError, match="gives back other bytes"):
        store_file(directory_store, source, intake(), SecondDigest.NONE)
    assert files_below(tmp_path / "vault") == []


# --- full disks ---


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [3 * MIB, 70 * MIB])
def test_a_disk_that_takes_no_more_is_unavailable(directory_store: FolderStore, tmp_path: Path, size: int) -> None:
    source, asked = tmp_path / "source", intake()
    source.write_bytes(random_bytes(size))
    with no_file_longer_than(2 * MIB), pytest.raises(Unavailable):
        store_file(directory_store, source, asked, SecondDigest.NONE)
    assert files_below(tmp_path / "vault") == []
    assert not store_file(directory_store, source, asked, SecondDigest.NONE).already_there


def test_a_full_disk_is_unavailable(tmp_path: Path) -> None:
    with disk_in_memory(tmp_path / "small", "8m") as small, folder_vault(small / "vault") as vault:
        store_bytes(vault, tmp_path, random_bytes(3 * MIB), intake())
        with pytest.raises(Unavailable, match="No space left"):
            store_bytes(vault, tmp_path, random_bytes(7 * MIB), intake())
        assert len(list(vault.originals())) == len(files_below(small)) == 1
        store_bytes(vault, tmp_path, random_bytes(2 * MIB), intake())


def test_a_disk_that_is_no_longer_mounted_is_unavailable(directory_store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "vault").rename(tmp_path / "elsewhere")
    (tmp_path / "vault").mkdir()  # the mount point stays when the disk goes
    with pytest.raises(Unavailable):
        store_bytes(directory_store, tmp_path, b"x", intake())
    assert os.listdir(tmp_path / "vault") == []


# --- many at once ---


def test_an_intake_that_another_process_has_in_hand_is_left_alone(directory_store: FolderStore, tmp_path: Path) -> None:
    asked = intake()
    taken = tmp_path / "vault" / "incoming" / f"{asked.intake_id}.part"
    busy = filesystem.claim(taken)
    try:
        with pytest.raises(Unavailable):
            store_bytes(directory_store, tmp_path, b"x", asked)
        directory_store.prepare()
        assert taken.exists()
    finally:
        os.close(busy)
    assert not store_bytes(directory_store, tmp_path, b"x", asked).already_there


def test_nobody_returns_before_a_sync_that_began_after_him(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three threads ask while one fsync is running: it is too early for them, and they share the next."""
    sync, running, go_on, done = DirectorySync(), Event(), Event(), []

    def slow(name: str) -> None:
        running.set()
        assert go_on.wait(60)
        done.append(name)

    monkeypatch.setattr(filesystem, "_fsync_directory", slow)
    threads = [Thread(target=sync.sync, args=(tmp_path,)) for _ in range(4)]
    threads[0].start()
    assert running.wait(60)
    for late in threads[1:]:
        late.start()
    while sync._asked[str(tmp_path)] < 4:
        pass
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(done) == 2


def test_memory_is_the_same_for_a_large_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with source.open("wb") as sparse:
        sparse.truncate(1 << 30)
    small = tmp_path / "small"
    small.write_bytes(b"x")
    before = peak_of_storing(tmp_path / "one", small)
    after = peak_of_storing(tmp_path / "two", source)
    assert after - before < 100 * MIB


def test_an_unknown_version_is_of_another_vault(directory_store: FolderStore, tmp_path: Path) -> None:
    held = store_bytes(directory_store, tmp_path, b"x", intake(uuid4())).held
    with pytest.raises(ConfigurationError):
        directory_store.check(held.key, "v1")
