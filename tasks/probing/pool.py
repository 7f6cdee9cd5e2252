"""The door to the probing children: they may crash, hang or eat memory, and the session goes on."""

from __future__ import annotations

import contextlib
import math
import os
import queue
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

from registry.tables.recordings import Condition
from regulation.errors import ConfigurationError
from regulation.vocabulary import MediaKind
from tasks.probing.child import WORKER, Child, ChildLostError
from tasks.probing.probe import Probe
from tasks.probing.sniffing import HEAD_BYTES, extension_of, kind_of_extension, sniff

Key = TypeVar("Key")
Opener = Callable[[], tuple[int, str]]
"""Opens one file when its turn comes: (descriptor, which the pool closes, and the name to show)."""

MEMORY_LIMIT_BYTES = 1 << 30
"""Address space of one child: a 4K picture with all its references, four times over."""
FILES_PER_CHILD = 20_000
"""A child is replaced after that many, in case the libraries leak."""


class ProbePool:
    """Persistent probing children, `workers` of them. Thread-safe; as many probes run at once as there are children.

    `seconds_per_file` bounds the look at one file: a child that takes longer, dies, answers nonsense or exceeds
    `memory_limit_bytes` of address space (None: no limit) is replaced, and its file is `Condition.UNREADABLE` with a
    warning that says why. Raises `ConfigurationError` for settings that make no sense and when no child can be started.
    """

    def __init__(
        self,
        workers: int,
        seconds_per_file: float,
        memory_limit_bytes: int | None = MEMORY_LIMIT_BYTES,
        *,
        command: Sequence[str] = WORKER,
    ) -> None:
        if workers < 1:
            raise ConfigurationError("at least one probing child is needed", subject="workers")
        if not (math.isfinite(seconds_per_file) and seconds_per_file > 0):
            raise ConfigurationError("the time for one file must be positive", subject="seconds_per_file")
        self.workers = workers
        self.seconds_per_file = seconds_per_file
        self.memory_limit_bytes = memory_limit_bytes or 0
        self._command = tuple(command)
        self._children: dict[int, Child] = {}
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._open = threading.Event()

    def __enter__(self) -> Self:
        self._open.set()
        self._idle = queue.LifoQueue()
        try:
            for _ in range(self.workers):
                self._idle.put(self._start())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill all children. Probes still running or waiting in other threads raise RuntimeError."""
        with self._lock:
            self._open.clear()
            for child in self._children.values():
                child.stop()
        with contextlib.suppress(queue.Empty):
            while True:
                self._give_back(self._idle.get_nowait(), None, place=False)
        self._idle.put(None)  # wakes whoever waits for a child; see `_take`

    @property
    def process_ids(self) -> list[int]:
        """The children there are now."""
        with self._lock:
            return list(self._children)

    def probe(self, descriptor: int, shown_name: str, *, still: bool = False) -> Probe:
        """Look at the open file `descriptor`, whose offset does not move and which stays the caller's. Of `shown_name`
        only the extension is used, and nothing is opened by it. With `still`, a small picture is made too.

        Raises `ConfigurationError` when no child can be started, RuntimeError outside the context.
        """
        extension = extension_of(shown_name)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Probe(MediaKind.OTHER, Condition.UNREADABLE, warnings=("it is not a regular file",))
        child, kept = self._take(), None
        try:
            child = child or self._start()
            probe = child.ask(descriptor, extension, still=still, seconds=self.seconds_per_file)
            kept = child if not child.spent and child.asked < FILES_PER_CHILD and self._open.is_set() else None
        except (ChildLostError, ConfigurationError) as lost:
            self._check_open()  # a child that was lost because the pool closed says nothing about its file
            if isinstance(lost, ConfigurationError):
                raise
            probe = _lost(descriptor, extension, str(lost))
        finally:
            self._give_back(child, kept)
        return probe

    def probe_many(self, items: Iterable[tuple[Key, Opener]], *, still: bool = False) -> Iterator[tuple[Key, Probe]]:
        """Probe one after the other as children become free; results come as they are ready, each with its key. Openers
        are called from several threads, and only as many files as there are children are open at once. A file that
        cannot be opened is `UNREADABLE`."""
        pending: dict[Future[Probe], Key] = {}
        with ThreadPoolExecutor(self.workers, "probe") as threads:
            try:
                for key, opener in items:
                    pending[threads.submit(self._open_and_probe, opener, still)] = key
                    if len(pending) >= 2 * self.workers:
                        yield from _finished(pending)
                while pending:
                    yield from _finished(pending)
            finally:
                for future in pending:
                    future.cancel()

    def _open_and_probe(self, opener: Opener, still: bool) -> Probe:
        try:
            descriptor, shown_name = opener()
        except OSError as trouble:
            why = f"it cannot be opened: {trouble.strerror or type(trouble).__name__}"
            return Probe(MediaKind.OTHER, Condition.UNREADABLE, warnings=(why,))
        try:
            return self.probe(descriptor, shown_name, still=still)
        finally:
            os.close(descriptor)

    def _take(self) -> Child | None:
        """A child that is free, or None: a place where one may be started."""
        self._check_open()
        child = self._idle.get()
        if not self._open.is_set():
            self._give_back(child, None)  # for whoever else waits
            self._check_open()
        if child is not None and not child.alive:
            self._forget(child)
            return None
        return child

    def _check_open(self) -> None:
        if not self._open.is_set():
            raise RuntimeError("the pool is closed")

    def _start(self) -> Child:
        child = Child(self._command, self.seconds_per_file, self.memory_limit_bytes)
        with self._lock:
            self._children[child.process_id] = child
            if not self._open.is_set():
                child.stop()
        return child

    def _give_back(self, child: Child | None, kept: Child | None, *, place: bool = True) -> None:
        """Put the child back for the next file, or an empty place in which the next file starts another."""
        if child is not None and kept is None:
            self._forget(child)
        if place:
            self._idle.put(kept)

    def _forget(self, child: Child) -> None:
        with self._lock:
            self._children.pop(child.process_id, None)
        child.kill()


def _finished(pending: dict[Future[Probe], Key]) -> Iterator[tuple[Key, Probe]]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        yield pending.pop(future), future.result()


def _lost(descriptor: int, extension: str, why: str) -> Probe:
    """Class a file whose child was lost by its first bytes, which takes no library."""
    try:
        guess = sniff(os.pread(descriptor, HEAD_BYTES, 0))
    except OSError:
        guess = None
    kind = guess.kind if guess is not None else kind_of_extension(extension)
    return Probe(kind, Condition.UNREADABLE, guess.container if guess else None, warnings=(why,))
