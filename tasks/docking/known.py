"""Content that is known already: recognised before it is stored a second time (Art. 7, 16).

A file as big as an original that the unit already has is hashed before anything else, and so are files of one dump that
look the same where the vault cannot name an object by its content. All others are read once.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Condition
from uuid import UUID

from registry.queries import intake
from registry.queries.intake import ItemToTakeIn, KnownOriginal
from regulation.errors import FixityError
from tasks.docking.work import DockWork
from tasks.dump import Dump

READ_SIZE = 1 << 20
_SAMPLE = 4 << 10  # bytes, at the beginning, in the middle and at the end of a file

_Look = tuple[int, bytes]
"""A file's size and samples: recorders that cut by size make many of one size, but no two that look the same."""


class KnownContent:
    """What the unit has of the sizes in a dump. Safe to ask from several threads."""

    def __init__(self, work: DockWork, items: Sequence[ItemToTakeIn]) -> None:
        self._vault = work.vault
        with work.registry.reading() as reading:
            self._originals = intake.originals_of_sizes(reading, work.unit_id, (item.size for item in items))
        sizes = Counter(item.size for item in items)
        alike: dict[_Look, deque[UUID]] = defaultdict(deque)
        for item in items:
            if sizes[item.size] > 1 and not self._vault.names_by_content(item.size):
                alike[item.size, _sample(work.dump, item)].append(item.id)
        self._one_at_a_time = Condition()
        self._twins = {item_id: twins for twins in alike.values() if len(twins) > 1 for item_id in tuple(twins)}

    @contextmanager
    def turn(self, item: ItemToTakeIn) -> Iterator[None]:
        """To be held while `item` is taken in, so that its twin waits and then is recognised. Twins come in the order
        of the dump, begun in this order: a run after a crash must not begin with the other one and store it as well."""
        waiting = self._twins.get(item.id)
        if waiting is None:
            yield
            return
        with self._one_at_a_time:
            self._one_at_a_time.wait_for(lambda: waiting[0] == item.id)
        try:
            yield
        finally:
            with self._one_at_a_time:
                waiting.popleft()
                self._one_at_a_time.notify_all()

    def find(self, item: ItemToTakeIn, descriptor: int, size: int) -> KnownOriginal | None:
        """The original with the same content as the open file, looked up again in the vault; None when it is new.
        One that was destroyed by decision is given as well.

        Raises `FixityError` when the registry knows the content but the vault no longer holds it.
        """
        candidates = self._originals.get(size, {})
        if not candidates and item.id not in self._twins:
            return None
        known = candidates.get(_sha256(descriptor))
        if known is None:
            return None
        if known.is_disposed:
            return known
        held = self._vault.check(known.vault_key, known.vault_version)
        if held is None or held.marked_deleted or held.size != known.size:
            raise FixityError("the vault no longer holds the original of this content", article="Art. 7")
        return known

    def remember(self, item: ItemToTakeIn, original: KnownOriginal) -> None:
        """A file was stored: its twin need not be."""
        if item.id in self._twins:
            self._originals.setdefault(original.size, {})[original.sha256] = original


def _sample(dump: Dump, item: ItemToTakeIn) -> bytes:
    """Bytes from here and there in the file; none where it cannot be read, which is found out when it is its turn."""
    places = (0, item.size // 2, max(0, item.size - _SAMPLE))
    try:
        descriptor = dump.open(item.raw_name)
    except OSError:
        return b""
    try:
        return b"".join(os.pread(descriptor, _SAMPLE, place) for place in places)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _sha256(descriptor: int) -> str:
    digest = hashlib.sha256()
    while piece := os.read(descriptor, READ_SIZE):
        digest.update(piece)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest.hexdigest()
