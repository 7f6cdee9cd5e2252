"""`custody registry`: the database's schema and the rights of the role that serves it."""

from __future__ import annotations

from typing import Annotated

import typer

from deployments.console import out
from deployments.home import Home
from deployments.settings import read_settings
from registry.database import Registry
from registry.hardening import harden as harden_role

app = typer.Typer(help="The registry's schema and rights.", no_args_is_help=True)


@app.command("migrate")
def migrate() -> None:
    """Bring the schema up to date; run it as the database's owner."""
    home = Home(read_settings())
    home.prepare()
    out.print("[green]✓[/] the registry is up to date")


@app.command("harden")
def harden(role: Annotated[str, typer.Argument(help="An existing PostgreSQL role, not the owner.")]) -> None:
    """Give the service's role the rights that it needs: it may append to the ledger and can undo nothing (Art. 7)."""
    registry = Registry(Home(read_settings()).settings.registry_url)
    try:
        harden_role(registry, role)
    finally:
        registry.dispose()
    out.print(f"[green]✓[/] {role} may serve, and can undo nothing")
