"""What Prefect costs a recording: a session as a flow run, against the same steps called by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench import files as made
from bench.files import Files
from bench.measure import Contestant, interleave, spread
from bench.place import Place, remove
from bench.report import Gate, Section, machine, versions
from tests.servers.processes import free_port, start, stop, wait_until

_QUIET = {"PREFECT_LOGGING_LEVEL": "ERROR", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


def measure(place: Place) -> Section:
    """One session of 5,000 photos into a folder, SQLite, Prefect's own server on the same two cores."""
    section = Section("6-orchestration", "Orchestration")
    section.say(machine(place.command), f"Versions: {versions('prefect', 'sqlalchemy')}.")
    section.say(
        "A whole session (scan, take in, probe, file, seal, publish) into a directory vault: **flow** as "
        "`upload-dock-session` on a Prefect server with its progress and its artifacts, **plain** the bodies of the "
        "same tasks called one after the other. The difference is what orchestration costs; the process's start and "
        "imports are in neither."
    )
    files = made.photos(place.folder, quick=place.quick)
    with prefect_server(place.folder) as env:
        contestants = [_session(place, files, "flow", env), _session(place, files, "plain", _QUIET)]
        runs = interleave(contestants, place.rounds)
    rows = [
        [name, spread([one.seconds for one in samples]).shown(2), spread([one.cpu for one in samples]).shown(2)]
        for name, samples in runs.items()
    ]
    section.table(["", "seconds", "CPU-s"], rows)
    pairs = zip(runs["flow"], runs["plain"], strict=True)
    cost = spread([1_000 * (flow.seconds - plain.seconds) / files.count for flow, plain in pairs])
    section.gates([Gate(f"cost a recording in a session of {files.count:,}", 1.0, cost, "ms", least=False)])
    remove(files.folder)
    return section


def _session(place: Place, files: Files, how: str, env: Mapping[str, str]) -> Contestant:
    homes: list[Path] = []

    def command(_round: int) -> list[str]:
        homes.append(place.fresh("session"))
        return [sys.executable, "-m", "bench.flow_child", how, str(files.folder), str(homes[-1])]

    return Contestant(how, command, env, afterwards=lambda number: remove(homes.pop()))


@contextmanager
def prefect_server(folder: Path) -> Iterator[dict[str, str]]:
    """A Prefect server of its own; yields what its clients need in their environment."""
    home, port = folder / "prefect", free_port()
    home.mkdir()
    env = {**_QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = home / "server.log"
    process = start(command, log, env={**_environment(), **_QUIET, "PREFECT_HOME": str(home)})
    try:
        wait_until(lambda: _answers(env["PREFECT_API_URL"]), process, log, 120)
        yield env
    finally:
        stop(process)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
