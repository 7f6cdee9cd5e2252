"""`custody filing`: what waits for its officer to say where it belongs (Art. 4, 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from deployments.console import out
from deployments.facts import acting, reading
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import ActionDenied

app = typer.Typer(help="Recordings waiting to be filed under an activity.", no_args_is_help=True)


@app.command("list")
def list_waiting(unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None) -> None:
    """Show every recording that is unfiled or asked about, with the activities it could belong to."""
    from registry.queries.waiting import waiting_for_filing

    with reading(Home(read_settings())) as session:
        waiting = waiting_for_filing(session, unit)
    table = Table("recording", "unit", "recorder", "started", "filing", "due", "could belong to")
    for row in waiting:
        table.add_row(
            str(row.recording_id), row.unit_code, row.device_number or "?", _moment(row.started_at), row.filing,
            _moment(row.due_at), ", ".join(row.candidates),
        )  # fmt: skip
    out.print(table)


@app.command("answer")
def answer(
    recording: Annotated[UUID, typer.Argument(help="Id of the recording.")],
    activity: Annotated[str, typer.Argument(help="Number of the activity.")],
    by: Annotated[str, typer.Option(help="Certificate number of the person who says so.")],
) -> None:
    """File a recording under an activity on the word of an officer who took part, or of the device administrator."""
    from registry import queries
    from registry.transitions import filing

    home = Home(read_settings())
    with reading(home) as session:
        person = queries.person_by_number(session, by)
        found = queries.activities_by_number(session, [activity]).get(activity)
    if person is None:
        raise ActionDenied("Nobody has this certificate number.", article="Art. 15", subject=by)
    if found is None:
        raise ActionDenied("There is no activity of this number.", article="Art. 15", subject=activity)
    with acting(home) as act:
        filing.answer_filing(act, recording, found.id, person.id)
    out.print(f"[bold green]✓[/] filed under {activity}")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment is not None else "?"
