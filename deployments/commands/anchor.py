"""`custody anchor`: put the ledger's new entries under an anchor, and show what there is (Art. 7)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from deployments.console import out
from deployments.facts import reading
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from regulation.errors import ActionDenied

app = typer.Typer(help="Anchors of the ledger: its days, each under one root.", no_args_is_help=True)


@app.command("make")
def make() -> None:
    """Anchor what the ledger has gained, without waiting for the night. Interrupted, the same command goes on."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        counts = _make(home)
    if not counts.get("anchors"):
        out.print("Nothing new to anchor.")
    for what, count in counts.items():
        out.print(f"{what}: {count}")


def _make(home: Home) -> dict[str, int]:
    from deployments.bootstrap import prepare_vault, register_archive
    from flows.ledger_anchor import anchor_ledger

    register_archive(home)
    prepare_vault(home)
    return anchor_ledger()


@app.command("list")
def list_anchors(most: Annotated[int, typer.Option(help="How many, the newest.")] = 30) -> None:
    """Show the newest anchors."""
    from registry.queries.anchors import anchors

    with reading(Home(read_settings())) as session:
        found = anchors(session, newest=most)
    table = Table("number", "entries", "root", "made", "timestamp", "by", "in the vault")
    for one in found:
        table.add_row(
            str(one.number), f"{one.first_seq}–{one.last_seq}", f"{one.root[:16]}…", _moment(one.made_at),
            _moment(one.stamped_at), one.authority or "–", one.vault_key or "–",
        )  # fmt: skip
    out.print(table)


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(help="Number of the anchor.")],
    extract: Annotated[
        Path | None, typer.Option(help="Write its document and its timestamp into this folder, for openssl.")
    ] = None,
) -> None:
    """Show one anchor as it was signed; with --extract lay it out for checking by hand."""
    from registry.queries.anchors import anchor_by_number

    with reading(Home(read_settings())) as session:
        anchor = anchor_by_number(session, number)
    if anchor is None:
        raise ActionDenied("There is no such anchor.", article="Art. 7", subject=str(number))
    out.print_json(data=json.loads(anchor.document) | {"sha256": anchor.sha256, "signature": anchor.signature})
    if extract is None:
        return
    extract.mkdir(parents=True, exist_ok=True)
    stem = extract / f"anchor-{number:08d}"
    stem.with_suffix(".json").write_bytes(anchor.document.encode())
    if anchor.token is not None:
        stem.with_suffix(".tsr").write_bytes(anchor.token)
    out.print(f"[bold green]✓[/] {stem}.*")


@app.command("key")
def key() -> None:
    """Print the public key that anchors and exports are checked with: publish it."""
    from blocks.signing import key_id_of, public_key_of, read_private_key

    public_key = public_key_of(read_private_key(Home(read_settings()).receipt_key()))
    out.print(f"{public_key}  key {key_id_of(public_key)}", soft_wrap=True)


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment is not None else "–"
