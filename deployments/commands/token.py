"""`custody token`: let docks push dumps to the intake, and stop letting them."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from blocks.signing import public_key_of, read_private_key
from deployments.console import out
from deployments.facts import acting, reading
from deployments.home import Home
from deployments.settings import read_settings
from registry.queries import docks
from registry.transitions.docks import issue_token, revoke_token

app = typer.Typer(help="Tokens of docks that push dumps to the intake.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The dock's name, such as a place; never a person's.", metavar="NAME")]


@app.command("issue")
def issue(
    name: Name,
    unit: Annotated[str, typer.Option(help="Code of the unit whose recorders are docked there.")],
    wireless: Annotated[
        bool, typer.Option("--wireless", help="Recorders send over the air; somebody confirms each arrival (Art. 16).")
    ] = False,
) -> None:
    """Issue a dock's token. It is shown this once; only a hash of it is kept."""
    token = f"custody_dock_{secrets.token_urlsafe(32)}"
    with acting(_home()) as act:
        issue_token(act, name=name, unit_code=unit, token_hash=docks.token_hash(token), wireless=wireless)
    out.print(f"[bold green]Token of {escape(name)}[/], for unit {escape(unit)}; it is not shown again:")
    out.print(token, soft_wrap=True)
    out.print("Key by which that dock checks receipts before it wipes (CUSTODY_RECEIPT_KEY):")
    out.print(public_key_of(read_private_key(Home(read_settings()).receipt_key())), soft_wrap=True)


@app.command("list")
def list_tokens() -> None:
    """Every token ever issued, by its dock's name."""
    table = Table("Dock", "Unit", "Issued", "By", "Revoked")
    with reading(_home()) as session:
        for token, unit in docks.tokens(session):
            revoked = "" if token.revoked_at is None else f"{token.revoked_at:%Y-%m-%d %H:%M} UTC"
            issued = f"{token.created_at:%Y-%m-%d %H:%M} UTC"
            table.add_row(escape(token.name), unit.code, issued, escape(token.created_by), revoked)
    out.print(table)


@app.command("revoke")
def revoke(name: Name) -> None:
    """Let a dock in no more, from now on."""
    with acting(_home()) as act:
        revoke_token(act, name=name)
    out.print(f"[bold green]Revoked[/] {escape(name)}")


def _home() -> Home:
    home = Home(read_settings())
    home.prepare()
    return home
