"""Fixity: originals read again from a folder, against `sha256sum` over the same files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import files as made
from bench.files import MIB, Files, sparse
from bench.measure import Contestant, Sample, interleave, ratios, run, spread
from bench.place import Place, remove
from bench.report import Gate, Section, machine, speeds, versions

OURS, COLD, WARM = "ours", "sha256sum, from the disk", "sha256sum, from memory"
_GIB = 1 << 30
_PAGE = 4096


def measure(place: Place) -> Section:
    """A directory vault with all its settings as they come, on the disk that the files are on."""
    section = Section("9-fixity", "Fixity")
    section.say(machine(place.command), f"Versions: {versions('coreutils', 'prefect', 'sqlalchemy')}.")
    section.say(
        "**ours** is an audit of a vault: whose turn it is is asked of the registry, every original is read past the "
        "page cache, hashed, compared and entered, in acts with a ledger entry each. The peer is `sha256sum` over the "
        "same files of the same vault: from the disk, as ours reads them, and for comparison from memory."
    )
    gates: list[Gate] = []
    for files in (made.video(place.folder, quick=place.quick), made.photos(place.folder, quick=place.quick)):
        home = _filled(place, files)
        originals = sorted((home / "vault" / "originals").rglob("*/*/*/*"))
        runs = interleave(list(_contestants(home, originals)), place.rounds)
        section.say(f"### {files.name}: {files.count:,} originals, {files.gigabytes:.2f} GB")
        speeds(section, files, runs, OURS)
        gates.append(Gate(f"{files.name}: as fast as {COLD}", 0.9, ratios(runs[OURS], runs[COLD])))
        remove(home)
        remove(files.folder)
    section.gates([*gates, *_memory(place, section)])
    return section


def _filled(place: Place, files: Files) -> Path:
    home = place.fresh("fixity")
    run([sys.executable, "-m", "bench.ours", str(files.folder), str(home), "--second", "none"])
    return home


def _contestants(home: Path, originals: list[Path]) -> Iterator[Contestant]:
    def dropped(command: list[str]) -> list[str]:
        for path in originals:
            opened = os.open(path, os.O_RDONLY)
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(opened)
        return command

    def remembered(command: list[str]) -> list[str]:
        for path in originals:
            path.read_bytes()
        return command

    peer = ["sha256sum", *map(str, originals)]
    yield Contestant(OURS, lambda number: dropped(_audit(home, number)))
    yield Contestant(COLD, lambda _number: dropped(peer))
    yield Contestant(WARM, lambda _number: remembered(peer))


def _audit(home: Path, number: int) -> list[str]:
    return [sys.executable, "-m", "bench.fixity_child", str(home), str(number)]


def _memory(place: Place, section: Section) -> list[Gate]:
    """The same for one GiB in four originals and for twenty in as many."""
    much = 2 if place.quick else 20
    peaks = {
        "1 GiB": _peak(place, [256 * MIB + number * _PAGE for number in range(4)]),
        f"{much} GiB": _peak(place, [_GIB + number * _PAGE for number in range(much)]),
    }
    section.say("### Memory: sparse originals, peak of the whole process, Prefect's modules included")
    section.table(["", "peak MiB"], [[name, f"{one.peak_mib:,.0f}"] for name, one in peaks.items()])
    one, other = (sample.peak_mib for sample in peaks.values())
    return [Gate(f"memory: {much} GiB against 1 GiB", 1.05, spread([other / one]), least=False)]


def _peak(place: Place, sizes: list[int]) -> Sample:
    home = place.fresh("fixity-memory")
    try:
        files = sparse(home / "dump", sizes)
        run([sys.executable, "-m", "bench.ours", str(files.folder), str(home), "--second", "none"])
        return run(_audit(home, 0))
    finally:
        remove(home)
