"""`custody clock`: move the clock of a home that was started to see what a day brings."""

from __future__ import annotations

from typing import Annotated

import typer

from deployments.console import out
from deployments.home import Home
from deployments.moved_clock import move_clock, span_of
from deployments.settings import read_settings


def clock(further: Annotated[str, typer.Argument(help="How far ahead: +26h, +90m, +3d.", metavar="SPAN")]) -> None:
    """Move the clock of a system that runs with `custody up --clock`; ahead only."""
    home = Home(read_settings())
    ahead = move_clock(home, span_of(further))
    out.print(f"[bold green]✓[/] it is {home.now():%Y-%m-%d %H:%M} UTC, {ahead} ahead of the real time")
