"""Our own side, as a process of its own: ``python -m bench.ours TASK …`` does one thing and prints what it took.

The figures on the last line of output begin after the imports and after what is done once at a service's start (the
vault's trial); the process as a whole is accounted for by whoever started it.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tasks.progress
from bench import station
from bench.servers import S3
from blocks.directory_vault import DirectoryVault
from registry.database import Registry
from tasks.docking.scan import scan_dump
from tasks.docking.take_in import take_in_files
from tasks.docking.work import dock_work


def intake(dump: Path, home: Path, second: str, server: S3 | None) -> dict[str, Any]:
    """Scan, hash, store, verify and register a dump: the bodies of the flow's first two tasks. Vault (where there is no
    `server`) and registry are made in `home`."""
    url = f"sqlite:///{home}/registry.db"
    registry = Registry(url)
    registry.migrate()
    station.enter_unit(registry)
    if server is None:
        vault: Any = DirectoryVault(root=home / "vault")
        vault.prepare()
    else:
        vault = station.s3_vault(server)
    dock = station.station(dump.parent, url, vault, second)
    with measured() as told, dock_work(dock, dump, station.now) as work:
        scan_dump.fn(work)
        take_in_files.fn(work)
    return told | {"stored": _stored(registry)}


def _stored(registry: Registry) -> int:
    with registry.streaming() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM dock_item WHERE outcome = 'stored'").scalar_one())


@contextmanager
def measured() -> Iterator[dict[str, Any]]:
    """Wall clock and CPU of what runs inside; what the imports have left to the garbage collector is not its."""
    told: dict[str, Any] = {}
    gc.collect()
    began, used = time.perf_counter(), _cpu()
    yield told
    told["seconds"] = time.perf_counter() - began
    told["cpu"] = _cpu() - used


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("dump", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--second", default="none")
    parser.add_argument("--server", type=S3.from_json)
    return parser.parse_args()


def main() -> None:
    asked = _arguments()
    tasks.progress.quietly = lambda tell, **told: None  # there is no Prefect server to tell
    print(json.dumps(intake(asked.dump, asked.home, asked.second, asked.server)))


if __name__ == "__main__":
    main()
