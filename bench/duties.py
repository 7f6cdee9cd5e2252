"""Sweeps: a million open duties of which ten thousand fall due, and notices queued."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import LiteralString

import psycopg

from bench.duties_child import CHANGING
from bench.measure import Runs, Sample, run, spread
from bench.place import Place, say
from bench.records import ENGINES
from bench.report import Gate, Section, machine, versions
from bench.servers import database, postgresql
from tests.servers.postgresql import PostgresServer

_NOTICES = 10_000


def measure(place: Place) -> Section:
    """Each round sweeps duties that no earlier one has touched."""
    section = Section("7-duties", "Duties and notices")
    section.say(machine(place.command), f"Versions: {versions('sqlalchemy', 'psycopg')}.")
    section.say(
        f"**sweep** finds the {CHANGING:,} duties that fall due, resolves who holds which role at that moment, writes "
        "a line for each person told of each duty (two a duty here), gathers and queues one notice a person, and "
        "enters all of it in the ledger.",
        "**bare, found and updated** is two statements of SQL that find the same duties and update the same columns. "
        "**bare, and told** also inserts the same number of lines, by one statement.",
    )
    gates: list[Gate] = []
    with postgresql() as server:
        for engine in ENGINES:
            gates += _sweeping(place, section, engine, server)
        gates.append(_largest(place, section, server))
        for engine in ENGINES:
            _queueing(place, section, engine, server)
    section.gates(gates)
    return section


def _sweeping(place: Place, section: Section, engine: str, server: PostgresServer) -> list[Gate]:
    count = 100_000 if place.quick else 1_000_000
    say(f"{ENGINES[engine]}: {count:,} duties")
    runs: Runs = {"sweep": [], "bare": [], "bare-told": []}
    with database(engine, place.folder, server) as url:
        filled = run(_command("fill", url, count, 0))
        _vacuum(engine, url)
        for number in range(3 * min(place.rounds, count // CHANGING // 3)):
            _come_to_rest(engine, url)
            task = ("sweep", "bare", "bare-told")[number % 3]
            runs[task].append(run(_command(task, url, 0, number)))
    names = {"sweep": "sweep", "bare": "bare, found and updated", "bare-told": "bare, and told"}
    section.say(f"### {ENGINES[engine]}: {count:,} open duties, filled in {filled.seconds:,.0f} s")
    rows = [[names[task], spread(seconds(samples)).shown(2), peak(samples)] for task, samples in runs.items()]
    section.table(["", "seconds", "peak MiB"], rows)
    ratios = {task: ratio(runs["sweep"], runs[task]) for task in ("bare", "bare-told")}
    most = spread([sample.peak_mib for sample in runs["sweep"]])
    name = ENGINES[engine]
    return [
        Gate(f"{name}: sweep against finding and updating alone", 3, spread(ratios["bare"]), "times", least=False),
        Gate(f"{name}: sweep against the same with its lines", 3, spread(ratios["bare-told"]), "times", least=False),
        Gate(f"{name}: memory of a sweep", 300, most, "MiB", least=False),
    ]


def _vacuum(engine: str, url: str) -> None:
    """What filling left to the server's own upkeep is done now: it would fall into some rounds and not into others."""
    _tell(engine, url, "VACUUM ANALYZE")


def _come_to_rest(engine: str, url: str) -> None:
    """Nobody pays for what the one before has left to be written: each begins right after a checkpoint, and writes the
    pages it is the first to change in full."""
    _tell(engine, url, "CHECKPOINT")
    os.sync()


def _tell(engine: str, url: str, statement: LiteralString) -> None:
    if engine == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)


def _largest(place: Place, section: Section, server: PostgresServer) -> Gate:
    """Ten times as many duties take the same memory."""
    count = 1_000_000 if place.quick else 10_000_000
    say(f"PostgreSQL: {count:,} duties")
    with database("postgresql", place.folder, server) as url:
        run(_command("fill", url, count, 0))
        _vacuum("postgresql", url)
        swept = [run(_command("sweep", url, 0, number)) for number in range(2)]
    section.say(
        f"PostgreSQL: {count:,} open duties are swept in {spread(seconds(swept)).shown(2)} s, {peak(swept)} MiB."
    )
    name = f"PostgreSQL: memory of a sweep over {count:,}"
    return Gate(name, 300, spread([one.peak_mib for one in swept]), "MiB", least=False)


def _queueing(place: Place, section: Section, engine: str, server: PostgresServer) -> None:
    say(f"{ENGINES[engine]}: {_NOTICES:,} notices")
    took = []
    for _ in range(min(place.rounds, 3)):
        with database(engine, place.folder, server) as url:
            took.append(run(_command("queue", url, _NOTICES, 0)).seconds)
    section.say(f"{ENGINES[engine]}: {_NOTICES:,} notices queued in one act in {spread(took).shown(2)} s.")


def seconds(samples: Sequence[Sample]) -> list[float]:
    return [sample.seconds for sample in samples]


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> list[float]:
    return [a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True)]


def peak(samples: Sequence[Sample]) -> str:
    return f"{max(sample.peak_mib for sample in samples):,.0f}"


def _command(task: str, url: str, count: int, number: int) -> list[str]:
    return [sys.executable, "-m", "bench.duties_child", task, url, str(count), str(number)]
