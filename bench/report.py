"""The page docs/reference/benchmarks.md: one section a topic, each replaced by itself when it is measured anew."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.files import Files
from bench.measure import ROOT, Runs, Spread, ratios, spread

PAGE = ROOT / "docs" / "reference" / "benchmarks.md"

_HEAD = """# Benchmarks

<!-- written by `make bench`: do not edit -->

`make bench` measures everything again; `make bench ARGS="intake --quick"` one topic on small files, which is only
printed. Contestants run in turn, A B A B …, each as a process of its own; CPU and memory are the kernel's account of
it. Ratios are taken round by round, so that a machine that slows down slows both. Three figures are least / median /
most. GB are 10⁹ bytes. Milliseconds are this machine's; ratios carry over, unless it was busy with other work: where a
section says that it began under a load beyond the number of cores, trust its CPU-seconds and measure its ratios again.
"""
_SECTION = re.compile(r"<!-- section (?P<name>[a-z0-9-]+) -->\n(?P<text>.*?)<!-- end -->\n", re.DOTALL)


@dataclass(frozen=True)
class Gate:
    """What must hold, and the spread found; the median decides. `least` True: not less than `wanted`."""

    what: str
    wanted: float
    found: Spread
    unit: str = "×"
    least: bool = True

    @property
    def holds(self) -> bool:
        return self.found.middle >= self.wanted if self.least else self.found.middle <= self.wanted

    def row(self) -> list[str]:
        sign = "≥" if self.least else "≤"
        digits = 2 if self.wanted < 100 else 0
        wanted = f"{sign} {self.wanted:,g} {self.unit}"
        return [self.what, wanted, self.found.shown(digits), "yes" if self.holds else "**no**"]


@dataclass
class Section:
    """A topic's part of the page, in Markdown."""

    name: str
    title: str
    lines: list[str] = field(default_factory=list)

    def say(self, *paragraphs: str) -> None:
        for paragraph in paragraphs:
            self.lines += [paragraph, ""]

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.lines.append("| " + " | ".join(head) + " |")
        self.lines.append("|---" + "|---:" * (len(head) - 1) + "|")
        self.lines += ["| " + " | ".join(row) + " |" for row in rows]
        self.lines.append("")

    def gates(self, gates: Sequence[Gate]) -> None:
        self.table(["Must hold", "wanted", "found", "holds"], [gate.row() for gate in gates])

    def text(self) -> str:
        return "\n".join([f"## {self.title}", "", *self.lines])


def speeds(section: Section, files: Files, runs: Runs, ours: str) -> None:
    """The table of contestants that moved `files`; ratios are how many times as fast `ours` is."""
    head = ["", "seconds", "MB/s", "files/s", "CPU-s/GB", "peak MiB", f"{ours} is … × as fast"]
    rows = []
    for name, samples in runs.items():
        seconds = spread([sample.seconds for sample in samples])
        cpu = spread([sample.cpu / files.gigabytes for sample in samples]).shown(2)
        peak = f"{max(sample.peak_mib for sample in samples):,.0f}"
        ratio = "" if name == ours else ratios(runs[ours], samples).shown(2)
        pace = [f"{files.size / 1e6 / seconds.middle:,.0f}", f"{files.count / seconds.middle:,.1f}"]
        rows.append([name, seconds.shown(2), *pace, cpu, peak, ratio])
    section.table(head, rows)


def write(sections: Sequence[Section]) -> None:
    """Put `sections` into the page in the place of their older selves; the others stay."""
    kept = {}
    if PAGE.exists():
        kept = {found["name"]: found["text"] for found in _SECTION.finditer(PAGE.read_text())}
    kept |= {section.name: section.text() for section in sections}
    parts = [_HEAD, *(f"<!-- section {name} -->\n{kept[name]}<!-- end -->\n" for name in sorted(kept))]
    PAGE.write_text("\n".join(parts))


def machine(command: str) -> str:
    """Where, when, with what and how a section was measured."""
    with Path("/proc/cpuinfo").open() as told:
        model = next((line.split(":", 1)[1].strip() for line in told if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{date.today().isoformat()}, {os.cpu_count()} cores ({model}), {memory:.0f} GiB, "  # noqa: DTZ011
        f"Linux {platform.release()}, Python {platform.python_version()}; `{command}`, "
        f"begun under a load of {os.getloadavg()[0]:.1f}."
    )


def versions(*names: str) -> str:
    """Versions of installed distributions and of programs, for a note."""
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str:
    commands = {
        "nginx": ["nginx", "-v"],
        "radosgw": ["radosgw", "--version"],
        "s5cmd": ["s5cmd", "version"],
        "coreutils": ["cp", "--version"],
        "openssl": ["openssl", "version"],
    }
    if name not in commands:
        return version(name)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    said = subprocess.run(commands[name], capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found[0] if found else "?"
