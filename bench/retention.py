"""Terms: a million originals of which six thousand are due."""

from __future__ import annotations

import sys

from bench.duties import peak, ratio, seconds
from bench.measure import Runs, run, spread
from bench.place import Place, say
from bench.report import Gate, Section, machine, versions
from bench.retention_child import DUE
from bench.servers import database, postgresql


def measure(place: Place) -> Section:
    """Each round lists what falls due on a day that no earlier one has reached."""
    section = Section("9-retention", "Terms and disposal lists")
    section.say(machine(place.command), f"Versions: {versions('sqlalchemy', 'psycopg')}.")
    section.say(
        f"**sweep** settles what changed, finds the {DUE:,} originals whose terms are over, asks facts, policy, holds, "
        "requests and duties of each anew, and writes a list a unit with the term each was listed by, the ledger's "
        "entries and the notices.",
        "**bare** is two statements of SQL a unit that find the same originals by their stored days, look at the same "
        "holds, cases, requests, copies, incidents and duties, and write the same items.",
    )
    count = 100_000 if place.quick else 1_000_000
    say(f"PostgreSQL: {count:,} originals")
    runs: Runs = {"sweep": [], "bare": []}
    with postgresql() as server:
        with database("postgresql", place.folder, server) as url:
            filled = run(_command("fill", url, count, 0))
            for number in range(2 * place.rounds):
                task = ("sweep", "bare")[number % 2]
                runs[task].append(run(_command(task, url, 0, number)))
        most = 10 * count
        say(f"PostgreSQL: {most:,} originals")
        with database("postgresql", place.folder, server) as url:
            run(_command("fill", url, most, 0))
            largest = [run(_command("sweep", url, 0, number)) for number in range(2)]
    section.say(f"PostgreSQL: {count:,} originals with their terms, filled in {filled.seconds:,.0f} s.")
    rows = [[task, spread(seconds(samples)).shown(2), peak(samples)] for task, samples in runs.items()]
    rows.append([f"sweep of {most:,}", spread(seconds(largest)).shown(2), peak(largest)])
    section.table(["", "seconds", "peak MiB"], rows)
    memory = spread([sample.peak_mib for sample in runs["sweep"]])
    section.gates(
        [
            Gate("sweep against the bare SQL", 2, spread(ratio(runs["sweep"], runs["bare"])), "times", least=False),
            Gate("memory of a sweep", 300, memory, "MiB", least=False),
            Gate(f"memory of a sweep of {most:,}", 300, spread([one.peak_mib for one in largest]), "MiB", least=False),
        ]
    )
    return section


def _command(task: str, url: str, count: int, number: int) -> list[str]:
    return [sys.executable, "-m", "bench.retention_child", task, url, str(count), str(number)]
