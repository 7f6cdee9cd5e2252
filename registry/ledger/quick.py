"""A quick look at a long ledger, on every core: all is well, or it is not, and `verification` says what and where.

An entry passes only if the hash over its columns, written as canonical JSON, is the one it has. Whatever no honest
writer leaves in a column does not pass either, and is looked at closely.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from queue import SimpleQueue
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from registry.bulk import table_of
from registry.ledger.chain import GENESIS, Head
from registry.ledger.reports import Progress
from registry.tables.ledger import LedgerEntry

if TYPE_CHECKING:
    from registry.database import Registry

WORTH_IT = 200_000
"""Entries from which on starting processes pays: each takes as long to start as a hundred thousand take to look at."""

STRETCH = 50_000
"""Entries that one process looks at in one go."""

_FROM = (
    "SELECT seq, at, event, actor, subject_kind, subject_id, unit_id, article, facts, previous_hash, hash "
    "FROM ledger_entry WHERE seq BETWEEN {first:d} AND {last:d} ORDER BY seq"
)
_LOWEST = -(2**63)
_entry = table_of(LedgerEntry)

Row = tuple[int, str, str, str, str, str, str]
"""An entry as the hashed text has it, in pieces: its number; what stands before its facts; these, in their quotes; the
link; the subject's id; what follows; and the hash beside it."""


def all_is_well(registry: Registry, newest: Head, progress: Progress | None = None) -> bool:
    """Whether the entries up to `newest` are all there and form a chain, each process looking at a stretch of them."""
    total = newest.seq
    stretches = [(first, min(first + STRETCH - 1, total)) for first in range(1, total + 1, STRETCH)]
    with registry.streaming() as connection:
        links = _hashes_at(connection, [last for _, last in stretches]) | {total: newest.hash}
    asked = [(first, last, links.get(first - 1, GENESIS)) for first, last in stretches]
    with _Children(registry, min(_cores(), len(stretches))) as children:
        for (_, last), head in zip(stretches, children.look(asked), strict=True):
            if head is None or head != links.get(last):
                return False
            if progress is not None:
                progress(last, total)
    return True


class _Children:
    """Processes that look at one stretch after the other. Ours import the registry alone: those of `multiprocessing`
    would each import the whole program again, which takes longer than looking at a million entries."""

    def __init__(self, registry: Registry, count: int) -> None:
        command = [sys.executable, "-m", "registry.ledger.quick_child"]
        pipe = subprocess.PIPE
        self._all = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(count)]
        self._free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
        self._threads = ThreadPoolExecutor(count)
        url = registry.engine.url.render_as_string(hide_password=False)
        for child in self._all:
            with suppress(OSError):  # it died at once, which its first answer shows
                _tell(child, url)
            self._free.put(child)

    def __enter__(self) -> _Children:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._all:
            child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in self._all:
            with suppress(OSError), child:  # closes its pipes and waits for its end
                pass

    def look(self, asked: Iterable[tuple[int, int, str]]) -> Iterator[str | None]:
        """The answers in order; None also where a child died."""
        return self._threads.map(self._look, asked)

    def _look(self, stretch: tuple[int, int, str]) -> str | None:
        child = self._free.get()
        try:
            _tell(child, stretch)
            assert child.stdout is not None
            answer: str | None = json.loads(child.stdout.readline())
            return answer
        except (OSError, ValueError):
            return None
        finally:
            self._free.put(child)


def _tell(child: subprocess.Popen[str], what: object) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(what) + "\n")
    child.stdin.flush()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _hashes_at(connection: Connection, numbers: list[int]) -> dict[int, str]:
    query = select(_entry.c.seq, _entry.c.hash)
    return {
        row.seq: row.hash
        for begin in range(0, len(numbers), 500)
        for row in connection.execute(query.where(_entry.c.seq.in_(numbers[begin : begin + 500])))
    }


def head_if_well(connection: Connection, first: int, last: int, link: str) -> str | None:
    """The hash of entry `last`, if all of `first` to `last` are there, fit their hashes and follow each other, the
    first one `link`; None otherwise. Where `first` is 1, nothing may come before it."""
    read = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    wanted, head = first, link
    for seq, before, facts, previous, subject, after, stored in read(connection, first if first > 1 else _LOWEST, last):
        text = f'{before}{facts},"previous_hash":"{head}","seq":{seq},"subject_id":"{subject}{after}'
        if seq != wanted or previous != head or sha256(text.encode()).hexdigest() != stored:
            return None
        wanted, head = wanted + 1, stored
    return head if wanted == last + 1 else None


def _around(actor: str, article: str, at: str, event: str, kind: str, unit: str) -> tuple[str, str]:
    """What stands before the facts and after the subject's id: the same for most entries of an act."""
    return (
        f'{{"actor":{actor},"article":{article},"at":"{at}","event":{event},"facts":',
        f'","subject_kind":{kind},"unit_id":{unit}}}',
    )


def _sqlite(connection: Connection, first: int, last: int) -> Iterator[Row]:
    """By the driver's own cursor: SQLAlchemy's rows would take as long as all the rest."""
    cursor = connection.connection.cursor()
    for row in cursor.execute(_FROM.format(first=first, last=last)):
        seq, at, event, actor, kind, s, unit, article, facts, previous, stored = row
        try:
            before, after = _as_sqlite_has_them(actor, article, at, event, kind, unit)
            subject = f"{s[:8]}-{s[8:12]}-{s[12:16]}-{s[16:20]}-{s[20:]}"
            yield seq, before, _quoted(facts), previous, subject, after, stored
        except TypeError:  # not text
            return


@lru_cache(maxsize=4_096)
def _as_sqlite_has_them(
    actor: str, article: str | None, at: str, event: str, kind: str, u: str | None
) -> tuple[str, str]:
    cited = "null" if article is None else _quoted(article)
    unit = "null" if u is None else f'"{u[:8]}-{u[8:12]}-{u[12:16]}-{u[16:20]}-{u[20:]}"'
    return _around(_quoted(actor), cited, f"{at[:10]}T{at[11:]}Z", _quoted(event), _quoted(kind), unit)


def _postgresql(connection: Connection, first: int, last: int) -> Iterator[Row]:
    """By COPY, whose text is JSON's but for the quotes: both write a backslash, a newline or a tab in the same way."""
    cursor = connection.connection.cursor()
    cursor.execute("SET LOCAL timezone = 'UTC'")
    cursor.execute("SET LOCAL datestyle = 'ISO'")
    with cursor.copy(f"COPY ({_FROM.format(first=first, last=last)}) TO STDOUT") as copy:
        for line in copy:
            seq, at, event, actor, kind, subject, unit, article, facts, previous, stored = (
                bytes(line[:-1]).decode().split("\t")
            )
            before, after = _as_copy_has_them(actor, article, at, event, kind, unit)
            quoted = facts.replace('"', '\\"')
            yield int(seq), before, f'"{quoted}"', previous, subject, after, stored


@lru_cache(maxsize=4_096)
def _as_copy_has_them(actor: str, article: str, at: str, event: str, kind: str, unit: str) -> tuple[str, str]:
    day, _, rest = at.partition(" ")
    clock, _, fraction = rest.removesuffix("+00").partition(".")
    texts = (_in_quotes(one) for one in (actor, article, event, kind, unit))
    quoted_actor, cited, quoted_event, quoted_kind, quoted_unit = texts
    return _around(quoted_actor, cited, f"{day}T{clock}.{fraction:0<6}Z", quoted_event, quoted_kind, quoted_unit)


def _in_quotes(text: str) -> str:
    return "null" if text == "\\N" else '"' + text.replace('"', '\\"') + '"'
