"""Letting docks in: a token each, good for one unit; guessing is slowed down (Art. 16)."""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock
from time import monotonic

from desk.refused import Refused
from registry.database import Registry
from registry.queries.docks import Dock, dock_of, token_hash

_MOST_ADDRESSES = 10_000
_MOST_KNOWN = 10_000
_LONGEST = 512


class Doorkeeper:
    """Knows who failed lately. Counts live in memory: a restart forgives."""

    def __init__(self, registry: Registry, failures: int, within_seconds: float) -> None:
        self._registry = registry
        self._failures = failures
        self._within = within_seconds
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._let_in: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def admit(self, authorization: str, address: str) -> Dock:
        """The dock whose token the header shows. Raises `Refused`: 401, or 429 after too many failures from `address`
        unless the token was good before – docks behind one address do not pay for a stranger there. Whether a token is
        live is asked of the registry each time: revoked is revoked."""
        scheme, _, token = authorization.partition(" ")
        shown = scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST
        hashed = token_hash(token) if shown else ""
        self._require_patience(hashed, address)
        if shown:
            with self._registry.reading() as reading:
                dock = dock_of(reading, hashed)
            if dock is not None:
                self._remember(hashed)
                return dock
        self._count_failure(hashed, address)
        raise Refused(401, "A live dock token is needed.", headers={"WWW-Authenticate": 'Bearer realm="intake"'})

    def _require_patience(self, hashed: str, address: str) -> None:
        with self._lock:
            recent = self._failed.get(address)
            if hashed in self._let_in or recent is None or len(recent) < self._failures:
                return
            wait = self._within - (monotonic() - recent[0])
        if wait > 0:
            raise Refused(429, "Too many failed tokens from here.", headers={"Retry-After": str(int(wait) + 1)})

    def _remember(self, hashed: str) -> None:
        with self._lock:
            self._let_in[hashed] = None
            while len(self._let_in) > _MOST_KNOWN:
                self._let_in.popitem(last=False)

    def _count_failure(self, hashed: str, address: str) -> None:
        with self._lock:
            self._let_in.pop(hashed, None)
            recent = self._failed.pop(address, None) or deque(maxlen=self._failures)
            recent.append(monotonic())
            self._failed[address] = recent
            while len(self._failed) > _MOST_ADDRESSES:
                self._failed.popitem(last=False)
