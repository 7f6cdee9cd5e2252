"""A file that a recorder is still writing."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self


class GrowingFile:
    """Appends `piece` to `path` every `interval` seconds until the context ends.

    `wait_for(count)` returns once `count` more pieces are there, so that a test needs no sleep of its own.
    """

    def __init__(self, path: Path, *, piece: bytes = bytes(4096), interval: float = 0.005) -> None:
        self.path = path
        self.pieces = 0
        self._piece = piece
        self._interval = interval
        self._stop = threading.Event()
        self._grown = threading.Condition()
        self._thread = threading.Thread(target=self._grow, name="growing-file", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait_for(1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Write no more. Harmless when repeated."""
        self._stop.set()
        self._thread.join()

    def wait_for(self, count: int, seconds: float = 30.0) -> None:
        """Return when `count` more pieces have been written. Raises TimeoutError after `seconds`."""
        with self._grown:
            wanted = self.pieces + count
            if not self._grown.wait_for(lambda: self.pieces >= wanted, seconds):
                raise TimeoutError(f"{self.path} does not grow")

    def _grow(self) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            while not self._stop.wait(self._interval):
                os.write(descriptor, self._piece)
                with self._grown:
                    self.pieces += 1
                    self._grown.notify_all()
        finally:
            os.close(descriptor)
