"""`custody verify`: check the ledger, the registry against it, and the anchors; or a proof, offline."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from deployments.console import errors, out
from deployments.facts import registry_of
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import Unavailable

if TYPE_CHECKING:
    from registry.database import Registry

VERIFIER = "verify.py"


def verify(
    offline: Annotated[
        Path | None, typer.Option(help="A proof, a ledger export or a folder with them, checked without this home.")
    ] = None,
    public_key: Annotated[
        str | None, typer.Option(help="The installation's key as published, base64; here, its own by default.")
    ] = None,
    ca: Annotated[Path | None, typer.Option(help="With --offline: the timestamp authority's certificates.")] = None,
    extract: Annotated[
        Path | None, typer.Option(help="With --offline: write anchors and timestamps into this folder.")
    ] = None,
) -> None:
    """Check every entry of the custody ledger, every row against it, and every anchor with its signature, its timestamp
    and its copy in the vault; status 1 when something is wrong."""
    if offline is not None:
        raise typer.Exit(_offline(offline, public_key, ca, extract))
    from registry import ledger

    home = Home(read_settings())
    with registry_of(home) as registry:
        with errors.status("Verifying the ledger"):
            report = ledger.verify(registry)
            problems: list[object] = [*report.problems, *ledger.verify_rows(registry).problems]
        with errors.status("Verifying the anchors"):
            anchored, found = _anchors(home, registry, public_key)
    problems += found
    for problem in problems:
        out.print(Text.assemble(("✗ ", "red"), str(problem)))
    if problems:
        out.print(f"[bold red]{len(problems)} problems[/] in {report.entries} ledger entries")
        raise typer.Exit(1)
    out.print(f"[bold green]✓[/] ledger of {report.entries} entries is whole, head {report.head[:16]}…")
    out.print(f"[bold green]✓[/] {anchored}")


def _anchors(home: Home, registry: Registry, public_key: str | None) -> tuple[str, list[object]]:
    """How many anchors there are, and what is wrong with them."""
    from blocks.signing import public_key_of, read_private_key
    from deployments.bootstrap import archive_of
    from registry.queries.anchors import anchors
    from tasks.anchoring.checking import check_anchors

    with registry.reading() as session:
        if not anchors(session, newest=1) and not (home.root / "receipt-key.pem").exists():
            return "0 anchors", []
    key = public_key or public_key_of(read_private_key(home.receipt_key()))
    try:
        checked = check_anchors(archive_of(home), registry, key)
    except Unavailable as silent:
        return "", [f"the anchors' copies could not be checked: {silent}"]
    for remark in checked.remarks():
        errors.print(Text.assemble(("! ", "yellow"), remark))
    told = f"{checked.report.anchors} anchors cover the entries up to {checked.report.covered}"
    return told, list(checked.problems)


def _offline(path: Path, public_key: str | None, ca: Path | None, extract: Path | None) -> int:
    """The stand-alone verifier, as anybody else runs it: alone, with nothing of this system in reach."""
    told = [(f"--{name}", str(value)) for name, value in (("public-key", public_key), ("ca", ca), ("extract", extract))
            if value is not None]  # fmt: skip
    verifier = str(files("deployments.verifier") / VERIFIER)
    command = [sys.executable, "-I", verifier, str(path), *(word for pair in told for word in pair)]
    return subprocess.run(command, check=False).returncode
