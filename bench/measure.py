"""Commands run in turn, A B A B …, each accounted for by the kernel as a whole process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Sample:
    """One run. Seconds of wall clock, CPU-seconds of the process and its children, peak memory in MiB.

    `told` is what the command itself said of the part that counts, as one JSON object on its last line of output: its
    `seconds` and `cpu` leave out the interpreter's start and the imports, which `wall` and `whole_cpu` hold.
    """

    wall: float
    whole_cpu: float
    peak_mib: float
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return float(self.told.get("seconds", self.wall))

    @property
    def cpu(self) -> float:
        return float(self.told.get("cpu", self.whole_cpu))


@dataclass(frozen=True)
class Contestant:
    """`command` gives the words to run, anew for each round (`round` counts from 0), so that targets can be fresh.
    `afterwards` clears away what a round left."""

    name: str
    command: Callable[[int], Sequence[str]]
    env: Mapping[str, str] = field(default_factory=dict)
    afterwards: Callable[[int], None] = lambda number: None


Runs = dict[str, list[Sample]]


def interleave(contestants: Sequence[Contestant], rounds: int, before: Callable[[], None] = lambda: None) -> Runs:
    """Every contestant once a round, the rounds one after the other; `before` each, uncounted."""
    runs: Runs = {one.name: [] for one in contestants}
    for number in range(rounds):
        for one in contestants:
            before()
            sample = run(one.command(number), one.env)
            one.afterwards(number)
            os.sync()  # nobody pays for what the one before has left to be written
            runs[one.name].append(sample)
            said = f"{sample.seconds:7.2f} s {sample.cpu:7.2f} CPU-s {sample.peak_mib:6.0f} MiB"
            print(f"  {number + 1}/{rounds} {one.name:<34} {said}", file=sys.stderr, flush=True)
    return runs


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Sample:
    """Run to the end. Raises `RuntimeError` with what it said when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        child = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=complaints,
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaints.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {complaints.read()[-4000:].decode(errors='replace')}")
        out.seek(0)
        return Sample(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, _told(out.read()))


def _told(output: bytes) -> dict[str, Any]:
    last = output.strip().rpartition(b"\n")[2]
    if not last.startswith(b"{"):
        return {}
    told: dict[str, Any] = json.loads(last)
    return told


@dataclass(frozen=True)
class Spread:
    """Of several runs."""

    least: float
    middle: float
    most: float

    def shown(self, digits: int = 0) -> str:
        return " / ".join(f"{value:,.{digits}f}" for value in (self.least, self.middle, self.most))


def spread(values: Sequence[float]) -> Spread:
    return Spread(min(values), median(values), max(values))


def ratios(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Spread:
    """How many times as fast as `theirs`, round by round."""
    return spread([their.seconds / our.seconds for our, their in zip(ours, theirs, strict=True)])
