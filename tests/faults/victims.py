"""The tests' side of `victim`: orders, and what became of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from uuid import uuid4

from tests.fixtures.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]

SMALL_BATCHES = {
    "tasks.docking.take_in:REGISTERED_AT_ONCE": 3,
    "tasks.docking.probe:PROBED_AT_ONCE": 3,
    "tasks.docking.wipe:RECORDED_AT_ONCE": 3,
}
"""So small that a small dump fills several."""

STEPS = (
    "scan_dump",
    "take_in_files",
    "probe_originals",
    "file_originals",
    "seal_session",
    "wipe_dump",
    "finish_sealed",
)
HASTY = {f"flows.upload:{step}.retry_delay_seconds": 0.3 for step in STEPS}
"""What is tried again is tried again soon."""


@dataclass(frozen=True)
class At:
    """A moment: the `call`-th call of `target`, see `moments.Moment`. `do` is kill, hold, note, fill the disk, or the
    name of an errno."""

    target: str
    when: Literal["before", "after"] = "before"
    call: int = 1
    armed_by: str | None = None
    do: str = "kill"
    ever_after: bool = False

    def __str__(self) -> str:
        counted = f" {self.call}" if self.call > 1 else ""
        armed = f", after {_short(self.armed_by)}" if self.armed_by else ""
        return f"{self.when} {_short(self.target)}{counted}{armed}"


def _short(target: str) -> str:
    module, _, name = target.partition(":")
    return f"{module.rpartition('.')[2]}.{name}"


@dataclass(frozen=True)
class Ended:
    """How a victim ended: `code` is negative for a signal; of a finished flow the receipt, the counts, the list's state
    or the error."""

    code: int
    receipt: str | None = None
    counts: Mapping[str, int] | None = None
    state: str | None = None
    error: str | None = None
    message: str = ""
    log: str = ""

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Order:
    """What a victim is to do, and in which circumstances. `known_servers`: what S3 servers were found to do (pickled,
    in base64), for trying one takes seconds. `flow` is upload; or, at the time `now`, sweep or deliver, when `station`
    is a watch; anchor, audit, reconcile, retain, dispose or convert, when it is an archive, and `number` that of a
    disposal list or a conversion. With an `archive` itself (pickled, in base64) the last three do without Prefect."""

    folder: Path
    station: str
    flow: str = "upload"
    now: datetime | None = None
    number: str | None = None
    archive: str | None = None
    wipe: bool = False
    moments: tuple[At, ...] = ()
    values: Mapping[str, Any] = field(default_factory=lambda: SMALL_BATCHES | HASTY)
    no_rename: bool = False
    known_servers: str | None = None
    api_url: str | None = None
    api_login: str | None = None


class Victim:
    """A victim under way."""

    def __init__(self, victims: Victims, order: Order, notes: Path) -> None:
        self._victims = victims
        self._notes = notes / uuid4().hex
        self._notes.mkdir(parents=True)
        told = asdict(order) | {"log": self._notes / "log", "answer": self._notes / "answer.json"}
        told["now"] = order.now and order.now.isoformat()
        for place, moment in enumerate(told["moments"]):
            moment["file"] = self._moment(place)
        self._ended: Ended | None = None
        self.process: int = victims.ask({"ask": "start", "order": told})

    def reached(self, place: int = 0) -> bool:
        """Whether the moment came."""
        return self._moment(place).exists()

    def wait_for(self, place: int = 0) -> None:
        """Until the moment has come; fails when the victim ends before."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.reached(place):
            ended = self.poll()
            assert ended is None or self.reached(place), f"it ended before: {ended}"
            assert time.monotonic() < until, f"moment {place} never came: {self._log()}"
            time.sleep(0.01)

    def go_on(self, place: int = 0) -> None:
        """Let a held victim go on."""
        self._moment(place).with_suffix(".go").touch()

    def kill(self) -> Ended:
        """kill -9."""
        os.kill(self.process, signal.SIGKILL)
        return self.wait()

    def wait(self) -> Ended:
        """Until it has ended."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (ended := self.poll()) is None:
            assert time.monotonic() < until, f"it did not end: {self._log()}"
            time.sleep(0.01)
        return ended

    def poll(self) -> Ended | None:
        """How it ended; None while it lives."""
        if self._ended is None:
            code = self._victims.ask({"ask": "end", "process": self.process})
            if code is not None:
                answer = self._notes / "answer.json"
                told = json.loads(answer.read_text()) if answer.exists() else {}
                self._ended = Ended(code, **told, log=self._log())
        return self._ended

    def _moment(self, place: int) -> Path:
        return self._notes / f"moment-{place}"

    def _log(self) -> str:
        log = self._notes / "log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""


class Victims:
    """The process that forks victims. Ask it from any thread."""

    def __init__(self, notes: Path, environment: Mapping[str, str]) -> None:
        self._notes = notes
        self._lock = Lock()
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._parent.stdout is not None
        assert self._parent.stdout.readline() == "ready\n"

    def start(self, order: Order) -> Victim:
        """Begin."""
        return Victim(self, order, self._notes)

    def run(self, order: Order) -> Ended:
        """Begin and wait for the end."""
        return self.start(order).wait()

    def ask(self, question: Mapping[str, Any]) -> Any:
        with self._lock:
            assert self._parent.stdin is not None
            assert self._parent.stdout is not None
            print(json.dumps(question, default=str), file=self._parent.stdin, flush=True)
            return json.loads(self._parent.stdout.readline())

    def close(self) -> None:
        """Ends with all its victims, which the kernel kills."""
        self._parent.kill()
        self._parent.communicate()
