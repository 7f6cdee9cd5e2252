"""`custody vault`: the store of the originals itself (Art. 7)."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from deployments.console import out
from deployments.facts import acting
from deployments.home import Home
from deployments.settings import read_settings

app = typer.Typer(help="Vault: where originals are kept.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Typer makes a group of one command only where it is told to."""


@app.command("lay-out")
def lay_out() -> None:
    """Begin the vault anew, bare, after its disk was lost: its folders or bucket are made, and the ledger says so. What
    it held is missing then, until a second vault gives it back: `custody fixity reconcile`, `custody fixity run`."""
    from deployments.bootstrap import vault_address, vault_of
    from registry.transitions.vaults import lay_out_vault

    home = Home(read_settings())
    home.prepare()
    home.enter()
    with acting(home) as act:
        lay_out_vault(act, vault_address(home.settings))
    table = Table("the store", "gives it", "found")
    for ability in vault_of(home.settings).prepare():
        table.add_row(ability.name, "yes" if ability.given else "no", escape(ability.detail))
    out.print(table)
