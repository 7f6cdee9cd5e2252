"""The steps of a reconciliation: registry, vault and ledger against each other, both ways (Art. 7).

It keeps no place: killed anywhere, the next run begins anew, and opens nothing twice. Both sides go on changing
meanwhile, so whatever looks wrong is looked at once more before anybody is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from uuid import UUID

from prefect import task

from blocks.vault import Listed, Version
from registry.bulk import AnyRow
from registry.ledger import RowProblem
from registry.queries.fixity import leaving
from registry.queries.reconciling import (
    at_keys,
    by_key,
    how_many,
    repairs_of,
    top_unit,
    unenrolled,
    unit_codes,
    unlike_ledger,
    whose,
)
from registry.tables import RecordingState
from registry.transitions import fixity
from registry.transitions.fixity import Finding
from regulation.errors import FixityError
from regulation.incidents import IncidentKind
from tasks.fixity.judging import (
    Suspicion,
    foreign,
    judge,
    judge_lock,
    still_so,
    unreadable_lock,
    version_kept,
)
from tasks.fixity.pairing import Pair, pairs
from tasks.fixity.work import FixityWork
from tasks.progress import Progress
from tasks.steps import RETRIED

AT_ONCE = 500
PutBack = Mapping[UUID, Sequence[str | None]]

ASKED_AT_ONCE = 8
"""Questions to the vault under way: each mostly waits for its answer."""


@task(**RETRIED, name="compare-vault")
def compare_vault(work: FixityWork, *, read_locks: bool) -> None:
    """Every key that the registry or the vault knows."""
    with work.registry.reading() as reading:
        connection = reading.connection()
        progress = Progress("compare", how_many(connection), "files", "reconciliation-progress")
        # A bucket that the unit accepted without locks has none to be shortened.
        read_locks = read_locks and not getattr(work.vault, "accepts_no_object_lock", False)
        compared = _Vault(work, unit_codes(connection), top_unit(connection), read_locks=read_locks)
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="reconcile") as pool:
        found = pairs(compared.registered(), compared.listed())
        while batch := list(islice(found, AT_ONCE)):
            compared.compare(batch, pool)
            progress.advance(sum(len(pair.rows) for pair in batch))
            progress.tell()
        compared.tell_foreign()
    progress.tell(finished=True)


class _Vault:
    """The comparison of one vault."""

    def __init__(self, work: FixityWork, units: dict[str, UUID], top: UUID, *, read_locks: bool) -> None:
        self._work, self._units, self._top, self._read_locks = work, units, top, read_locks
        self._foreign: list[Suspicion] = []

    def registered(self) -> Iterator[AnyRow]:
        """Every recording in the order in which the vault lists, a unit at a time, so that no view of the facts is kept
        open for the whole vault. A key in another unit's folder is no original's: the ledger will tell."""
        for code in sorted(self._units, key=lambda one: f"{one}/"):
            with self._work.registry.streaming() as connection:
                rows = by_key(connection, self._units[code])
                yield from (row for row in rows if row.vault_key.startswith(f"originals/{code}/"))

    def listed(self) -> Iterator[Listed]:
        """Everything that the vault lists; what no vault put there is told by itself."""
        for one in self._work.vault.listed():
            if not one.is_foreign:
                yield one
            else:
                self._foreign.append(foreign(one))
                if len(self._foreign) >= AT_ONCE:
                    self.tell_foreign()

    def tell_foreign(self) -> None:
        """Open incidents for what was met of it so far."""
        suspected, self._foreign = self._foreign, []
        self._open(self._finding(one) for one in suspected)

    def compare(self, batch: Sequence[Pair], pool: ThreadPoolExecutor) -> None:
        """One batch of keys."""
        work, rows = self._work, [row for pair in batch for row in pair.rows]
        ids = [row.id for row in rows]
        with work.registry.reading() as reading:
            put_back = repairs_of(reading.connection(), ids)
            unheard = unenrolled(reading.connection(), ids)
        suspected = [one for pair in batch for one in judge(pair, self._put_back(pair, put_back), work.now())]
        if self._read_locks:
            kept = [row for row in rows if row.state is not RecordingState.DISPOSED]
            suspected += self._shortened(kept, put_back, pool)
            work.counts.update(locks=len(kept))
        self._open(self._confirmed(suspected, pool))
        if unheard:
            with work.acting() as act:
                fixity.enrol(act, len(unheard), unheard)
        work.counts.update(compared=len(batch), enrolled=len(unheard))
        work.beat()

    @staticmethod
    def _put_back(pair: Pair, put_back: PutBack) -> Sequence[str | None]:
        return put_back.get(pair.rows[0].id, ()) if pair.rows else ()

    def _shortened(self, rows: Sequence[AnyRow], put_back: PutBack, pool: ThreadPoolExecutor) -> Iterator[Suspicion]:
        work = self._work

        def asked(row: AnyRow) -> Suspicion | None:
            try:
                held = work.vault.check(row.vault_key, version_kept(row, put_back.get(row.id, ())))
            except FixityError:
                return unreadable_lock(row)
            return judge_lock(row, held, work.now())

        yield from (one for one in pool.map(asked, rows) if one is not None)

    def _confirmed(self, suspected: Sequence[Suspicion], pool: ThreadPoolExecutor) -> Iterator[Finding]:
        """What is still so, now that both sides are looked at after each other: first the vault, then the registry."""
        if not suspected:
            return
        keys = list(dict.fromkeys(one.key for one in suspected))
        there = dict(zip(keys, pool.map(self._versions, keys), strict=True))
        with self._work.registry.reading() as reading:
            connection = reading.connection()
            now = at_keys(connection, keys)
            ids = [row.id for row in now.values()]
            going, put_back = leaving(connection, ids), repairs_of(connection, ids)
        for one in suspected:
            row = now.get(one.key)
            if still_so(one, row, there[one.key], () if row is None else put_back.get(row.id, ()), going):
                yield self._finding(one)

    def _versions(self, key: str) -> list[Version]:
        """What stands there; what cannot be made sense of does not count."""
        try:
            return self._work.vault.versions(key)
        except FixityError:
            return []

    def _finding(self, one: Suspicion) -> Finding:
        if one.row is not None:
            return Finding(one.kind, one.row.unit_id, one.row.id, one.key, one.detail)
        code = one.key.split("/")[1] if one.key.count("/") else ""
        return Finding(one.kind, self._units.get(code, self._top), None, one.key, one.detail)

    def _open(self, findings: Iterable[Finding]) -> None:
        _open(self._work, list(findings))


def _open(work: FixityWork, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    with work.acting() as act:
        opened = fixity.open_found(act, work.sweep_id, findings)
        damaged = [one.recording_id for one in opened if one.recording_id is not None]
        fixity.suspect(act, damaged)
    work.counts.update(incidents=len(opened))


@task(**RETRIED, name="compare-ledger")
def compare_ledger(work: FixityWork) -> None:
    """Every recording against what the ledger says was verified, and the other way round."""
    with work.registry.streaming() as connection:
        problems = unlike_ledger(connection)
        while batch := list(islice(problems, AT_ONCE)):
            _open(work, [_ghost(work, one) for one in batch])


def _ghost(work: FixityWork, problem: RowProblem) -> Finding:
    with work.registry.reading() as reading:
        recording_id, unit_id = whose(reading.connection(), problem.row_id)
    detail = f"{problem.column}:{'row' if recording_id is not None else 'gone'}"
    return Finding(IncidentKind.GHOST, unit_id, recording_id, f"recording/{problem.row_id}", detail)
