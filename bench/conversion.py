"""Evidence conversion: a package and its image against `cp`, `sha256sum` and `genisoimage`; a clip against `ffmpeg`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from bench import files as made
from bench.measure import Contestant, Sample, Spread, interleave, ratios, run, spread
from bench.place import Place, remove
from bench.report import Gate, Section, machine, speeds, versions

OURS, PEER = "ours", "cp, sha256sum, genisoimage in sequence"
CLIP, COPY = "clip", "ffmpeg -c copy"
PROVED = "ffmpeg -c copy, streamhash of both, sha256sum, sync"
_HASHED = "-map 0 -c copy -f streamhash -hash sha256 -"
_PROOF = (
    f"ffmpeg -v error -i {{clip}} {_HASHED} && ffmpeg -v error {{part}} {_HASHED} && "
    "sha256sum {clip} && sync {clip}"
)
_CHILD = [sys.executable, "-m", "bench.conversion_child"]


def measure(place: Place) -> Section:
    """A package of video with its image for disc, one minute out of ten, and the statement of a usual case."""
    section = Section("91-conversion", "Evidence conversion")
    section.say(machine(place.command), f"Versions: {versions('coreutils', 'av', 'pycdlib', 'typst')}.")
    gates = [*_packages(place, section), *_clips(place, section), *_statements(place, section)]
    section.gates(gates)
    return section


def _packages(place: Place, section: Section) -> list[Gate]:
    section.say(
        "**ours** puts originals into a bag, hashing each with SHA-256 and SHA-512 while it is copied, signs the "
        "lists, and makes an image with ISO 9660, Joliet, Rock Ridge and UDF, its digest and a label. The peer does "
        "less: it copies, hashes once with SHA-256, makes an image without UDF, and hashes that."
    )
    files = made.video(place.folder, quick=place.quick)
    target = place.folder / "packed"

    def cleared(command: list[str]) -> list[str]:
        remove(target)
        target.mkdir()
        return command

    originals, where = shlex.quote(str(files.folder)), shlex.quote(str(target))
    sequence = (
        f"cp -r {originals} {where}/bag && sync -f {where} && (cd {where}/bag && sha256sum * > ../manifest) && "
        f"genisoimage -quiet -iso-level 3 -J -R -allow-limited-size -o {where}/image.iso {where}/bag && "
        f"sha256sum {where}/image.iso && sync -f {where}"
    )
    ours = Contestant(OURS, lambda _number: cleared([*_CHILD, "pack", str(files.folder), str(target)]))
    peer = Contestant(PEER, lambda _number: cleared(["bash", "-c", sequence]))
    runs = interleave([ours, peer], place.rounds)
    section.say(f"### Package and image: {files.name}, {files.count:,} files, {files.gigabytes:.2f} GB")
    speeds(section, files, runs, OURS)
    peak = spread([float(one.told["peak_mib"]) for one in runs[OURS]])
    remove(target)
    remove(files.folder)
    return [
        Gate(f"package and image: as fast as {PEER}", 0.8, ratios(runs[OURS], runs[PEER])),
        Gate("memory of packing", 300, peak, "MiB", least=False),
    ]


def _clips(place: Place, section: Section) -> list[Gate]:
    seconds = 30 if place.quick else 600
    folder = place.fresh("clips")
    video = _video(folder, seconds)
    start, end = seconds / 3, seconds / 3 + min(60, seconds / 3)

    def cleared(command: list[str]) -> list[str]:
        (folder / "clip.mp4").unlink(missing_ok=True)
        return command

    target = str(folder / "clip.mp4")
    ours = Contestant(CLIP, lambda _number: cleared([*_CHILD, "clip", str(video), target, str(start), str(end)]))
    words = ["ffmpeg", "-v", "error", "-ss", str(start), "-to", str(end), "-i", str(video), "-c", "copy", target]
    proved = f"{shlex.join(words)} && {_PROOF.format(part=shlex.join(words[3:9]), clip=shlex.quote(target))}"
    peers = [
        Contestant(COPY, lambda _number: cleared(words)),
        Contestant(PROVED, lambda _number: cleared(["bash", "-c", proved])),
    ]
    runs = interleave([ours, *peers], place.rounds)
    section.say(
        f"### One minute out of {seconds / 60:.0f} ({video.stat().st_size / 1e6:,.0f} MB)",
        "**clip** hashes every packet while it is copied, reads the clip back and compares, takes the digest of the "
        "file and keeps it through a loss of power. Its child is forked by a server that was started before, as a run "
        "starts it while it reads the original. The first peer copies; the second does by hand what **clip** does.",
    )
    section.table(
        ["", "seconds"], [[name, spread([one.seconds for one in samples]).shown(2)] for name, samples in runs.items()]
    )
    remove(folder)
    return [
        Gate(f"clip of one minute: time against {peer}", 1.5, _times(runs[CLIP], runs[peer]), least=False)
        for peer in (COPY, PROVED)
    ]


def _times(ours: list[Sample], theirs: list[Sample]) -> Spread:
    return spread([our.seconds / their.seconds for our, their in zip(ours, theirs, strict=True)])


def _video(folder: Path, seconds: int) -> Path:
    """So long, as recorders write it: 1080p at 30 pictures a second, 8 Mbit/s, a group of pictures each two seconds;
    ten of them over and over."""
    short, path = folder / "short.mp4", folder / "long.mp4"
    pictures = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30,noise=alls=30:allf=t"]
    sound = ["-f", "lavfi", "-i", "sine=440:r=48000"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    first = ["ffmpeg", "-v", "error", *pictures, *sound, "-t", "10", *encode, str(short)]
    subprocess.run(first, check=True)
    words = ["ffmpeg", "-v", "error", "-stream_loop", str(seconds // 10 - 1), "-i", str(short), "-c", "copy", str(path)]
    subprocess.run(words, check=True)
    return path


def _statements(place: Place, section: Section) -> list[Gate]:
    folder = place.fresh("statement")
    counts = (10, 50) if place.quick else (10, 500)
    runs: dict[int, list[Sample]] = {count: [] for count in counts}
    for _ in range(place.rounds):
        for count in counts:
            runs[count].append(run([*_CHILD, "statement", str(folder), str(count)]))
    rows = [
        [
            f"{count} recordings",
            spread([one.seconds for one in samples]).shown(2),
            f"{max(float(one.told['peak_mib']) for one in samples):,.0f}",
        ]
        for count, samples in runs.items()
    ]
    section.say(
        "### The statement as PDF/A-2b",
        "The peak is that of the process that asks for it; a long paper is laid out by a process of its own.",
    )
    section.table(["", "seconds", "peak MiB"], rows)
    remove(folder)
    usual = spread([one.seconds for one in runs[counts[0]]])
    return [Gate("statement of ten recordings and six stills", 0.5, usual, "s", least=False)]
