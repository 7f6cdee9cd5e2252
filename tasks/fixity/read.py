"""The step that reads: as much of the vault as the night allows, whoever's turn it is first (Art. 7).

In batches, an act each: killed anywhere, the next run goes on where the acts ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from prefect import task

from registry.bulk import AnyRow
from registry.queries.fixity import next_in_turn
from registry.tables import CheckOutcome
from registry.transitions import fixity
from registry.transitions.fixity import Reading
from tasks.fixity.reading import read_original
from tasks.fixity.work import FixityWork
from tasks.progress import Progress
from tasks.steps import RETRIED

ENROLLED_AT_ONCE = 5_000
READ_AT_ONCE = 500
BYTES_AT_ONCE = 32 << 30
"""A batch: what a kill can cost."""

READERS = 4
"""Hashing leaves the interpreter to others: two keep two processors busy, two more wait for the medium meanwhile."""

TOLD_EVERY_SECONDS = 0.5


@task(**RETRIED, name="enrol-originals")
def enrol_originals(work: FixityWork) -> None:
    """Hear of the originals that came in since."""
    while True:
        with work.acting() as act:
            enrolled = fixity.enrol(act, ENROLLED_AT_ONCE)
        work.counts.update(enrolled=enrolled)
        if enrolled < ENROLLED_AT_ONCE:
            break


@task(**RETRIED, name="read-originals")
def read_originals(work: FixityWork, *, suspects_only: bool = False) -> None:
    """Read and compare, until nobody's turn is left or the night's bytes are used up. The suspicious are read whatever
    they cost."""
    progress = Progress("read", work.left, "bytes", "fixity-progress")
    with ThreadPoolExecutor(READERS, thread_name_prefix="fixity") as readers:
        while rows := _next(work, suspects_only=suspects_only or work.left <= 0):
            _read_batch(work, readers, rows, progress)
    progress.tell(finished=True)


def _next(work: FixityWork, *, suspects_only: bool) -> list[AnyRow]:
    """The next batch: no larger than what is left, but never empty while there is anything."""
    with work.registry.reading() as reading:
        rows = next_in_turn(reading.connection(), work.now(), READ_AT_ONCE, suspects_only=suspects_only)
    size, most = 0, BYTES_AT_ONCE if suspects_only else min(work.left, BYTES_AT_ONCE)
    for place, row in enumerate(rows):
        if size >= most and place:
            return rows[:place]
        size += row.size
    return rows


def _read_batch(work: FixityWork, readers: ThreadPoolExecutor, rows: Sequence[AnyRow], progress: Progress) -> None:
    """Read these and enter what was found, also where some could not be read because the vault stopped answering."""
    under_way = [readers.submit(read_original, work.vault, row, progress.advance) for row in rows]
    try:
        _wait(work, under_way, progress)
    finally:
        for one in under_way:
            one.cancel()
    _enter(work, [one.result() for one in under_way if _is_read(one)])
    for one in under_way:
        if not one.cancelled():
            one.result()


def _wait(work: FixityWork, under_way: Sequence[Future[Reading]], progress: Progress) -> None:
    """Until all are read or one has failed; those that are being read then are waited for."""
    pending = set(under_way)
    while pending:
        done, pending = wait(pending, TOLD_EVERY_SECONDS)
        work.beat()
        progress.tell()
        if any(one.exception() is not None for one in done):
            pending = {one for one in pending if not one.cancel()}
            wait(pending)
            return


def _is_read(one: Future[Reading]) -> bool:
    return not one.cancelled() and one.exception() is None


def _enter(work: FixityWork, readings: Sequence[Reading]) -> None:
    if not readings:
        return
    with work.acting() as act:
        opened = fixity.record_checks(act, work.sweep_id, work.started_at, readings, work.due_again)
    size = sum(one.size for one in readings if one.outcome is not CheckOutcome.DISPOSED)
    work.left -= size
    wrong = sum(one.outcome not in (CheckOutcome.INTACT, CheckOutcome.DISPOSED) for one in readings)
    work.counts.update(read=len(readings), bytes=size, wrong=wrong, incidents=len(opened))
