"""The ledger's chain at its full length: ten million entries."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench.measure import Contestant, interleave, run, spread
from bench.place import Place, say
from bench.report import Gate, Section, machine
from bench.servers import database


def measure(place: Place) -> Section:
    """SQLite: the entries alone, for rows and their entries are measured with the registry."""
    section = Section("5b-ledger", "A long ledger")
    section.say(machine(place.command))
    section.say(
        "**chain** is every entry against its hash and its place, on every core, the start of the processes included. "
        "**anchor** is the Merkle root over all of it. **bare-file** reads the same entries' texts from a file, a line "
        "each, and puts them through SHA-256 one by one in a loop of Python on one core: memory does not hold so many.",
    )
    count = 300_000 if place.quick else 10_000_000
    say(f"SQLite: {count:,} entries")
    with database("sqlite", place.folder, None) as url:
        filled = run(_command("fill-chain", url, count))
        contestants = [Contestant(name, _again(name, url)) for name in ("chain", "anchor", "bare-file")]
        runs = interleave(contestants, min(place.rounds, 2))
    seconds = {name: spread([one.seconds for one in samples]) for name, samples in runs.items()}
    peak = {name: max(one.peak_mib for one in samples) for name, samples in runs.items()}
    section.say(f"SQLite: {count:,} entries, filled in {filled.seconds:,.0f} s.")
    rows = [
        [name, seconds[name].shown(1), f"{1e6 * seconds[name].middle / count:.2f}", f"{peak[name]:,.0f}"]
        for name in runs
    ]
    section.table(["", "seconds", "µs an entry", "peak MiB"], rows)
    ratio = spread([b.seconds / a.seconds for a, b in zip(runs["chain"], runs["bare-file"], strict=True)])
    section.gates(
        [
            Gate(f"{count:,} entries of the chain", 300, seconds["chain"], "s", least=False),
            Gate("the chain against bare hashing", 0.5, ratio),
        ]
    )
    return section


def _again(task: str, url: str) -> Callable[[int], list[str]]:
    return lambda _number: _command(task, url)


def _command(task: str, url: str, count: int = 0) -> list[str]:
    return [sys.executable, "-m", "bench.registry_child", task, url, "--count", str(count)]
