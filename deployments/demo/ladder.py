"""The demo's second act: an officer is late, the clock is moved, and the ladder is climbed before your eyes."""

from __future__ import annotations

import logging
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

from rich.table import Table

from deployments.console import errors, out
from deployments.demo.city import Day
from deployments.home import Home
from deployments.moved_clock import move_clock
from deployments.server import START_SECONDS, free_port
from deployments.supervisor import Supervisor, python
from deployments.system import answers
from regulation.ladder import Step

_NOTIFIER = """
[channels]
mailbox = "json://127.0.0.1:{port}/in/{{number}}"

[[routes]]
channels = ["mailbox"]
"""
_HOURS = {
    Step.REMINDER: -4,
    Step.DUE: 0,
    Step.DEPARTMENT_HEAD: 4,
    Step.SUPERVISING_LEADER: 24,
    Step.PRINCIPAL_LEADER: 72,
}
"""Where the city's policy has the rungs, as the demo says them beforehand."""


def notifier_file(folder: Path) -> tuple[Path, int]:
    """The notifier's file for a mailbox on a free port, and the port."""
    port = free_port("127.0.0.1")
    file = folder / "notifier.toml"
    file.write_text(_NOTIFIER.format(port=port), encoding="utf-8")
    return file, port


def start_mailbox(supervisor: Supervisor, port: int) -> str:
    """Start the mailbox and give its address."""
    address = f"http://127.0.0.1:{port}"
    application = ("-m", "uvicorn", "--factory", "deployments.demo.mailbox:app", "--no-access-log")
    supervisor.start("mailbox", *python(*application, "--host", "127.0.0.1", "--port", str(port)))
    supervisor.wait_until(lambda: answers(f"{address}/count"), "mailbox", START_SECONDS)
    return address


def climb(home: Home, day: Day, supervisor: Supervisor, mailbox: str) -> None:
    """Move the clock from rung to rung, sweep, deliver, and show what happened."""
    logging.getLogger("prefect").setLevel(logging.WARNING)  # the runs are in the UI, not on this screen
    table = Table("rung", "clock", "overdue", "told", "notices", "landed", title="A recorder that was not docked")
    for step, hours in _HOURS.items():
        if supervisor.stopping:
            return
        with errors.status(f"Moving the clock: {step}"):
            move_to(home, day.late_due + timedelta(hours=hours, minutes=1))
            counts = _swept()
            table.add_row(
                step,
                f"{home.now().astimezone(day.zone):%m-%d %H:%M}",
                *(str(counts.get(name, 0)) for name in ("open_overdue", "lines", "notices")),
                str(_landed(mailbox)),
            )
    out.print(table)


def move_to(home: Home, at: datetime) -> None:
    """Have it be that time in the demo, unless it is later already."""
    ahead = at - home.now()
    if ahead > timedelta():
        move_clock(home, ahead)


def _swept() -> dict[str, int]:
    """One sweep and one delivery, in this process; the schedule's own sweep may be at it just now."""
    from flows.deadline_escalation import escalate_deadlines
    from flows.notice_delivery import deliver_notices

    counts: dict[str, int] = {}
    for _ in range(5):
        counts = escalate_deadlines()
        deliver_notices()
        if counts:
            break
    return counts


def _landed(mailbox: str) -> int:
    with urllib.request.urlopen(f"{mailbox}/count", timeout=5) as answer:
        return int(answer.read())
