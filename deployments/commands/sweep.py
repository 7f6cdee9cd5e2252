"""`custody sweep`: go through all duties now, without waiting for the schedule (Art. 16, 20)."""

from __future__ import annotations

import typer
from rich.table import Table

from deployments.console import out
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings


def sweep() -> None:
    """Settle, climb and queue once, and show what was counted. Interrupted, the same command goes on."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        counts = _sweep(home)
    if not counts:
        out.print("[yellow]Another sweep is at work.[/]")
        raise typer.Exit(1)
    table = Table("what", "count")
    for what, count in counts.items():
        table.add_row(what.replace("_", " "), str(count))
    out.print(table)


def _sweep(home: Home) -> dict[str, int]:
    from deployments.bootstrap import register_watch
    from flows.deadline_escalation import escalate_deadlines

    register_watch(home)
    return escalate_deadlines()
