"""Guessing is slowed down: too many wrong tries from one place, and none is looked at for a while (Art. 17)."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

_TRIES, _WITHIN, _MOST_ADDRESSES = 20, timedelta(minutes=10), 10_000


class Patience:
    """How many wrong tries came from an address lately; guessing many people's passwords from one place is slow."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def is_lost(self, address: str, now: datetime) -> bool:
        """Whether no more tries from there are looked at for now."""
        with self._lock:
            recent = [at for at in self._failed.get(address, ()) if now - at < _WITHIN]
            return len(recent) >= _TRIES

    def count(self, address: str, now: datetime) -> None:
        """A wrong try."""
        with self._lock:
            recent = [at for at in self._failed.pop(address, ()) if now - at < _WITHIN]
            self._failed[address] = [*recent, now][-_TRIES:]
            while len(self._failed) > _MOST_ADDRESSES:
                self._failed.popitem(last=False)
