"""`custody blocks`: what runs on this machine take as their vault, registry and channels, and what Prefect shows."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from deployments.console import out
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings

if TYPE_CHECKING:
    from prefect.blocks.core import Block


def blocks(
    check: bool = typer.Option(False, "--check", help="Only say what differs in Prefect; status 1 where it does."),
) -> None:
    """Keep this machine's blocks as its settings describe them, and show them in Prefect; what somebody had changed
    there is named, and was never used."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        changed = _brought_up_to_date(home, check)
    table = Table("block", "in Prefect")
    for name, fields in changed.items():
        table.add_row(name, f"[yellow]changed: {', '.join(fields)}[/]" if fields else "[green]as kept[/]")
    out.print(table)
    if check and any(changed.values()):
        raise typer.Exit(1)


def _brought_up_to_date(home: Home, check: bool) -> dict[str, list[str]]:
    from deployments.bootstrap import keep_blocks, register, register_archive, register_watch

    own = keep_blocks(home)
    changed = {name: _changed(block, name) for name, block in own.items()}
    if not check:
        register(home)
        register_watch(home)
        register_archive(home)
    return changed


def _changed(own: Block, name: str) -> list[str]:
    """Fields of a block that somebody changed in Prefect; none where Prefect shows none."""
    from blocks.kept import changed_fields

    try:
        shown = type(own).load(name.rpartition("/")[2])
    except ValueError:
        return []
    except RuntimeError:
        return ["so that it cannot be read"]
    assert not isinstance(shown, Coroutine)
    return changed_fields(shown, own)
