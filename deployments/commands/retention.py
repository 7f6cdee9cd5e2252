"""`custody retention`: how long originals are kept, and why; what is due (Art. 18)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from deployments.console import out
from deployments.facts import reading
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from regulation.errors import ActionDenied

app = typer.Typer(help="Terms: how long each original is kept.", no_args_is_help=True)

CarryOut = Annotated[
    bool,
    typer.Option("--carry-out", help="Have lists that were decided be carried out; without it they only say so."),
]


@app.command("sweep")
def sweep(carry_out: CarryOut = False) -> None:
    """Go through all originals now, without waiting for the night. Interrupted, the same command goes on."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        counts = _sweep(home, dry_run=not carry_out)
    if not counts:
        out.print("[yellow]Another sweep is at work.[/]")
        raise typer.Exit(1)
    table = Table("what", "count")
    for what, count in counts.items():
        table.add_row(what.replace("_", " "), str(count))
    out.print(table)


def _sweep(home: Home, *, dry_run: bool) -> dict[str, int]:
    from deployments.bootstrap import register_archive
    from flows.retention_expiry import sweep_retention

    register_archive(home)
    return sweep_retention(dry_run=dry_run)


@app.command("status")
def status() -> None:
    """Show why originals are kept, by unit and class."""
    from registry.queries.retention_report import by_class

    with reading(Home(read_settings())) as session:
        rows = by_class(session.connection())
    table = Table("unit", "class", "kept because", "originals", "first last day")
    for row in rows:
        due = "" if row.first_due is None else str(row.first_due)
        table.add_row(row.unit_code, row.retention_class, row.kept or "has a last day", str(row.originals), due)
    out.print(table)


@app.command("explain")
def explain(recording: Annotated[UUID, typer.Argument(help="Id of the recording.")]) -> None:
    """Say of one original why it is kept, or since when it is due."""
    from registry.queries.retention import kept_by, terms_among

    home = Home(read_settings())
    with reading(home) as session:
        term = terms_among(session.connection(), [recording]).get(recording)
        kept = kept_by(session.connection(), [recording], home.now()).get(recording, ())
    if term is None:
        raise ActionDenied("Nothing was worked out for this recording yet.", article="Art. 18", subject=str(recording))
    table = Table(show_header=False)
    table.add_row("class", f"{term.retention_class.value} ({term.article})")
    if term.trigger is not None:
        table.add_row("counted from", f"{term.trigger.value}, {term.trigger_on}")
    table.add_row("last day", str(term.due_on or f"none: {term.kept.value}"))
    table.add_row("also kept by", ", ".join(one.value for one in kept) or "nothing")
    table.add_row("policy", term.policy_version)
    out.print(table)
