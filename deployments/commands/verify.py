"""`custody verify`: check the ledger, and the registry against it."""

from __future__ import annotations

import typer

from deployments.console import errors, out
from deployments.facts import registry_of
from deployments.home import Home
from deployments.settings import read_settings


def verify() -> None:
    """Check every entry of the custody ledger and every original's row against it; status 1 when something is wrong."""
    from registry import ledger

    with registry_of(Home(read_settings())) as registry, errors.status("Verifying the ledger"):
        report = ledger.verify(registry)
        problems = [*report.problems, *ledger.verify_rows(registry).problems]
    for problem in problems:
        out.print(f"[red]✗[/] {problem}", markup=True)
    if problems:
        out.print(f"[bold red]{len(problems)} problems[/] in {report.entries} ledger entries")
        raise typer.Exit(1)
    out.print(f"[bold green]✓[/] ledger of {report.entries} entries is whole, head {report.head[:16]}…")
