"""`custody disposal`: disposal lists, and carrying out what was decided about them at the desk (Art. 18)."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from deployments.console import out
from deployments.facts import reading
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings

app = typer.Typer(help="Disposal lists; they are decided about at the desk.", no_args_is_help=True)


@app.command("list")
def list_lists() -> None:
    """Show every list on which something is still to happen."""
    from registry.queries import units_by_code
    from registry.queries.disposal import open_lists

    with reading(Home(read_settings())) as session:
        units = {one.id: one.code for one in units_by_code(session).values()}
        rows = open_lists(session.connection(), units)
    table = Table("list", "unit", "state", "opened", "grace until")
    for row in rows:
        grace = "" if row.grace_until is None else f"{row.grace_until.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(row.number, units[row.unit_id], row.state, f"{row.opened_at.astimezone():%Y-%m-%d %H:%M}", grace)
    out.print(table)


@app.command("run")
def run(
    number: Annotated[str, typer.Argument(help="Number of the list.")],
    carry_out: Annotated[
        bool,
        typer.Option("--carry-out", help="Destroy what was decided; without it, only say what would be destroyed."),
    ] = False,
) -> None:
    """Look at a list, and carry it out if every word was given at the desk and its time of grace is over."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        state = _run(home, number, dry_run=not carry_out)
    out.print(f"[bold green]✓[/] {number} is {state}")


def _run(home: Home, number: str, *, dry_run: bool) -> str:
    from blocks.clock import now
    from deployments.bootstrap import register_archive
    from flows.retention_expiry import carry_out_list

    return carry_out_list(register_archive(home), number, now, dry_run=dry_run)
