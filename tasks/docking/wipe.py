"""Wipe: free the recorder of exactly those files that a receipt names (Art. 16)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from prefect import task

from blocks.signing import check_signature
from registry.queries import dock_sessions, intake
from registry.transitions import docking
from regulation.errors import ActionDenied, FixityError
from tasks.docking.work import DockWork
from tasks.progress import Progress
from tasks.steps import RETRIED
from tasks.wiping import wipe_file

RECORDED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Left:
    """A file that the receipt names and that was not deleted; `why` is a sentence."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Wiping:
    """How many files were deleted from the dump now, and which were left."""

    wiped: int
    left: tuple[Left, ...]


@task(**RETRIED, name="wipe-dump")
def wipe_dump(work: DockWork) -> Wiping:
    """Delete from the dump by the signed list alone, each file only after its size and hash were read again and the
    vault was asked again."""
    enter_wiped(work)
    with work.registry.reading() as reading:
        receipt = intake.receipt_of(reading, work.session_id)
        waiting = {item.raw_name: item.id for item in intake.items_to_wipe(reading, work.session_id)}
    if receipt is None:
        raise ActionDenied("Nothing may be wiped before the session is sealed.", article="Art. 16", subject=work.number)
    check_signature(receipt.document, receipt.signature, work.station.receipt_key.public_key)
    listed = [
        line for line in json.loads(receipt.document)["may_be_wiped"] if bytes.fromhex(line["raw_name"]) in waiting
    ]
    progress = Progress("Wiping", len(listed), "files", f"wipe-{work.number.lower()}")
    done, left = 0, []
    for start in range(0, len(listed), RECORDED_AT_ONCE):
        batch, wiped = listed[start : start + RECORDED_AT_ONCE], []
        with work.acting() as act:
            items = [waiting[bytes.fromhex(line["raw_name"])] for line in batch]
            docking.announce_wiping(act, work.session_id, items, work.dump.identity)
        for line in batch:
            why_not = _wipe(work, line)
            if why_not is None:
                wiped.append(waiting[bytes.fromhex(line["raw_name"])])
            else:
                left.append(Left(line["name"], why_not))
            progress.advance(1)
        with work.acting() as act:
            docking.record_wiped(act, work.session_id, wiped)
        done += len(wiped)
        progress.tell()
    progress.tell(finished=True)
    return Wiping(done, tuple(left))


def enter_wiped(work: DockWork) -> None:
    """Enter what a run that was cut off had wiped and not entered yet: what the ledger says was about to be wiped from
    this very folder, and is gone. Another folder, such as that of a recorder that is not mounted, proves nothing."""
    with work.registry.reading() as reading:
        announced = dock_sessions.announced_of(reading, work.session_id)
        waiting = intake.items_to_wipe(reading, work.session_id)
    if announced is None or announced.folder != work.dump.identity:
        return
    gone = [item.id for item in waiting if item.id in announced.item_ids and not work.dump.has(item.raw_name)]
    with work.acting() as act:
        docking.record_wiped(act, work.session_id, gone)


def _wipe(work: DockWork, line: dict[str, Any]) -> str | None:
    """Wipe one file; returns why it was left, or None when it was wiped."""
    raw_name = bytes.fromhex(line["raw_name"])
    if not work.dump.has(raw_name):
        return "It is not on the device any more, and not because of us."
    return wipe_file(
        work.dump, raw_name, size=line["size"], sha256=line["sha256"], also=lambda: _check_vault(work, line)
    )


def _check_vault(work: DockWork, line: dict[str, Any]) -> None:
    held = work.vault.check(line["vault_key"], line["vault_version"])
    if held is None or held.marked_deleted or held.size != line["size"]:
        raise FixityError("The vault does not hold the original any more.", article="Art. 16")
