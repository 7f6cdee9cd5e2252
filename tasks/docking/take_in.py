"""Take in: read each file once, hash it, store it, verify what the vault holds, register it (Art. 7, 16)."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from queue import Empty, SimpleQueue
from threading import Lock
from uuid import UUID, uuid5

from prefect import task

from blocks.vault import Intake, Stored
from registry.bulk import garbage_of_before_left_alone
from registry.queries import intake as questions
from registry.queries.intake import ItemToTakeIn, KnownOriginal
from registry.tables import ItemOutcome
from registry.transitions import docking
from registry.transitions.docking import SetAside, TakenIn
from regulation.errors import FixityError
from tasks.docking.known import KnownContent
from tasks.docking.work import DockWork
from tasks.progress import Progress
from tasks.steps import RETRIED

REGISTERED_AT_ONCE = 256
SMALL = 1 << 20
"""Bytes of a file that goes up in one request, so that many of them wait for the vault and need little memory."""

_PATIENCE = 0.5  # seconds
_BUSY = 0.6  # of one processor

Outcome = TakenIn | SetAside


class _Ended(Enum):
    """A thread found nothing more to do."""

    YES = auto()


_ENDED = _Ended.YES


@task(**RETRIED, name="take-in-files")
def take_in_files(work: DockWork) -> None:
    """Take in every file of the session that is not in yet. Each ends stored, duplicate, or set aside with a reason.

    The largest come first, lest one of them be alone at the end.
    """
    with work.registry.reading() as reading:
        items = questions.items_to_take_in(reading, work.session_id)
    items.sort(key=lambda item: item.size, reverse=True)  # which leaves equally large ones in the order of the dump
    progress = Progress("Taking in", sum(item.size for item in items), "bytes", f"take-in-{work.number.lower()}")
    batch: list[Outcome] = []
    with garbage_of_before_left_alone():
        for outcome in _all_taken_in(work, items, progress):
            batch.append(outcome)
            if len(batch) >= REGISTERED_AT_ONCE:
                _register(work, batch)
                batch = []
            progress.tell()
        _register(work, batch)
    progress.tell(finished=True)


def _all_taken_in(work: DockWork, items: Sequence[ItemToTakeIn], progress: Progress) -> Iterator[Outcome]:
    """Several files at once, results as they come. The threads never wait for the registry: what they take in while a
    batch is being registered is the next one."""
    taking = _Taking(work, items, progress)
    at_once, most = work.station.files_at_once, work.station.small_files_at_once
    with ThreadPoolExecutor(max(at_once, most), thread_name_prefix="take-in") as pool:
        running = [pool.submit(taking.run) for _ in range(at_once)]
        waiting = _Waiting()
        ended = 0
        try:
            while ended < len(running):
                told = taking.next_outcome()
                if isinstance(told, TakenIn | SetAside):
                    yield told
                ended += told is _ENDED
                if len(running) < most and taking.only_small_left() and waiting.prevails():
                    running += [pool.submit(taking.run) for _ in range(min(len(running), most - len(running)))]
        finally:
            taking.stop()
        for thread in running:
            thread.result()


class _Waiting:
    """Tells whether this process mostly waits for the vault: then more can be asked of it at once."""

    def __init__(self) -> None:
        self._at, self._used = time.monotonic(), time.process_time()

    def prevails(self) -> bool:
        """Whether less than most of one processor was used since this was last told, half a second ago or more."""
        at, used = time.monotonic(), time.process_time()
        if at - self._at < _PATIENCE:
            return False
        share = (used - self._used) / (at - self._at)
        self._at, self._used = at, used
        return share < _BUSY


class _Taking:
    """The files still to be read, and what has become of those that were."""

    def __init__(self, work: DockWork, items: Sequence[ItemToTakeIn], progress: Progress) -> None:
        self._work = work
        self._known = KnownContent(work, items)
        self._progress = progress
        self._left = deque(items)
        self._turn = Lock()
        self._done: SimpleQueue[Outcome | _Ended] = SimpleQueue()

    def run(self) -> None:
        """Take in one file after the other until none is left; what fails stops all threads."""
        try:
            while (item := self._take()) is not None:
                with self._known.turn(item):
                    self._done.put(_take_in(self._work, self._known, item, self._progress))
        finally:
            self.stop()
            self._done.put(_ENDED)

    def next_outcome(self) -> Outcome | _Ended | None:
        """What the next file has become, or that a thread has ended; None when nothing came for a while."""
        try:
            return self._done.get(timeout=_PATIENCE)
        except Empty:
            self._progress.tell()
            return None

    def only_small_left(self) -> bool:
        """Whether of what is left to be begun, largest first, even the next is small."""
        with self._turn:
            return bool(self._left) and self._left[0].size <= SMALL

    def stop(self) -> None:
        """Begin no further file."""
        with self._turn:
            self._left.clear()

    def _take(self) -> ItemToTakeIn | None:
        with self._turn:
            return self._left.popleft() if self._left else None


def _take_in(work: DockWork, known: KnownContent, item: ItemToTakeIn, progress: Progress) -> Outcome:
    try:
        descriptor = work.dump.open(item.raw_name)
    except FileNotFoundError:
        return SetAside(item.id, ItemOutcome.VANISHED, "gone when it was to be read")
    except OSError as error:
        return SetAside(item.id, ItemOutcome.UNREADABLE, _reason(error))
    try:
        return _store(work, known, item, descriptor, progress)
    except FixityError as error:
        return SetAside(item.id, ItemOutcome.MISMATCHED, error.message)
    except OSError as error:
        return SetAside(item.id, ItemOutcome.UNREADABLE, _reason(error))
    finally:
        os.close(descriptor)


def _store(work: DockWork, known: KnownContent, item: ItemToTakeIn, descriptor: int, progress: Progress) -> Outcome:
    before = os.fstat(descriptor)
    original = known.find(item, descriptor, before.st_size)
    if original is None:
        intake = _intake(work, item, before)
        stored = work.vault.store(descriptor, intake, second=work.station.second_digest, progress=progress.advance)
        original = _original(stored)
        known.remember(item, original)
    else:
        progress.advance(before.st_size)
    if original.is_disposed:
        # Stored again it would outlive the decision to destroy it (Art. 18).
        return SetAside(item.id, ItemOutcome.DISPOSED, "its content was destroyed by decision")
    return _taken_in(item, original, before, os.fstat(descriptor))


def _original(stored: Stored) -> KnownOriginal:
    held = stored.held
    return KnownOriginal(stored.sha256, stored.sm3, stored.size, held.key, held.version, held.retain_until)


def _intake(work: DockWork, item: ItemToTakeIn, seen: os.stat_result) -> Intake:
    """Named after the item and the very state of the file, so that a run after a crash finds what was begun and a file
    that has changed since gets a name of its own. The lock counts from today, never before the recording's end."""
    return Intake(
        intake_id=intake_id(item.id, seen.st_size, seen.st_mtime_ns),
        unit_code=work.unit_code,
        year=work.opened_on.year,
        month=work.opened_on.month,
        retain_until=work.floor(),
    )


def intake_id(item_id: UUID, size: int, modified_ns: int) -> UUID:
    """The name of the intake of one state of one file."""
    return uuid5(item_id, f"{size}:{modified_ns}")


def _taken_in(item: ItemToTakeIn, original: KnownOriginal, before: os.stat_result, after: os.stat_result) -> TakenIn:
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    grew = changed or original.size != after.st_size
    return TakenIn(
        item_id=item.id,
        sha256=original.sha256,
        sm3=original.sm3,
        size=original.size,
        vault_key=original.vault_key,
        vault_version=original.vault_version,
        retain_until=original.retain_until,
        outcome=ItemOutcome.GROWING if grew else ItemOutcome.STORED,
        note="changed while it was read" if grew else None,
    )


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _register(work: DockWork, outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        return
    taken_in = [outcome for outcome in outcomes if isinstance(outcome, TakenIn)]
    aside = [outcome for outcome in outcomes if isinstance(outcome, SetAside)]
    with work.acting() as act:
        docking.register_originals(act, work.session_id, taken_in)
        docking.set_aside(act, work.session_id, aside)
