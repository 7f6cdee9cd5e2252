"""Intake to a folder, against `sha256sum` and `cp`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from bench import files as made
from bench.files import Files
from bench.intake import OURS, OURS_SM3
from bench.measure import Contestant, interleave, ratios
from bench.place import Place, remove
from bench.report import Gate, Section, machine, speeds, versions

CP, CP_EACH = "sha256sum, cp, sync -f", "sha256sum, cp, sync of each file"


def measure(place: Place) -> Section:
    """The directory vault as it comes, on the disk that the files are on."""
    section = Section("3-directory", "Intake to a folder")
    section.say(machine(place.command), f"Versions: {versions('coreutils', 'prefect', 'sqlalchemy')}.")
    section.say(
        "**ours** as above, into a directory vault with all its settings as they come: each file is written, brought "
        "to the medium (fsync), dropped from the page cache, read back and compared, made read-only and immutable, "
        "given its name in one step, and registered. The first peer is `sha256sum FILES`, then `cp FILES TARGET`, then "
        "one `sync -f TARGET`; the second ends with `sync TARGET/*`, which is an fsync of each file. Neither reads "
        "back what it wrote, nor keeps the digest anywhere but in a text file."
    )
    gates: list[Gate] = []
    for files in (made.video(place.folder, quick=place.quick), made.photos(place.folder, quick=place.quick)):
        contestants = [_ours(place, files, "none"), *_peers(place, files), _ours(place, files, "sm3")]
        runs = interleave(contestants, place.rounds, files.read)
        section.say(f"### {files.name}: {files.count:,} files, {files.gigabytes:.2f} GB")
        speeds(section, files, runs, OURS)
        named = ((f"{files.name}: as fast as {peer}", ratios(runs[OURS], runs[peer])) for peer in (CP, CP_EACH))
        gates += [Gate(what, 4.0, found) for what, found in named]
        remove(files.folder)
    section.gates(gates)
    return section


def _ours(place: Place, files: Files, second: str) -> Contestant:
    homes: list[Path] = []

    def command(_round: int) -> list[str]:
        homes.append(place.fresh("ours"))
        return [sys.executable, "-m", "bench.ours", str(files.folder), str(homes[-1]), "--second", second]

    return Contestant(OURS if second == "none" else OURS_SM3, command, afterwards=_removing(files, homes))


def _peers(place: Place, files: Files) -> list[Contestant]:
    return [_peer(place, files, CP, 'sync -f "$1"'), _peer(place, files, CP_EACH, 'sync "$1"/*')]


def _peer(place: Place, files: Files, name: str, settle: str) -> Contestant:
    homes: list[Path] = []

    def command(_round: int) -> list[str]:
        homes.append(place.fresh("copy"))
        source = shlex.quote(str(files.folder))
        script = f'sha256sum {source}/* >"$1.sums" && cp {source}/* "$1" && {settle}'
        return ["sh", "-c", script, "copy", str(homes[-1])]

    return Contestant(name, command, afterwards=_removing(files, homes))


def _removing(files: Files, homes: list[Path]) -> Callable[[int], None]:
    """Make room for the next contestant; many files stay until the end: ext4 takes its time to find an inode that was
    not just given up, and whoever is next would pay for it."""
    return lambda number: remove(homes.pop()) if files.count < 1000 else None
