"""``python -m bench [TOPIC …] [--quick] [--rounds N]``: measure, print, and write docs/reference/benchmarks.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench import (
    conversion,
    desk,
    destroy,
    directory,
    duties,
    fixity,
    intake,
    ledger,
    memory,
    orchestration,
    records,
    report,
    retention,
    waiting,
)
from bench.place import Place, place
from bench.report import Section

TOPICS: dict[str, list[Callable[[Place], Section]]] = {
    "intake": [intake.null, intake.ceph],
    "intake-null": [intake.null],
    "intake-ceph": [intake.ceph],
    "directory": [directory.measure],
    "memory": [memory.measure],
    "registry": [records.measure],
    "ledger": [ledger.measure],
    "orchestration": [orchestration.measure],
    "duties": [duties.measure],
    "desk": [desk.measure],
    "waiting": [waiting.measure],
    "retention": [retention.measure],
    "destroy": [destroy.measure],
    "fixity": [fixity.measure],
    "conversion": [conversion.measure],
}
_ALL = tuple(name for name in TOPICS if not name.startswith("intake-"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", metavar="TOPIC", help=f"one or more of {', '.join(TOPICS)}; all by default"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each contestant runs (5)")
    parser.add_argument("--quick", action="store_true", help="small files, only printed: to see that everything runs")
    asked = parser.parse_args()
    unknown = set(asked.topics) - TOPICS.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    topics = asked.topics or _ALL
    command = " ".join(["python -m bench", *topics, f"--rounds {asked.rounds}"])
    with place(quick=asked.quick, rounds=asked.rounds, command=command) as here:
        for measure in (measure for topic in topics for measure in TOPICS[topic]):
            section = measure(here)
            print(section.text(), flush=True)
            if not asked.quick:
                report.write([section])


if __name__ == "__main__":
    main()
