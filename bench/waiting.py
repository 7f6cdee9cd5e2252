"""Ten thousand requests that wait: suspended runs, and no process for any of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.measure import spread
from bench.orchestration import prefect_server
from bench.place import Place, say
from bench.report import Gate, Section, machine, versions

_SUSPENDED = {"type": "PAUSED", "name": "Suspended"}


def measure(place: Place) -> Section:
    """A Prefect server with suspended runs of access requests, as `approve-access` leaves them."""
    section = Section("9-waiting", "Requests that wait")
    count = 500 if place.quick else 10_000
    section.say(machine(place.command), f"Versions: {versions('prefect')}.")
    with prefect_server(place.folder) as env, httpx.Client(base_url=env["PREFECT_API_URL"], timeout=60) as client:
        before, processes = _resident(), _children()
        flow = client.post("/flows/", json={"name": "approve-access"}).raise_for_status().json()["id"]
        began = time.perf_counter()
        for number in range(count):
            _suspended(client, flow, number)
        lasted = time.perf_counter() - began
        say(f"  {count:,} suspended runs in {lasted:.0f} s")
        looked = [_looked_up(client, number) for number in range(0, count, count // 50)]
        after, more = _resident(), _children() - processes
    section.say(
        f"{count:,} runs named after their requests were entered as suspended, {1_000 * lasted / count:.1f} ms each. "
        f"The server's memory: {before:.0f} MiB before, {after:.0f} after. A nudge finds its run by name in "
        f"{spread(looked).shown(1)} ms."
    )
    section.gates([Gate("processes held by requests that wait", 0, spread([float(more)]), "", least=False)])
    return section


def _suspended(client: httpx.Client, flow: str, number: int) -> None:
    run = {"flow_id": flow, "name": f"access-AR-u-2026-{number:05}", "state": _SUSPENDED}
    while (answer := client.post("/flow_runs/", json=run)).status_code == 503:  # SQLite was busy
        time.sleep(0.1)
    answer.raise_for_status()


def _looked_up(client: httpx.Client, number: int) -> float:
    """Milliseconds to find a request's latest run, as a nudge does."""
    asked = {"flow_runs": {"name": {"any_": [f"access-AR-u-2026-{number:05}"]}}, "limit": 1}
    began = time.perf_counter()
    found = (
        client.post("/flow_runs/filter", json=asked | {"sort": "EXPECTED_START_TIME_DESC"}).raise_for_status().json()
    )
    assert len(found) == 1
    return 1_000 * (time.perf_counter() - began)


def _resident() -> float:
    """MiB of the server."""
    return sum(_memory(process) for process in _ours())


def _children() -> int:
    return sum(1 for _ in _ours())


def _ours() -> Iterator[int]:
    """Processes below this one."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    for process in parents:
        above = process
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid() and process != above:
            yield process


def _memory(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024 if "VmRSS:" in status else 0.0
