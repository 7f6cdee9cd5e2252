"""Where the command line prints: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Literal

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from regulation.errors import CustodyError

Unit = Literal["bytes", "files"]

out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


class Bars:
    """A bar a step, for `tasks.progress.watched_by`."""

    def __init__(self) -> None:
        start = (SpinnerColumn(), TextColumn("{task.description:<10}"), BarColumn())
        self._bytes = Progress(*start, DownloadColumn(binary_units=True), TransferSpeedColumn(), TimeRemainingColumn())
        self._files = Progress(*start, MofNCompleteColumn(), TextColumn("files"), TimeRemainingColumn())
        self._live = Live(Group(self._bytes, self._files), console=errors, refresh_per_second=8)
        self._current: tuple[Progress, TaskID] | None = None
        self.remarks: list[str] = []

    def __enter__(self) -> Bars:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for said in self.remarks:
            errors.print(Text(said))

    def step(self, title: str, total: int, unit: Unit) -> None:
        bars = self._bytes if unit == "bytes" else self._files
        self._current = bars, bars.add_task(title, total=max(total, 1))

    def advanced(self, done: int) -> None:
        if self._current is not None:
            bars, bar = self._current
            bars.update(bar, completed=done)

    def reached(self, title: str, done: int, whole: int) -> None:
        """`done` bytes of `whole` are behind us, of a step that begins when this is told first."""
        if self._current is None:
            self.step(title, whole, "bytes")
        self.advanced(done)

    def remark(self, said: str) -> None:
        self.remarks.append(said)


def told(command: Callable[[], object]) -> None:
    """Run a command; a refused act is told in a sentence, with status 1, never as a traceback."""
    try:
        command()
    except CustodyError as refused:
        errors.print(Text(type(refused).__name__, "bold red"), Text(str(refused)))
        sys.exit(1)
    except Exception as failure:
        if type(failure).__module__.partition(".")[0] not in ("prefect", "httpx"):  # not imported here for their names
            raise
        said = f"Prefect does not answer as it should ({type(failure).__name__}). What was stored is safe; "
        said += "run the command again, or look at `custody doctor`."
        errors.print(Text("Unavailable", "bold red"), Text(said))
        sys.exit(1)
