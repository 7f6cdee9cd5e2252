"""The desk under load: pages and decisions at a fixed pace, viewers streaming, and ten thousand requests that wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import ROOT, spread
from bench.place import Place, say
from bench.report import Gate, Section, machine, versions
from bench.servers import database, postgresql
from deployments.demo.media import make_video
from deployments.home import Home
from deployments.settings import Settings
from tests.servers.processes import free_port, start, stop, wait_until

_PACES = [(rate, rate // 10) for rate in (10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 150, 200, 300, 500)]
"""Views and decisions a second, tried one after the other for as long as they are kept up."""

_MOST_P95 = 150.0
_ALONE = 0, 50


@dataclass
class Served:
    """A server and what is asked of it."""

    port: int
    process: subprocess.Popen[bytes]
    jobs: Path
    used: int = 0

    def load(self, seconds: float, views: float, decisions: float) -> dict[str, Any]:
        """Views and decisions at a pace; each decision is used once."""
        command = ["-m", "bench.desk_load", str(self.port), str(self.jobs), str(seconds), str(views), str(decisions)]
        said = subprocess.run(
            [sys.executable, *command, str(self.used)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        self.used += int(seconds * decisions)
        found: dict[str, Any] = json.loads(said.stdout)
        say(f"  {views}/{decisions} a second: {found}")
        return found

    def stream(self, seconds: float) -> dict[str, Any]:
        command = [sys.executable, "-m", "bench.desk_load", str(self.port), str(self.jobs), str(seconds), "STREAM"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            seen = [self.resident()]
            while child.poll() is None:
                seen.append(self.resident())
                time.sleep(0.5)
            assert child.stdout is not None
            found: dict[str, Any] = json.loads(child.stdout.read())
        return found | {"first": seen[0], "most": max(seen), "last": self.resident()}

    def resident(self) -> float:
        """MiB of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def measure(place: Place) -> Section:
    """One desk, one PostgreSQL and the clients, all on this machine."""
    section = Section("8-desk", "The desk")
    section.say(machine(place.command), f"Versions: {versions('fastapi', 'uvicorn', 'sqlalchemy', 'psycopg')}.")
    section.say(
        "Two hundred people of ten units are signed in; each decision is one leader's on one request, grant and ledger "
        "included, each view one of six pages. Requests begin at their time whether or not earlier ones were answered. "
        "Desk, PostgreSQL and clients share the machine; Prefect is not running, so that nudges fail. "
        "**bare** is FastAPI with one form and one INSERT, committed, on the same PostgreSQL at the same pace."
    )
    count, seconds = (800, 5) if place.quick else (10_000, 60)
    with postgresql() as server, database("postgresql", place.folder, server) as url:
        home = _home(place, url)
        jobs = place.folder / "desk-jobs.json"
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "bench.desk_town", url, str(home), str(count), str(jobs)], cwd=ROOT, check=True
        )
        section.say(f"{count:,} requests were entered and handed in, in {time.perf_counter() - began:,.0f} s.")
        with _desk(home, url, jobs) as desk:
            held, minute = _held(section, desk, seconds)
            alone = desk.load(seconds / 4, *_ALONE)["decisions"]
            _streaming(section, desk, 4 if place.quick else 20)
        with _bare(place, url, jobs) as bare:
            peer = bare.load(seconds, 0, held[1])["decisions"]
            peer_alone = bare.load(seconds / 4, *_ALONE)["decisions"]
    section.table(
        ["decisions", "a second", "errors", "p50 ms", "p95 ms"],
        [
            [f"desk, beside {held[0]} views a second", *_row(minute["decisions"])],
            ["bare, nothing beside", *_row(peer)],
            ["desk, decisions alone", *_row(alone)],
            ["bare, alone", *_row(peer_alone)],
        ],
    )
    p95 = minute["decisions"]["p95"]
    section.say(f"At its pace the desk's p95 of a decision is {p95 / peer['p95']:.0f} times that of the bare insert.")
    section.gates(
        [
            Gate("views a second, kept up for a minute", 500, spread([held[0]]), "", least=True),
            Gate("decisions a second beside them", 50, spread([held[1]]), "", least=True),
            Gate("p95 of a decision at that pace", _MOST_P95, spread([p95]), "ms", least=False),
        ]
    )
    return section


def _row(told: Mapping[str, float]) -> list[str]:
    return [f"{told['rate']:.0f}", f"{told['errors']}", f"{told['p50']:.1f}", f"{told['p95']:.1f}"]


def _held(section: Section, desk: Served, seconds: float) -> tuple[tuple[int, int], dict[str, Any]]:
    """The highest pace that is kept up for a minute without an error, decisions in time."""
    desk.load(3, 20, 2)  # warm
    held = 0
    rows = []
    for number, pace in enumerate(_PACES):
        told = desk.load(min(seconds, 10), *pace)
        rows.append(
            [f"{pace[0]} / {pace[1]}", *(f"{told[kind][name]:.0f}" for kind in told for name in ("p50", "p95"))]
        )
        if not _is_kept(told):
            break
        held = number
    section.table(["views / decisions a second", "views p50", "views p95", "decisions p50", "decisions p95"], rows)
    while True:
        time.sleep(2)
        minute = desk.load(seconds, *_PACES[held])
        if _is_kept(minute) or held == 0:
            return _PACES[held], minute
        held -= 1


def _is_kept(told: Mapping[str, Any]) -> bool:
    return told["decisions"]["p95"] <= _MOST_P95 and not any(one["errors"] for one in told.values())


def _streaming(section: Section, desk: Served, seconds: float) -> None:
    told = desk.stream(seconds)
    section.say(
        f"Twenty viewers stream at once for {told['seconds']:.0f} s: {told['mib'] / told['seconds']:,.0f} MiB/s, "
        f"{told['errors']} errors; the desk's memory {told['first']:.0f} MiB before, at most {told['most']:.0f}, "
        f"{told['last']:.0f} after."
    )


def _home(place: Place, url: str) -> Path:
    home = place.fresh("desk-home")
    (home / "film").mkdir()
    make_video(
        home / "film" / "a.mp4", seconds=60, starts_at=datetime(2026, 11, 23, tzinfo=UTC), device="D1", officer="A1"
    )
    Home(Settings(home=home, database_url=url)).prepare()  # type: ignore[arg-type]
    return home


@contextmanager
def _desk(home: Path, url: str, jobs: Path) -> Iterator[Served]:
    port = free_port()
    env = {
        **os.environ,
        "CUSTODY_HOME": str(home),
        "CUSTODY_DATABASE_URL": url,
        "CUSTODY_PAGES_PORT": str(port),
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }
    yield from _serving("deployments.pages:app", port, env, home / "desk.log", jobs)


@contextmanager
def _bare(place: Place, url: str, jobs: Path) -> Iterator[Served]:
    told = json.loads(jobs.read_text())
    told["decisions"] = [["none", "/insert", "reason=yes"]] * len(told["decisions"])
    theirs = place.folder / "bare-jobs.json"
    theirs.write_text(json.dumps(told))
    env = {**os.environ, "BENCH_DATABASE_URL": url}
    yield from _serving("bench.bare_app:app", free_port(), env, place.folder / "bare.log", theirs)


def _serving(app: str, port: int, env: Mapping[str, str], log: Path, jobs: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "uvicorn", "--factory", app, "--no-access-log", "--port", str(port)]
    process = start(command, log, env)
    try:
        wait_until(lambda: "running on" in log.read_text(), process, log, 60)
        yield Served(port, process, jobs)
    finally:
        stop(process)
