"""`custody dock send`: push a dump to a server far away, and wipe it by the server's receipt."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from deployments.console import Bars, errors, out
from deployments.dock_client import send as send_dump
from deployments.dock_wiping import Begun, lines_of, wipe
from deployments.dock_wire import Wire
from regulation.errors import ConfigurationError
from tasks.dump import Dump


def send(
    folder: Annotated[Path, typer.Argument(help="The dump: a mounted recorder or a copy of one.", metavar="DIR")],
    to: Annotated[str, typer.Option("--to", help="The server's address.", metavar="URL")],
    token_env: Annotated[
        str, typer.Option(help="Name of the environment variable that holds this dock's token.", metavar="NAME")
    ] = "CUSTODY_DOCK_TOKEN",  # noqa: S107 - a variable's name
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the receipt.")] = False,
    wipe_dump: Annotated[
        bool, typer.Option("--wipe", help="Then wipe what the receipt names, each file re-checked.")
    ] = False,
    receipt_key: Annotated[
        str | None,
        typer.Option(help="Public key by which receipts are checked before wiping.", envvar="CUSTODY_RECEIPT_KEY"),
    ] = None,
    patience: Annotated[float, typer.Option(help="Seconds to keep trying a server that does not answer.")] = 600.0,
    clear_text: Annotated[bool, typer.Option("--clear-text", help="Send the token without TLS all the same.")] = False,
) -> None:
    """Push a dump to a server by its intake API. Interrupted, the same command goes on where it was."""
    if wipe_dump and receipt_key is None:
        raise ConfigurationError("Wiping needs the key that receipts are checked by.", subject="CUSTODY_RECEIPT_KEY")
    token = os.environ.get(token_env)
    if not token:
        raise ConfigurationError("This environment variable holds no token.", subject=token_env)
    begun = Begun(folder)
    with (
        Wire(to, token, patience_seconds=patience, clear_text=clear_text) as wire,
        Dump(folder) as dump,
        Bars() as bars,
    ):
        if wipe_dump and (before := begun.state()) is not None:
            _wipe(dump, before, str(receipt_key), begun, bars)
        entries = list(dump.entries())
        bars.step("Sending", sum(entry.size for entry in entries if not entry.refused), "bytes")
        sent = send_dump(wire, dump, folder, entries, bars.advanced)
        state = sent.state if not (wait or wipe_dump) else wire.wait_for_receipt(sent.state["batch"])
        left = [*sent.left, *(_wipe(dump, state, str(receipt_key), begun, bars) if wipe_dump else ())]
    _tell(state, left)


def _wipe(dump: Dump, state: dict[str, Any], receipt_key: str, begun: Begun, bars: Bars) -> list[str]:
    bars.step("Wiping", len(lines_of(state, receipt_key)), "files")
    begun.keep(state)
    left = wipe(dump, state, receipt_key, bars.advanced)
    begun.done()
    return left


def _tell(state: dict[str, Any], left: list[str]) -> None:
    if "receipt" in state:
        out.print(f"[bold green]Receipt {state['receipt']['number']}[/]")
        out.print(f"  {state['receipt']['link']}", soft_wrap=True)
    else:
        out.print(f"[bold green]Sent[/] as {state['session']}; its receipt follows")
    for sentence in left:
        errors.print(f"[yellow]stays[/] {escape(sentence)}", soft_wrap=True)
