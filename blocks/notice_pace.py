"""How fast a channel is sent to: operators block those who send too much at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock

MINUTE = 60.0
MARGIN = 1.0
"""Two notices do not take equally long to their operator: so much closer than they were sent may they arrive."""


class Pace:
    """No more than `per_minute` in any 60 seconds, however they are laid. Threads may share it.

    `before` are sends of others, as seconds ago: who starts in the midst of a minute has not the whole of it.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        before: Iterable[float] = (),
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        now = clock()
        self._sent = deque(sorted(now - seconds for seconds in before), maxlen=per_minute)
        """When the last ones went, as many as there may be in a minute; the next waits for the first of them."""
        self._lock = Lock()

    def take(self) -> float:
        """Wait for one's turn. Returns the seconds waited."""
        seconds = self._reserve()
        if seconds > 0:
            self._sleep(seconds)
        return seconds

    def _reserve(self) -> float:
        """Take the next turn, and say how long to wait for it."""
        with self._lock:
            now = self._clock()
            at = max(now, self._sent[0] + MINUTE + MARGIN) if len(self._sent) == self._sent.maxlen else now
            self._sent.append(at)
            return at - now
