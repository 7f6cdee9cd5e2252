"""Upload: a docked recorder's dump becomes sealed, verified, filed originals with a receipt (Art. 4, 7, 15, 16)."""

from __future__ import annotations

from pathlib import Path

from blocks.clock import now
from blocks.dock_station import DockStation
from flows.lifecycle import lifecycle
from tasks.docking.artifacts import publish_session, publish_wiping
from tasks.docking.file import file_originals
from tasks.docking.finish import finish_sealed
from tasks.docking.probe import probe_originals
from tasks.docking.scan import scan_dump
from tasks.docking.seal import seal_session
from tasks.docking.take_in import take_in_files
from tasks.docking.wipe import wipe_dump
from tasks.docking.work import dock_work, unfinished_work


@lifecycle(name="upload-dock-session")
def upload_dock_session(folder: Path, station: str = "default", wipe: bool = False) -> str:
    """Take in one dump and issue its receipt. Run again after any interruption, it finishes what it finds begun.

    Args:
        folder: The dump. Started from Prefect it must lie below a dock folder of the station.
        station: Name of the dock station block.
        wipe: Afterwards delete from the dump what the receipt names, each file re-checked first.

    Returns:
        The receipt's number.
    """
    dock = DockStation.named(station)
    with unfinished_work(dock, folder, now) as sealed:
        if sealed is not None:
            publish_session(sealed, finish_sealed(sealed))
    with dock_work(dock, folder, now) as work:
        if wipe:
            work.check_may_wipe()
        scan_dump(work)
        take_in_files(work)
        probe_originals(work)
        file_originals(work)
        receipt = seal_session(work)
        publish_session(work, receipt)
        if wipe:
            publish_wiping(work, wipe_dump(work))  # by the receipt alone, each file re-checked
    return receipt.number
