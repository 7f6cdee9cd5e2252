"""`custody receipt`: show a receipt, or check one that came from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from blocks.signing import check_signature, public_key_of, read_private_key
from deployments.console import out
from deployments.facts import reading
from deployments.home import Home
from deployments.settings import read_settings
from registry.queries.ledger import has_entry
from regulation.errors import ConfigurationError, FixityError

app = typer.Typer(help="Receipts of dock sessions.", no_args_is_help=True)


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="receipt.json")],
    public_key: Annotated[
        str | None, typer.Option(help="The unit's public key, base64; this installation's own by default.")
    ] = None,
) -> None:
    """Check a receipt's signature against a key that is known from elsewhere than the receipt itself. One of this
    installation's own is also held against its ledger."""
    text, signature = _read(file)
    home = Home(read_settings())
    key = public_key or public_key_of(read_private_key(home.receipt_key()))
    check_signature(text, signature, key)
    document = json.loads(text)
    if public_key is None and "ledger" in document:
        _check_ledger(home, document)
    out.print(f"[bold green]✓[/] {document['receipt']}: {len(document['may_be_wiped'])} files may be wiped")


def _check_ledger(home: Home, document: dict[str, Any]) -> None:
    """Raises `FixityError` where the ledger has not the entry that was its newest when the receipt was issued."""
    with reading(home) as session:
        there = has_entry(session, document["ledger"]["entry"], document["ledger"]["hash"])
    if not there:
        raise FixityError(
            f"The ledger no longer has entry {document['ledger']['entry']} as this receipt has it: it was cut short or "
            "written anew.",
            article="Art. 7",
            subject=document["receipt"],
        )


def _read(file: Path) -> tuple[str, str]:
    """The signed text and its signature."""
    try:
        signed = json.loads(file.read_text(encoding="utf-8"))
        document, signature = signed["document"], signed["signature"]["ed25519"]
    except (OSError, ValueError, KeyError, TypeError):
        document = signature = None
    if not isinstance(document, str) or not isinstance(signature, str):
        raise ConfigurationError("Not a receipt.json.", article="Art. 16", subject=str(file))
    return document, signature
