"""`custody export`: proofs that can be checked without this system (Art. 7, 19)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deployments.console import errors, out
from deployments.facts import reading
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import ConfigurationError

if TYPE_CHECKING:
    from tasks.anchoring.export import Exporter

app = typer.Typer(help="Proofs to take along; `custody verify --offline` checks them.", no_args_is_help=True)

Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]


@app.command("proof")
def proof(recording: Annotated[UUID, typer.Argument(help="Id of the recording.")], output: Output) -> None:
    """Write one recording's ledger entries with their proofs, anchors and timestamps."""
    home = Home(read_settings())
    with reading(home) as session:
        text = _exporter(home).proof(session, recording)
    _write(output, [text])
    out.print(f"[bold green]✓[/] {output}: check it with `custody verify --offline`, or with verify.py alone")


@app.command("ledger")
def ledger(output: Output) -> None:
    """Write the whole ledger with its anchors, a JSON object a line."""
    home = Home(read_settings())
    with reading(home) as session, errors.status("Exporting the ledger"):
        _write(output, _exporter(home).ledger(session))
    out.print(f"[bold green]✓[/] {output}")


@app.command("verifier")
def verifier(output: Output) -> None:
    """Write the stand-alone verifier: one file of Python to hand over with a proof."""
    from importlib.resources import files

    from deployments.commands.verify import VERIFIER

    _write(output, [(files("deployments.verifier") / VERIFIER).read_text(encoding="utf-8")])
    out.print(f"[bold green]✓[/] {output}: python {output.name} FILE_OR_FOLDER")


def _exporter(home: Home) -> Exporter:
    from deployments.bootstrap import archive_of
    from tasks.anchoring.export import Exporter

    archive = archive_of(home)
    certificates = None if archive.timestamps is None else archive.timestamps.certificates
    return Exporter(archive.receipt_key, certificates, home.now())


def _write(output: Path, lines: Iterable[str]) -> None:
    """Whole or not at all."""
    draft = output.with_name(f"{output.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        draft.replace(output)
    except OSError as failure:
        raise ConfigurationError(f"It cannot be written: {failure.strerror}.", subject=str(output)) from None
