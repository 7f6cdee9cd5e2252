"""Content that is known already: recognised before it is stored a second time (Art. 7, 16).

A file as big as an original that the unit already has is hashed before anything else, and so are files of one dump that
are equally big where the vault cannot name an object by its content. All others are read once.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Condition
from uuid import UUID

from registry.queries import intake
from registry.queries.intake import KnownOriginal
from registry.tables import DockItem
from regulation.errors import FixityError
from tasks.docking.work import DockWork

READ_SIZE = 1 << 20


class KnownContent:
    """What the unit has of the sizes in a dump. Safe to ask from several threads."""

    def __init__(self, work: DockWork, items: Sequence[DockItem]) -> None:
        self._vault = work.vault
        with work.registry.reading() as reading:
            self._originals = intake.originals_of_sizes(reading, work.unit_id, (item.size for item in items))
        sizes = Counter(item.size for item in items)
        self._repeated = {size for size, times in sizes.items() if times > 1 and not self._vault.names_by_content(size)}
        self._one_at_a_time = Condition()
        self._waiting: dict[int, deque[UUID]] = {size: deque() for size in self._repeated}
        for item in items:
            if item.size in self._repeated:
                self._waiting[item.size].append(item.id)

    @contextmanager
    def turn(self, item: DockItem) -> Iterator[None]:
        """To be held while `item` is taken in, so that its twin waits and then is recognised. Twins come in the order
        of the dump, begun in this order: a run after a crash must not begin with the other one and store it as well."""
        waiting = self._waiting.get(item.size)
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

    def find(self, descriptor: int, size: int) -> KnownOriginal | None:
        """The original with the same content as the open file, looked up again in the vault; None when it is new.

        Raises `FixityError` when the registry knows the content but the vault no longer holds it.
        """
        candidates = self._originals.get(size, {})
        if not candidates and size not in self._repeated:
            return None
        known = candidates.get(_sha256(descriptor))
        if known is None:
            return None
        held = self._vault.check(known.vault_key, known.vault_version)
        if held is None or held.marked_deleted or held.size != known.size:
            raise FixityError("the vault no longer holds the original of this content", article="Art. 7")
        return known

    def remember(self, original: KnownOriginal) -> None:
        """A file of a repeated size was stored: its twin need not be."""
        if original.size in self._repeated:
            self._originals.setdefault(original.size, {})[original.sha256] = original


def _sha256(descriptor: int) -> str:
    digest = hashlib.sha256()
    while piece := os.read(descriptor, READ_SIZE):
        digest.update(piece)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest.hexdigest()
