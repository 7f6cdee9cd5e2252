"""`custody up`: the whole system on one machine."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.markup import escape

from deployments.console import errors, out
from deployments.home import Home
from deployments.moved_clock import set_clock, span_of
from deployments.policies import check_policies, strangers
from deployments.settings import read_settings
from deployments.supervisor import Supervisor
from deployments.system import start_system
from regulation.errors import ConfigurationError


def up(
    offset: Annotated[
        str, typer.Argument(help="With --clock: how far ahead of the real time, such as +26h.", show_default=False)
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Start, say so, stop: to see that everything starts.")] = False,
    clock: Annotated[
        bool, typer.Option("--clock", help="Give this home a clock that `custody clock` moves. Never in production.")
    ] = False,
) -> None:
    """Start server, blocks, deployments, worker, pages and watch; Ctrl-C stops them all."""
    if offset and not clock:
        raise ConfigurationError("An offset goes with --clock.", subject=offset)
    home = Home(read_settings())
    home.prepare()
    for code in strangers(home, check_policies(home)):
        errors.print(
            f"[yellow]![/] A layer of CUSTODY_POLICY_FILES is for {escape(repr(code))}, a unit that nobody has entered."
        )
    if clock:
        set_clock(home, span_of(offset or "+0s"))
    supervisor = Supervisor(home.prefect_environment(), home.root / "logs")
    supervisor.stop_on_signals()
    try:
        with errors.status("Starting"):
            start_system(home, supervisor)
        tell_where(home)
        while not once and not supervisor.stopping:
            if (ended := supervisor.ended()) is not None:
                errors.print(f"[bold red]{ended}[/] ended by itself; see {supervisor.log_folder / ended}.log")
                raise typer.Exit(1)
            time.sleep(0.3)
    finally:
        with errors.status("Stopping"):
            supervisor.stop()


def tell_where(home: Home) -> None:
    """The addresses a person opens."""
    user, _, password = home.prefect_login().partition(":")
    out.print("[bold green]custody is up[/] – Ctrl-C stops it")
    out.print(
        f"  Prefect UI  http://{home.settings.host}:{home.settings.prefect_port}   login  {user}:{password}",
        soft_wrap=True,
    )
    out.print(f"  Pages       {home.settings.pages_url}")
    out.print(f"  Home        {home.root}")
    if home.settings.clock_file.exists():
        out.print(
            f"  Clock       [bold yellow]{home.now():%Y-%m-%d %H:%M} UTC[/], moved; `custody clock +26h` moves it on"
        )
