"""Checking the chain, entry by entry (Art. 7: what was recorded must be provable as it was).

A chain proves that nothing in it was altered, removed, inserted or moved, up to its newest entry. Whether entries were
cut off at its end only a head kept elsewhere can tell: hand such heads in as `known`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, text

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import GENESIS, Head, entry_hash, head_of
from registry.ledger.quick import WORTH_IT, all_is_well
from registry.ledger.reports import MOST, LedgerReport, Problem, Progress
from registry.tables.ledger import LedgerEntry

if TYPE_CHECKING:
    from registry.database import Registry

_AT_ONCE = 5_000

# Each engine writes times and ids as the hash has them; Python only hashes.
_ENTRIES = {
    "sqlite": text(
        """
        SELECT seq, replace(at, ' ', 'T') || 'Z', event, actor, subject_kind,
            substr(subject_id, 1, 8) || '-' || substr(subject_id, 9, 4) || '-' || substr(subject_id, 13, 4) || '-'
            || substr(subject_id, 17, 4) || '-' || substr(subject_id, 21),
            substr(unit_id, 1, 8) || '-' || substr(unit_id, 9, 4) || '-' || substr(unit_id, 13, 4) || '-'
            || substr(unit_id, 17, 4) || '-' || substr(unit_id, 21),
            article, facts, previous_hash, hash
        FROM ledger_entry WHERE seq > :since ORDER BY seq
        """
    ),
    "postgresql": text(
        """
        SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event, actor, subject_kind,
            CAST(subject_id AS text), CAST(unit_id AS text), article, facts, previous_hash, hash
        FROM ledger_entry WHERE seq > :since ORDER BY seq
        """
    ),
}

_LINK, _HASH = 9, 10
_START = Head(0, GENESIS)


def verify(registry: Registry, progress: Progress | None = None, *, known: Iterable[Head] = ()) -> LedgerReport:
    """Check every entry against its hash and its place in the chain; memory stays the same for any number of them.

    `known` are heads kept elsewhere that the chain must contain; `progress` is told now and then. Raises `Unavailable`
    when the database does not answer.
    """
    known = list(known)
    with registry.streaming() as connection:
        head = head_of(connection)
        if head.seq < WORTH_IT:
            return verify_since(connection, _START, progress, known=known)
        are_known = all(_is_there(connection, one) for one in known)
    if are_known and all_is_well(registry, head, progress):
        return LedgerReport(head.seq, head.hash, [])
    with registry.streaming() as connection:
        return verify_since(connection, _START, progress, known=known)


def _is_there(connection: Connection, head: Head) -> bool:
    entry = table_of(LedgerEntry)
    return connection.execute(select(entry.c.hash).where(entry.c.seq == head.seq)).scalar() == head.hash


def verify_since(
    connection: Connection, since: Head, progress: Progress | None = None, *, known: Iterable[Head] = ()
) -> LedgerReport:
    """The same for the entries after `since`, which is taken at its word: the first of them must follow it."""
    total = max(head_of(connection).seq - since.seq, 0)
    check = _Check(known, since)
    for rows in _entries(connection, since.seq):
        for row in rows:
            check.see(row)
        if progress is not None:
            progress(check.entries, total)
    return check.report()


def _entries(connection: Connection, since: int) -> Iterable[Sequence[AnyRow]]:
    # Numbers below the first are entries too many: from the start all are looked at.
    since = since or -(2**63)
    answer = connection.execute(
        _ENTRIES[connection.dialect.name], {"since": since}, execution_options={"yield_per": _AT_ONCE}
    )
    return answer.partitions(_AT_ONCE)


class _Check:
    """The chain so far, one entry at a time."""

    def __init__(self, known: Iterable[Head], since: Head) -> None:
        self.entries = 0
        self._problems: list[Problem] = []
        self._newest = since
        # An entry that does not fit its hash, with the hash it should have: only the next one tells which of the two
        # was altered.
        self._doubtful: Head | None = None
        self._missing: list[int] = []
        self._moved: int | None = None  # the last entry that stood in another's place: nothing follows from its hash
        self._known = {head.seq: head.hash for head in known}

    def see(self, row: AnyRow) -> None:
        """The next entry in the order of their numbers."""
        self.entries += 1
        digest = _digest(row)
        sound = digest == row[_HASH] and row[_LINK] == self._newest.hash and row[0] == self._newest.seq + 1
        if not sound or self._doubtful is not None:
            self._look_closer(row, digest)
        if self._known and self._known.pop(row[0], row[_HASH]) != row[_HASH]:
            self._blame(row[0], "hash", "it is not the entry that was known elsewhere")
        if row[0] > self._newest.seq:
            self._newest = Head(row[0], row[_HASH])

    def report(self) -> LedgerReport:
        """What was found, once all entries were seen."""
        if self._doubtful is not None:
            self._blame(self._doubtful.seq, "content or hash", "its hash is not that of its content")
        for seq in sorted(self._known):
            self._blame(seq, "seq", "it was known elsewhere and is missing: the ledger was cut short")
        return LedgerReport(self.entries, self._newest.hash, self._problems)

    def _look_closer(self, row: AnyRow, digest: str) -> None:
        seq, link, stored = row[0], row[_LINK], row[_HASH]
        if seq <= self._newest.seq:
            self._blame(seq, "seq", "one entry too many: its number is taken or lies before the first")
            return
        before = self._before(seq)
        was_doubtful = self._settle_doubt(link if before else None)
        if digest == stored:
            if before and link not in before and not was_doubtful and self._moved != seq - 1:
                self._blame_link(seq)
        elif any(_digest(row, link=one) == stored for one in before if one != link):
            self._blame(seq, "previous_hash", "altered: it no longer names the entry before it")
        elif (own := self._own_number(row)) is not None:
            self._blame(seq, "seq", f"altered: this is entry {own}")
            self._moved = seq
        else:
            self._doubtful = Head(seq, digest)

    def _before(self, seq: int) -> list[str]:
        """The hashes that the entry before `seq` has or should have; none when that entry is missing."""
        gap = range(self._newest.seq + 1, seq)
        if gap:
            which = f"entry {gap[0]} is" if len(gap) == 1 else f"entries {gap[0]} to {gap[-1]} are"
            self._blame(gap[0], "seq", f"{which} missing")
            self._missing.extend(gap[:MOST])
            del self._missing[:-MOST]
            return []
        return [self._newest.hash] if self._doubtful is None else [self._newest.hash, self._doubtful.hash]

    def _blame_link(self, seq: int) -> None:
        """A sound entry that follows another than the one before it, which is sound as well."""
        if seq == 1:
            self._blame(seq, "previous_hash", "altered with its hash: the first entry follows nothing")
        else:
            self._blame(seq - 1, "content", f"replaced together with its hash: entry {seq} follows another one")

    def _settle_doubt(self, next_link: str | None) -> bool:
        """Say what is wrong with the entry before, now that the next one's link is known; whether anything was."""
        if self._doubtful is None:
            return False
        seq, should_be = self._doubtful.seq, self._doubtful.hash
        if next_link == should_be:
            self._blame(seq, "hash", "altered: the content is the one that the next entry vouches for")
        else:
            self._blame(seq, "content", "altered: its hash is not that of its content")
        self._doubtful = None
        return True

    def _own_number(self, row: AnyRow) -> int | None:
        """The number under which the entry fits its hash, among those that were missed and its neighbours'."""
        tried = (*self._missing, row[0] - 1, row[0] + 1)
        return next((seq for seq in tried if _digest(row, seq=seq) == row[_HASH]), None)

    def _blame(self, seq: int, column: str, message: str) -> None:
        if len(self._problems) < MOST:
            self._problems.append(Problem(seq, column, message))
        elif len(self._problems) == MOST:
            self._problems.append(Problem(seq, column, "here and further on: too many problems to list"))


def _digest(row: AnyRow, *, seq: int | None = None, link: str | None = None) -> str:
    number, at, event, actor, kind, subject, unit, article, facts, previous, _ = row
    try:
        return entry_hash(
            number if seq is None else seq,
            at,
            event,
            actor,
            kind,
            subject,
            unit,
            article,
            facts,
            previous if link is None else link,
        )
    except (TypeError, UnicodeEncodeError):
        return "not text"  # fits no hash
