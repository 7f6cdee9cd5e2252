"""Where a run puts its files, and how much of everything it measures."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DEFAULT = "/var/tmp"  # a disk, where /tmp may be memory


@dataclass(frozen=True)
class Place:
    """`quick`: small files and few rows, to see that everything runs; its figures mean nothing."""

    folder: Path
    quick: bool
    rounds: int
    command: str

    def fresh(self, name: str) -> Path:
        """A new, empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))


@contextmanager
def place(*, quick: bool, rounds: int, command: str) -> Iterator[Place]:
    """A folder below `CUSTODY_BENCH_FOLDER`, which needs 40 GB free; gone afterwards."""
    parent = Path(os.environ.get("CUSTODY_BENCH_FOLDER", _DEFAULT))
    folder = Path(tempfile.mkdtemp(prefix="custody-bench-", dir=parent))
    try:
        yield Place(folder, quick, rounds, command)
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder in which a vault may have made originals immutable."""
    subprocess.run(["chattr", "-R", "-f", "-i", str(folder)], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
