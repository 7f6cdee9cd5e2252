"""Who holds a piece of work: a name for this process that tells later whether it still lives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_turn = count()
_held: set[str] = set()
"""What this process holds now."""


@contextmanager
def holding() -> Iterator[str]:
    """A new holder's name, which counts as alive for as long as the block runs."""
    holder = _me()
    _held.add(holder)
    try:
        yield holder
    finally:
        _held.discard(holder)


def is_dead(holder: str) -> bool:
    """Whether the holder was a run on this machine that lives no more."""
    try:
        node, process, started, _ = holder.rsplit(":", 3)
        if node != os.uname().nodename:
            return False
        mine = int(process) == os.getpid() and started == _started(os.getpid())
        return holder not in _held if mine else _started(int(process)) != started
    except ValueError:
        return False


def process_is_gone(node: str, process: int) -> bool:
    """Whether a process of this machine has ended; of another machine nobody can say."""
    return node == os.uname().nodename and _started(process) == "gone"


def _me() -> str:
    """Machine, process, its start time (which guards against reused numbers), and which holder of it."""
    return f"{os.uname().nodename}:{os.getpid()}:{_started(os.getpid())}:{next(_turn)}"


def _started(process: int) -> str:
    try:
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return "gone"
    return "gone" if state in "ZX" else rest[18]
