"""`custody device`: what somebody found before using a recorder (Art. 7)."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from deployments.console import out
from deployments.facts import acting, device_id, person_id
from deployments.home import Home
from deployments.settings import read_settings

app = typer.Typer(help="Recorders: checks before use.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `check` a word of its own while it is the only one."""


@app.command("check")
def check(
    recorder: Annotated[str, typer.Argument(help="Number of the recorder.", metavar="RECORDER")],
    by: Annotated[str, typer.Option(help="Certificate number of the person who checked it.")],
    battery: Annotated[bool, typer.Option(help="It is charged.")] = True,
    storage: Annotated[bool, typer.Option(help="It has room.")] = True,
    clock: Annotated[bool, typer.Option(help="Its clock is right.")] = True,
    works: Annotated[bool, typer.Option(help="It records.")] = True,
) -> None:
    """Enter a check before use; one that failed has the recorder replaced."""
    from registry.transitions.checks import record_check

    home = Home(read_settings())
    with acting(home) as act:
        device, person = device_id(act.session, recorder), person_id(act.session, by)
        record_check(
            act, device, person, checked_at=act.at, battery_ok=battery, storage_ok=storage, clock_ok=clock, works=works
        )
    if battery and storage and clock and works:
        out.print(f"[bold green]✓[/] {escape(recorder)} passed")
    else:
        out.print(f"[bold yellow]![/] {escape(recorder)} failed; it is to be replaced (Art. 7)")
