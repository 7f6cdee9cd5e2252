"""Six hundred hostile and broken files in one session, into a folder and into a bucket: none lost, none believed, each
classed (Art. 4, 7, 16)."""

from __future__ import annotations

from hashlib import file_digest, sha256
from pathlib import Path

import pytest

from blocks.directory_vault import DirectoryVault
from blocks.s3_vault import S3Vault
from flows.upload import upload_dock_session
from registry import ledger
from registry.queries.intake import ReceiptLine, RecordingRow
from registry.tables import Condition, ItemOutcome
from tasks.dump import Dump
from tests.corpus import CorpusEntry, build_corpus
from tests.fixtures.archives import s3_vault
from tests.fixtures.stations import MakeScene, Scene

pytestmark = pytest.mark.servers

MIB = 1 << 20


@pytest.fixture(params=["directory", "ceph"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> DirectoryVault | S3Vault:
    """Each vault in turn."""
    if request.param == "directory":
        return DirectoryVault(root=tmp_path / "vault", immutable=False)
    return s3_vault(request.getfixturevalue(f"{request.param}_store"))


def digests(vault: DirectoryVault | S3Vault) -> set[str]:
    """SHA-256 of every original, of the bytes that the vault gives back; each is held once."""
    found = []
    for original in vault.originals():
        read = sha256()
        for piece in vault.read(original.key, original.version):
            read.update(piece)
        found.append(read.hexdigest())
    assert len(found) == len(set(found))
    return set(found)


def digest_on_device(scene: Scene, raw_name: bytes) -> str:
    """Some of the paths are longer than the system takes at once."""
    with Dump(scene.dump) as dump, open(dump.open(raw_name), "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def fill(scene: Scene, samples: dict[str, bytes]) -> dict[bytes, CorpusEntry]:
    entries = build_corpus(scene.dump, samples=samples, sparse_bytes=8 * MIB)
    return {entry.raw_name: entry for entry in entries}


def test_a_session_of_hostile_files_ends_well(
    make_scene: MakeScene, media_samples: dict[str, bytes], vault: DirectoryVault | S3Vault
) -> None:
    scene = make_scene(probe_seconds=10.0, vault=vault)
    corpus = fill(scene, media_samples)
    assert len(corpus) >= 200

    upload_dock_session(scene.dump, station=scene.name)

    lines = {line.raw_name: line for line in scene.lines().values()}
    assert lines.keys() == corpus.keys(), "every entry of the dump is told once"
    rows = {row.item_id: row for row in scene.recordings().values()}
    kept = digests(vault)
    for raw_name, entry in corpus.items():
        line = lines[raw_name]
        if entry.is_file:
            assert_kept(scene, line, kept)
            assert_classed(entry, line, rows.get(line.item_id))
        else:
            assert line.outcome is ItemOutcome.NOT_A_FILE
            assert not line.may_be_wiped
    assert kept == {line.sha256 for line in lines.values() if line.sha256 is not None}, "nothing else is kept"
    assert ledger.verify(scene.registry).problems == []
    assert ledger.verify_rows(scene.registry).problems == []
    assert_shown_harmlessly(scene)


def assert_kept(scene: Scene, line: ReceiptLine, kept: set[str]) -> None:
    assert line.outcome in (ItemOutcome.STORED, ItemOutcome.DUPLICATE), line
    assert line.sha256 == digest_on_device(scene, line.raw_name)
    assert line.sha256 in kept


def assert_classed(entry: CorpusEntry, line: ReceiptLine, row: RecordingRow | None) -> None:
    if line.outcome is ItemOutcome.DUPLICATE:
        return
    assert row is not None
    assert row.condition is not Condition.UNPROBED
    assert row.condition in entry.expected, (entry.what, row.condition)


def assert_shown_harmlessly(scene: Scene) -> None:
    page = (scene.station.receipt_folder / scene.receipt().number / "receipt.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not any(character in page for character in "\u202e\u200b\x1b\x07")


def test_wiping_a_hostile_dump_leaves_what_was_not_stored_and_nothing_else(
    make_scene: MakeScene, media_samples: dict[str, bytes], vault: DirectoryVault | S3Vault
) -> None:
    scene = make_scene(probe_seconds=10.0, vault=vault)
    corpus = fill(scene, media_samples)
    on_device = {digest_on_device(scene, name) for name, entry in corpus.items() if entry.is_file}
    outside = scene.dock / "outside.mp4"
    outside.write_bytes(b"of another dump")

    upload_dock_session(scene.dump, station=scene.name, wipe=True)

    with Dump(scene.dump) as dump:
        left = {entry.raw_name for entry in dump.entries()}
    assert left == {name for name, entry in corpus.items() if not entry.is_file}
    assert digests(vault) == on_device, "what was wiped is in the vault"
    assert outside.read_bytes() == b"of another dump"
