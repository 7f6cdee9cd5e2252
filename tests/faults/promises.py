"""What must hold of a dump, its vault, registry and receipts whatever happened on the way (Art. 7, 16)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from blocks.signing import check_signature
from registry import ledger
from registry.tables import DockItem, DockSession, FileReceipt, Recording, SessionState
from tests.fixtures.stations import Scene

Contents = dict[bytes, str]
"""Relative name → SHA-256 of every regular file of a dump."""


def contents_of(folder: Path) -> Contents:
    """What is in a dump now; links are not followed."""
    found = {}
    for parent, _, names in os.walk(os.fsencode(folder)):
        for path in (os.path.join(parent, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path):
                found[os.path.relpath(path, os.fsencode(folder))] = sha256(
                    Path(os.fsdecode(path)).read_bytes()
                ).hexdigest()
    return found


def assert_kept(scene: Scene, before: Contents, *, also: Iterable[str] = ()) -> None:
    """Every file that was in the dump is stored exactly once, the ledger verifies, every receipt is true.

    `also` are SHA-256 of originals that came to be besides: what was read of files that changed meanwhile.
    """
    held = _held(scene)
    assert set(before.values()) - held.keys() == set(), "a file of the dump is not in the vault"
    assert held.keys() <= set(before.values()) | set(also), "the vault holds what was in no dump"
    assert_sound(scene, before, held)


def assert_sound(scene: Scene, before: Contents, held: dict[str, str] | None = None) -> None:
    """What holds at every moment, also while files are not stored yet. `before`: the dump as it was at first."""
    held = _held(scene) if held is None else held
    assert ledger.verify(scene.registry).problems == []
    assert ledger.verify_rows(scene.registry).problems == []
    with scene.registry.reading() as reading:
        recordings = reading.exec(select(Recording)).all()
        receipts = reading.exec(select(FileReceipt)).all()
    assert {one.sha256: one.vault_key for one in recordings}.items() <= held.items()
    assert len(recordings) == len({one.sha256 for one in recordings}), "an original is registered twice"
    for receipt in receipts:
        assert_true(scene, receipt, held)
    _assert_wiped_by_receipt(scene, before, receipts)


def assert_finished(scene: Scene) -> None:
    """Nothing is left half done: no open session, no lease, every receipt laid out for people and kept in the vault."""
    with scene.registry.reading() as reading:
        sessions = reading.exec(select(DockSession)).all()
        receipts = reading.exec(select(FileReceipt)).all()
    assert {one.state for one in sessions} == {SessionState.SEALED}
    assert [one.lease_holder for one in sessions if one.lease_holder is not None] == []
    for receipt in receipts:
        folder = scene.station.receipt_folder / receipt.number
        told = json.loads((folder / "receipt.json").read_text())
        assert (told["document"], told["signature"]["ed25519"]) == (receipt.document, receipt.signature)
        assert receipt.number in (folder / "receipt.html").read_text()
        kept = b"".join(scene.station.vault.read(f"receipts/chengguan/{receipt.number}.json", None))
        assert json.loads(kept) == told


def assert_true(scene: Scene, receipt: FileReceipt, held: dict[str, str]) -> None:
    """The signature is right, and all that may be wiped is held by the vault, with that very content."""
    check_signature(receipt.document, receipt.signature, scene.station.receipt_key.public_key)
    document = json.loads(receipt.document)
    names = Counter(line["raw_name"] for line in document["may_be_wiped"] + document["stays_on_device"])
    assert set(names.values()) <= {1}
    for line in document["may_be_wiped"]:
        assert held.get(line["sha256"]) == line["vault_key"], "what is offered for wiping is not in the vault"


def _held(scene: Scene) -> dict[str, str]:
    """SHA-256 → key of each original, read back from the vault; each content once."""
    vault = scene.station.vault
    found: dict[str, str] = {}
    for original in vault.originals():
        digest, size = sha256(), 0
        for piece in vault.read(original.key, original.version):
            digest.update(piece)
            size += len(piece)
        assert size == original.size
        assert digest.hexdigest() not in found, "an original is stored twice"
        found[digest.hexdigest()] = original.key
    return found


def _assert_wiped_by_receipt(scene: Scene, before: Contents, receipts: Iterable[FileReceipt]) -> None:
    """What is gone from the dump was offered by a receipt under its name and content, and the ledger knows it is gone;
    nothing else in the dump has changed."""
    lines: list[dict[str, Any]] = [line for one in receipts for line in json.loads(one.document)["may_be_wiped"]]
    offered = {(bytes.fromhex(line["raw_name"]), line["sha256"]) for line in lines}
    now = contents_of(scene.dump)
    assert now.items() <= before.items(), "a file of the dump was changed"
    gone = before.items() - now.items()
    assert gone <= offered, "a file was deleted that no receipt offers"


def assert_all_done(scene: Scene, before: Contents) -> None:
    """A run with `wipe` came to its end: every file is kept, gone from the dump, and entered as wiped."""
    assert_kept(scene, before)
    assert contents_of(scene.dump) == {}
    assert_finished(scene)
    assert_wipes_entered(scene, before)


def assert_wipes_entered(scene: Scene, before: Contents) -> None:
    """What the ledger says was wiped is gone, and what is gone was entered as wiped."""
    with scene.registry.reading() as reading:
        entered = set(reading.exec(select(DockItem.raw_name).where(col(DockItem.wiped_at).is_not(None))).all())
    assert entered == before.keys() - contents_of(scene.dump).keys()
