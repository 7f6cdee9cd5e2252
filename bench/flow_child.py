"""A whole session, with Prefect and without: ``python -m bench.flow_child flow|plain DUMP HOME``.

``plain`` calls the bodies of the same tasks one after the other; ``flow`` is `upload_dock_session` on the server that
`PREFECT_API_URL` names.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from pydantic import SecretStr

import tasks.docking.artifacts
import tasks.progress
from bench import station
from bench.ours import measured
from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.kept import keep
from flows.upload import upload_dock_session
from registry.database import Registry
from tasks.docking.artifacts import publish_session
from tasks.docking.file import file_originals
from tasks.docking.probe import probe_originals
from tasks.docking.scan import scan_dump
from tasks.docking.seal import seal_session
from tasks.docking.take_in import take_in_files
from tasks.docking.work import dock_work


def plain(dock: DockStation, dump: Path) -> None:
    """What the flow does, told to nobody."""
    with dock_work(dock, dump, station.now) as work:
        scan_dump.fn(work)
        take_in_files.fn(work)
        probe_originals.fn(work)
        file_originals.fn(work)
        publish_session.fn(work, seal_session.fn(work))


def _keep(dock: DockStation, home: Path, url: str) -> None:
    """As an installation keeps it: its secrets in the environment and in a file of the home."""
    os.environ.update(CUSTODY_HOME=str(home), CUSTODY_DATABASE_URL=url)
    with os.fdopen(os.open(home / "receipt-key.pem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(dock.receipt_key.private_key.get_secret_value())
    dock.receipt_key.private_key = SecretStr("file:receipt-key.pem")
    dock.registry.url = SecretStr("env:CUSTODY_DATABASE_URL")
    keep(dock, "bench")


def main() -> None:
    how, dump, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    url = f"sqlite:///{home}/registry.db"
    registry = Registry(url)
    registry.migrate()
    station.enter_unit(registry)
    vault = DirectoryVault(root=home / "vault")
    vault.prepare()
    dock = station.station(dump.parent, url, vault, "sm3")
    if how == "flow":
        _keep(dock, home, url)
    else:
        for module in (tasks.progress, tasks.docking.artifacts):
            setattr(module, "quietly", lambda tell, **told: None)  # noqa: B010 - each has its own name for it
    with measured() as told:
        if how == "flow":
            upload_dock_session(dump, station="bench")
        else:
            plain(dock, dump)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
