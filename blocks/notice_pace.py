"""How fast a channel is sent to: operators block those who send too much at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

MINUTE = 60.0


class Pace:
    """A token bucket: `per_minute` at once, then one for each that has been refilled. Threads may share it."""

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._tokens = float(per_minute)
        self._at = clock()
        self._lock = Lock()

    def take(self) -> float:
        """Wait for one's turn. Returns the seconds waited."""
        seconds = self._reserve()
        if seconds > 0:
            self._sleep(seconds)
        return seconds

    def _reserve(self) -> float:
        """Take a token, on credit where there is none, and say how long to wait for it."""
        with self._lock:
            now = self._clock()
            refilled = self._tokens + (now - self._at) * self._per_minute / MINUTE
            self._tokens = min(float(self._per_minute), refilled) - 1.0
            self._at = now
            return max(0.0, -self._tokens * MINUTE / self._per_minute)
