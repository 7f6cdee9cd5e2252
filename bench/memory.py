"""Memory: the same for one GiB and for fifty."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.files import MIB, sparse
from bench.measure import Sample, run, spread
from bench.place import Place, remove, say
from bench.report import Gate, Section, machine
from bench.servers import S3, null_s3

_GIB = 1 << 30
_PAGE = 4096


def measure(place: Place) -> Section:
    """Peak memory of the whole process, interpreter and Prefect's modules included."""
    section = Section("4-memory", "Memory")
    section.say(machine(place.command))
    section.say(
        "Peak resident memory of the whole process, taking in sparse files of 1 GiB (the first row: of 256 MiB) with "
        "SHA-256 and SM3, all settings as they come. Fifty GiB go to the null S3 server, which keeps nothing; a folder "
        "would have to keep them, so there it is ten."
    )
    much, some = (2, 2) if place.quick else (50, 10)
    samples: dict[str, Sample] = {}
    with null_s3(place.folder) as server:
        samples["S3, 1 GiB"] = _taken_in(place, server, [256 * MIB + number * _PAGE for number in range(4)])
        samples[f"S3, {much} GiB"] = _taken_in(place, server, [_GIB + number * _PAGE for number in range(much)])
    samples["folder, 1 GiB"] = _taken_in(place, None, [256 * MIB + number * _PAGE for number in range(4)])
    samples[f"folder, {some} GiB"] = _taken_in(place, None, [_GIB + number * _PAGE for number in range(some)])
    rows = [[name, f"{one.peak_mib:,.0f}", f"{one.seconds:,.1f}"] for name, one in samples.items()]
    section.table(["", "peak MiB", "seconds"], rows)
    peaks = {name: one.peak_mib for name, one in samples.items()}
    growth = spread([peaks[f"S3, {much} GiB"] / peaks["S3, 1 GiB"]])
    most = Gate("peak of all", 400, spread([max(peaks.values())]), "MiB", least=False)
    section.gates([most, Gate(f"S3: {much} GiB against 1 GiB", 1.05, growth, least=False)])
    return section


def _taken_in(place: Place, server: S3 | None, sizes: list[int]) -> Sample:
    home = place.fresh("memory")
    files = sparse(home / "dump", sizes)
    say(f"  {files.size / _GIB:.0f} GiB to {'a folder' if server is None else server.name}")
    try:
        return run(_command(files.folder, home, server))
    finally:
        remove(home)


def _command(dump: Path, home: Path, server: S3 | None) -> list[str]:
    command = [sys.executable, "-m", "bench.ours", str(dump), str(home), "--second", "sm3"]
    return command if server is None else [*command, "--server", server.as_json()]
