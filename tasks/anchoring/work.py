"""One anchoring at work: the archive, the registry, and what is counted on the way (Art. 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from blocks.archive import Archive
from blocks.receipt_key import ReceiptKey
from registry.act import Act
from registry.database import Registry
from regulation.expiry import floor_until, lockable

Now = Callable[[], datetime]

ACTOR = "system:anchoring"


class AnchorWork:
    """What the steps of an anchoring share. `silent` is why the authority gave no timestamp, where it gave none."""

    def __init__(self, archive: Archive, registry: Registry, now: Now) -> None:
        self.archive = archive
        self.registry = registry
        self.now = now
        self.counts: Counter[str] = Counter()
        self.silent: str | None = None

    @property
    def key(self) -> ReceiptKey:
        """The key that signs."""
        return self.archive.receipt_key

    @contextmanager
    def acting(self, at: datetime) -> Iterator[Act]:
        """One transaction."""
        with self.registry.acting(ACTOR, at) as act:
            yield act

    def locked_until(self, made_at: datetime) -> datetime:
        """Until when an anchor's copy is locked; the same whenever it is asked."""
        policy = self.archive.policy.policies().of([])
        return lockable(floor_until(made_at, UTC, policy.value("anchor_lock_months", made_at.date())))


@contextmanager
def anchor_work(archive: Archive, now: Now) -> Iterator[AnchorWork]:
    """Open what an anchoring needs."""
    registry = archive.registry.open()
    try:
        yield AnchorWork(archive, registry, now)
    finally:
        registry.dispose()
