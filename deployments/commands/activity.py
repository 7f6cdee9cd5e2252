"""`custody activity`: what is said of an enforcement activity (Art. 16)."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deployments.console import out
from deployments.facts import acting, activity_of, moment_of, person_id
from deployments.home import Home
from deployments.settings import read_settings
from registry.tables import Unit

app = typer.Typer(help="Enforcement activities.", no_args_is_help=True)


@app.command("returned")
def returned(
    number: Annotated[str, typer.Argument(help="Number of the activity.", metavar="NUMBER")],
    at: Annotated[str, typer.Option(help="When they were back, such as 2026-12-01T18:30 by the clock of the unit.")],
    by: Annotated[str, typer.Option(help="Certificate number of the person who says so.")],
) -> None:
    """Report, on somebody's word, the return to the unit; the clock of the upload starts then (Art. 16)."""
    from registry.transitions.returning import report_return

    with acting(Home(read_settings())) as act:
        found, person = activity_of(act.session, number), person_id(act.session, by)
        zone = ZoneInfo(act.session.get_one(Unit, found.unit_id).zone)
        report_return(act, found.id, moment_of("--at", at, zone), person)
    out.print(f"[bold green]✓[/] the return from {number} is reported")
