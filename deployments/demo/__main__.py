"""`make demo`: from nothing to a sealed dock session, its receipt, and an officer who is late; then kept running."""

from __future__ import annotations

import os
import re
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from deployments.commands.up import tell_where
from deployments.commands.verify import verify
from deployments.console import errors, out, told
from deployments.demo.access import grant_and_look
from deployments.demo.city import UNIT, Day, write_directory
from deployments.demo.disposal import let_go
from deployments.demo.evidence import convert, show_disc
from deployments.demo.ladder import climb, notifier_file, start_mailbox
from deployments.demo.proof import find_out
from deployments.home import Home
from deployments.moved_clock import set_clock
from deployments.server import free_port, is_free
from deployments.settings import Settings, read_settings
from deployments.supervisor import Supervisor
from deployments.system import start_system
from regulation.errors import CustodyError

FOLDER = Path(".demo")


def demo(
    once: Annotated[bool, typer.Option("--once", help="End with a summary instead of staying up.")] = False,
) -> None:
    """Build a city, dock a recorder, show the receipt."""
    settings, port = _settings()
    home = Home(settings)
    day = Day(home.now().replace(microsecond=0))
    home.prepare()
    set_clock(home, timedelta())
    supervisor = Supervisor(home.prefect_environment(), home.root / "logs")
    supervisor.stop_on_signals()
    try:
        mailbox = start_mailbox(supervisor, port)
        _show(home, day, supervisor, mailbox)
        while not once and not supervisor.stopping and supervisor.ended() is None:
            time.sleep(0.3)
    finally:
        supervisor.stop()


def _settings() -> tuple[Settings, int]:
    """A home of its own in this folder, made anew, on ports that are free; and the mailbox's port."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    home = FOLDER.absolute()
    (home / "dock").mkdir(parents=True)
    os.environ.update(CUSTODY_HOME=str(home), CUSTODY_UNIT=UNIT, CUSTODY_VAULT_IMMUTABLE="false")
    os.environ["CUSTODY_DOCK_ROOTS"] = f'["{home / "dock"}"]'
    notifier, mailbox_port = notifier_file(home)
    os.environ["CUSTODY_NOTIFIER_FILE"] = str(notifier)
    settings = read_settings()
    for port in ("prefect_port", "pages_port"):
        if not is_free(settings.host, getattr(settings, port)):
            os.environ[f"CUSTODY_{port.upper()}"] = str(free_port(settings.host))
    os.environ["CUSTODY_PUBLIC_URL"] = read_settings().listening_url
    return read_settings(), mailbox_port


def _show(home: Home, day: Day, supervisor: Supervisor, mailbox: str) -> None:
    from deployments.commands.directory import import_file

    started = time.monotonic()
    for file in write_directory(home.root / "directory", day):
        import_file(home, file, by="demo")
    out.print("[bold]1[/] A small city: three units, their people, recorders and one day's activities are imported.")
    from deployments.demo.dump import make_dump

    make_dump(home.root / "recorder", day)
    out.print("[bold]2[/] A recorder's dump is made: video, photos and sound that play, and what goes wrong in life.")
    with errors.status("Starting Prefect, worker and pages"):
        start_system(home, supervisor)
    out.print(f"[bold]3[/] The system is up. ({time.monotonic() - started:.0f} s)")
    (home.root / "recorder").rename(home.root / "dock" / "recorder")
    out.print("[bold]4[/] The recorder is docked: the watch starts a run.")
    _wait_for_receipt(home, supervisor)
    _tell_outcome(home)
    out.print("[bold]5[/] The officer asks to see it again; the supervising leader decides on a phone.")
    grant_and_look(home, day, mailbox)
    out.print("[bold]6[/] What was filmed is to be evidence: extracted, checked by a second person, signed, packed.")
    disc = convert(home, day, mailbox)
    out.print("[bold]7[/] Another officer does not dock; the clock is moved, and the ladder of Art. 16 is climbed.")
    climb(home, day, supervisor, mailbox)
    out.print("[bold]8[/] Somebody alters one bit of one original in the vault.")
    find_out(home)
    out.print("[bold]9[/] Half a year passes: what is due is listed, decided about by five people, and destroyed.")
    let_go(home, day, mailbox)
    out.print("[bold]10[/] In court, half a year later: the disc tells by itself what it is.")
    show_disc(home, disc)
    verify()
    tell_where(home)
    out.print(f"  Mailbox     {mailbox}")
    _tell_receipt(home)  # once more: with the clock moved, the first link has expired


def _wait_for_receipt(home: Home, supervisor: Supervisor) -> None:
    with errors.status("Taking in"):
        while not list(home.settings.receipts.glob("*/receipt.html")):
            if supervisor.stopping:
                return
            if (ended := supervisor.ended()) is not None:
                raise CustodyError(f"{ended} ended by itself; see {supervisor.log_folder / ended}.log")
            time.sleep(0.2)


def _tell_outcome(home: Home) -> None:
    """The session's table, and the way to the receipt."""
    from deployments.bootstrap import station_of
    from registry.database import Registry
    from registry.queries import session_by_number
    from tasks.docking.artifacts import outcome_table
    from tasks.docking.report import session_report

    registry = Registry(home.settings.registry_url)
    with registry.reading() as reading:
        session = session_by_number(reading, _receipt_number(home).replace("R-", "DS-", 1))
    assert session is not None
    rows = outcome_table(session_report(registry, station_of(home), session, home.now()))
    registry.dispose()
    table = Table("file", "outcome", "condition", "filing", "wipe", "findings", title=session.number)
    for row in rows:
        words = (english(row[column]) for column in ("outcome", "condition", "filing"))
        codes = re.findall(r"A\d+\S*-[a-z-]+", row["findings"])
        table.add_row(Text(row["file"].removeprefix("DCIM/")), *words, row["may be wiped"], " ".join(codes))
    out.print(table)
    _tell_receipt(home)


def _receipt_number(home: Home) -> str:
    return next(home.settings.receipts.glob("*/receipt.html")).parent.name


def _tell_receipt(home: Home) -> None:
    """The link to the receipt, good for a while from now on."""
    from deployments.bootstrap import station_of

    out.print(f"  Receipt     {station_of(home).receipt_address(_receipt_number(home), home.now())}", soft_wrap=True)


def english(words: str) -> str:
    """The English half of a word that stands in both languages."""
    return words.partition(" ")[2]


if __name__ == "__main__":
    told(lambda: typer.run(demo))
