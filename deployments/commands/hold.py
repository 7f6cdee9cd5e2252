"""`custody hold`: recordings held back from disposal (Art. 18). They are let go of at the desk."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from deployments.console import out
from deployments.facts import acting, person_id, reading
from deployments.home import Home
from deployments.settings import read_settings
from regulation.holds import HoldKind

app = typer.Typer(help="Recordings held back from disposal.", no_args_is_help=True)


@app.command("list")
def list_holds() -> None:
    """Show every hold that was not lifted."""
    from registry.queries.retention_report import live_holds

    with reading(Home(read_settings())) as session:
        rows = live_holds(session.connection())
    table = Table("hold", "unit", "kind", "case", "recordings", "since")
    for row in rows:
        case = escape(row.case_number or "")
        table.add_row(row.number, row.code, row.kind, case, str(row.recordings), f"{row.placed_at:%Y-%m-%d}")
    out.print(table)


@app.command("place")
def place(
    by: Annotated[str, typer.Option(help="Certificate number of who holds them back.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the hold.")],
    recordings: Annotated[list[UUID] | None, typer.Argument(help="Ids of the recordings.")] = None,
    case: Annotated[str | None, typer.Option(help="Hold all of this case, and what is filed in it later.")] = None,
    kind: Annotated[HoldKind, typer.Option(help="What it is for.")] = HoldKind.LEGAL,
) -> None:
    """Hold recordings back, by their ids or by their case, on the word of whoever has a role over them."""
    from registry.transitions.holding import NewHold, place_hold

    with acting(Home(read_settings())) as act:
        new = NewHold(kind, reason, recordings or (), case)
        number = place_hold(act, new, person_id(act.session, by))
    out.print(f"[bold green]✓[/] {number}")
