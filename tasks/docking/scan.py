"""Scan: every entry of the dump, written down before anything is read (Art. 16)."""

from __future__ import annotations

import time

from prefect import task

from registry.tables import ItemOutcome
from registry.transitions import docking
from registry.transitions.docking import ScannedEntry
from tasks.docking.work import DockWork
from tasks.dump import Entry, shown
from tasks.steps import RETRIED


@task(**RETRIED, name="scan-dump")
def scan_dump(work: DockWork) -> int:
    """Enter every entry of the dump in the registry; returns how many there are.

    Files so young that they may still be growing are given a moment to settle; one that changes all the same is found
    out when it is read.
    """
    entries = list(work.dump.entries())
    if any(_is_young(entry, work) for entry in entries):
        time.sleep(work.station.settle_seconds)
        entries = list(work.dump.entries())
    with work.acting() as act:
        docking.record_scan(act, work.session_id, [_scanned(entry) for entry in entries])
    return len(entries)


def _is_young(entry: Entry, work: DockWork) -> bool:
    age_seconds = work.now().timestamp() - entry.modified_ns / 1e9
    return entry.refused is None and 0 <= age_seconds < work.station.settle_seconds


def _scanned(entry: Entry) -> ScannedEntry:
    outcome = ItemOutcome.FOUND if entry.refused is None else _refused(entry.refused)
    return ScannedEntry(entry.raw_name, shown(entry.raw_name), entry.size, entry.modified_ns, outcome, entry.refused)


def _refused(why: str) -> ItemOutcome:
    unreadable = why.startswith(("folder unreadable", "cannot be looked at"))
    return ItemOutcome.UNREADABLE if unreadable else ItemOutcome.NOT_A_FILE
