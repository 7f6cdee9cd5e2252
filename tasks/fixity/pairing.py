"""Two sorted streams side by side: what the registry says stands under a key, and what the vault lists there (Art. 7).

In memory is what stands under one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from blocks.vault import Listed
from registry.bulk import AnyRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """One key: the recordings registered under it, never more than one unless something is wrong, and what is there,
    newest first."""

    key: str
    rows: Sequence[AnyRow]
    listed: Sequence[Listed]


def pairs(rows: Iterable[AnyRow], listed: Iterable[Listed]) -> Iterator[Pair]:
    """Every key that either side knows, in order. Both must be in the order of keys."""
    ours, theirs = _groups(rows, attrgetter("vault_key")), _groups(listed, attrgetter("key"))
    mine, its = next(ours, None), next(theirs, None)
    while mine is not None or its is not None:
        if its is None or (mine is not None and mine[0] < its[0]):
            assert mine is not None
            yield Pair(mine[0], mine[1], ())
            mine = next(ours, None)
        elif mine is None or its[0] < mine[0]:
            yield Pair(its[0], (), its[1])
            its = next(theirs, None)
        else:
            yield Pair(mine[0], mine[1], its[1])
            mine, its = next(ours, None), next(theirs, None)


def _groups(items: Iterable[T], key: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    """Those of one key together. Raises `ValueError` where they come in another order: everything would seem to be
    missing."""
    last = ""
    for name, group in groupby(items, key=key):
        if name < last:
            raise ValueError("keys do not come in order")
        last = name
        yield name, list(group)
