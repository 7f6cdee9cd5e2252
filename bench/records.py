"""Registry and ledger: recordings entered in bulk, and a million entries verified."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bench.measure import Contestant, Runs, Sample, Spread, interleave, run, spread
from bench.place import Place, say
from bench.report import Gate, Section, machine, versions
from bench.servers import database, postgresql
from tests.servers.postgresql import PostgresServer

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_BATCH = 256  # as many as a session registers at once


def measure(place: Place) -> Section:
    """Both engines wait for the disk at every commit."""
    section = Section("5-registry", "Registry and ledger")
    section.say(machine(place.command), f"Versions: {versions('sqlalchemy', 'psycopg')}.")
    section.say(
        f"**register** enters recordings in acts of {_BATCH}, as a session does: duplicates looked for, a row for each "
        "recording, its item settled, its ledger entry chained, guarded by triggers. **bare** is SQLAlchemy's bulk "
        "INSERT and UPDATE of the same rows into tables of the same columns without chain, guards, keys or indexes.",
        "**verify** is `custody verify`: every entry of the chain, then every row against its entries, of recordings "
        "that were verified, probed and sealed. **bare hash** is SHA-256 of the same entries' texts one by one in a "
        "loop of Python on one core: **from a file**, a line each, or already in memory.",
    )
    gates: list[Gate] = []
    with postgresql() as server:
        for engine in ENGINES:
            gates += _registering(place, section, engine, server)
        for engine in ENGINES:
            gates += _verifying(place, section, engine, server)
    section.gates(gates)
    return section


def _registering(place: Place, section: Section, engine: str, server: PostgresServer) -> list[Gate]:
    count = 2_000 if place.quick else 20_000
    say(f"{ENGINES[engine]}: {count:,} recordings")
    runs: Runs = {"register": [], "bare": []}
    for _ in range(place.rounds):
        for name, task in (("register", "register"), ("bare", "bare-insert")):
            with database(engine, place.folder, server) as url:
                runs[name].append(run(_command(task, url, count)))
    pace = {name: spread([count / sample.seconds for sample in samples]) for name, samples in runs.items()}
    ratio = spread([b.seconds / a.seconds for a, b in zip(runs["register"], runs["bare"], strict=True)])
    section.say(f"### {ENGINES[engine]}: {count:,} recordings")
    rows = [[name, pace[name].shown(), _cpu(samples, count)] for name, samples in runs.items()]
    section.table(["", "recordings/s", "client CPU-s per 1,000"], rows)
    section.say(f"register reaches {ratio.shown(2)} of bare.")
    return [Gate(f"{ENGINES[engine]}: recordings registered", 1_000, pace["register"], "a second")]


def _verifying(place: Place, section: Section, engine: str, server: PostgresServer) -> list[Gate]:
    count = 30_000 if place.quick else 1_000_000
    say(f"{ENGINES[engine]}: {count:,} entries")
    with database(engine, place.folder, server) as url:
        filled = run(_command("fill", url, count))
        contestants = [
            Contestant("verify", lambda number: _command("verify", url, 0)),
            Contestant("chain", lambda number: _command("chain", url, 0)),
            Contestant("anchor", lambda number: _command("anchor", url, 0)),
            Contestant("bare hash", lambda number: _command("bare-hash", url, 0)),
            Contestant("bare file", lambda number: _command("bare-file", url, 0)),
        ]
        runs = interleave(contestants, min(place.rounds, 3))
    entries, rows = int(runs["verify"][0].told["entries"]), int(runs["verify"][0].told["rows"])
    section.say(f"### {ENGINES[engine]}: {entries:,} entries, {rows:,} rows, filled in {filled.seconds:,.0f} s")
    chain = spread([sample.seconds for sample in runs["chain"]])
    anchor = spread([sample.seconds for sample in runs["anchor"]])
    whole = spread([sample.seconds for sample in runs["verify"]])
    bare = spread([sample.seconds for sample in runs["bare hash"]])
    peak = {name: f"{max(sample.peak_mib for sample in samples):,.0f}" for name, samples in runs.items()}
    table = [
        ["the chain alone, on every core", chain.shown(1), peak["chain"]],
        ["an anchor's root over all of it", anchor.shown(1), peak["anchor"]],
        ["verify, chain and rows", whole.shown(1), peak["verify"]],
        ["bare hash from a file", spread([sample.seconds for sample in runs["bare file"]]).shown(1), ""],
        ["bare hash from memory", bare.shown(1), ""],
    ]
    section.table(["", "seconds", "peak MiB"], table)
    ratio = spread([a.seconds / b.seconds for a, b in zip(runs["verify"], runs["bare hash"], strict=True)])
    reached = {
        peer: spread([b.seconds / a.seconds for a, b in zip(runs["chain"], runs[peer], strict=True)])
        for peer in ("bare file", "bare hash")
    }
    section.say(
        f"verify takes {ratio.shown(1)} times as long as hashing from memory alone; the chain alone, on every core and "
        f"with the start of its processes, reaches {reached['bare file'].shown(2)} of hashing from a file and "
        f"{reached['bare hash'].shown(2)} of hashing from memory."
    )
    return [
        Gate(f"{ENGINES[engine]}: {entries:,} entries verified", 30.0, whole, "s", least=False),
        Gate(
            f"{ENGINES[engine]}: 10,000,000 entries of the chain, by its pace",
            300.0,
            _ten_million(chain, entries),
            "s",
            least=False,
        ),
    ]


def _ten_million(chain: Spread, entries: int) -> Spread:
    """What ten million would take at this pace: the memory stays the same, so the pace does."""
    return Spread(*(value * 10_000_000 / entries for value in (chain.least, chain.middle, chain.most)))


def _cpu(samples: Sequence[Sample], count: int) -> str:
    return spread([1_000 * sample.cpu / count for sample in samples]).shown(2)


def _command(task: str, url: str, count: int) -> list[str]:
    words = [sys.executable, "-m", "bench.registry_child", task, url]
    return [*words, "--count", str(count), "--batch", str(_BATCH)]
