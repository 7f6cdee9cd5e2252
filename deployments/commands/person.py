"""`custody person`: letting people sign in at the desk (Art. 17)."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer
from rich.markup import escape

from deployments.console import out
from deployments.facts import acting, person_id
from deployments.home import Home
from deployments.settings import read_settings

app = typer.Typer(help="People who sign in at the desk.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `invite` a word of its own while it is the only one."""


@app.command("invite")
def invite(
    number: Annotated[str, typer.Argument(help="Certificate number of the person.", metavar="PERSON")],
) -> None:
    """Let a person choose a password and an authenticator. The link is shown this once and works once; what they signed
    in with before ends when they have used it."""
    from registry.queries.docks import token_hash
    from registry.transitions import signing

    home = Home(read_settings())
    token = secrets.token_urlsafe(32)
    with acting(home) as act:
        signing.invite(act, person_id(act.session, number), token_hash(token))
    days = signing.INVITED_FOR.days
    out.print(
        f"[bold green]Invitation of {escape(number)}[/], good for {days} days and one use; hand it over in person:"
    )
    out.print(f"{home.settings.pages_url}/invitations/{token}", soft_wrap=True)
