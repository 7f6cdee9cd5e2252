"""Letting go: versions removed from Ceph a second, against a bare loop of boto3's `delete_objects`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench.measure import Contestant, Runs, interleave, ratios, run, spread
from bench.place import Place, say
from bench.report import Gate, Section, machine, versions
from bench.servers import S3, ceph_s3

OURS, BARE = "ours", "boto3 delete_objects"


def measure(place: Place) -> Section:
    """Both remove the same number of versions, 1,000 keys a call, from one bucket with Object Lock."""
    count = 1_000 if place.quick else 3_000
    section = Section("9b-destroy", "Letting originals go")
    section.say(machine(place.command), f"Versions: {versions('radosgw', 'boto3')}.")
    section.say(
        f"{count:,} versions of 1 KiB in a month's folder of Ceph's S3 gateway, whose locks are over. **{OURS}** is "
        "`EvidenceVault.destroy`: what stands under the keys is listed, the lock and hold of every version read, all "
        "that nothing keeps removed by its id, and the keys listed again. "
        f"**{BARE}** only removes versions whose ids it knows, 1,000 a request, one request after the other. The "
        "server removes the versions of a request one by one, so `destroy` keeps eight smaller requests under way."
    )
    with ceph_s3(place.folder) as server:
        contestants = [
            Contestant(name, _fresh(server, task, count)) for name, task in ((OURS, "destroy"), (BARE, "bare"))
        ]
        runs = interleave(contestants, place.rounds)
    _tell(section, runs, count)
    ratio = ratios(runs[OURS], runs[BARE])
    section.gates([Gate(f"{OURS}: as fast as {BARE}", 0.9, ratio)])
    return section


def _fresh(server: S3, task: str, count: int) -> Callable[[int], Sequence[str]]:
    """The command of a round, once the versions it removes are there."""

    def command(number: int) -> Sequence[str]:
        words = [sys.executable, "-m", "bench.destroy_child"]
        told = [server.as_json(), f"{task}{number}", str(count)]
        say(f"  {count:,} versions for {task}")
        run([*words, "fill", *told])
        return [*words, task, *told]

    return command


def _tell(section: Section, runs: Runs, count: int) -> None:
    rows = []
    for name, samples in runs.items():
        seconds = spread([sample.seconds for sample in samples])
        cpu = spread([1_000 * sample.cpu / count for sample in samples]).shown(2)
        peak = f"{max(sample.peak_mib for sample in samples):,.0f}"
        ratio = "" if name == OURS else ratios(runs[OURS], samples).shown(2)
        rows.append([name, seconds.shown(2), f"{count / seconds.middle:,.0f}", cpu, peak, ratio])
    head = ["", "seconds", "versions/s", "client CPU-s per 1,000", "peak MiB", f"{OURS} is … × as fast"]
    section.table(head, rows)
