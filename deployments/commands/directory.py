"""`custody directory`: bring units, people, recorders and activities in from files (Art. 4, 6, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from deployments.console import errors, out
from deployments.facts import registry_of
from deployments.home import Home
from deployments.operator import operator
from deployments.settings import read_settings
from registry.directory import DirectoryKind, ImportReport, import_directory, rehearse_imports
from regulation.errors import ConfigurationError

app = typer.Typer(
    help="Directory data: units, people, appointments, devices, custody, activities, cases.", no_args_is_help=True
)


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX or JSON.", metavar="FILE…")],
    kind: Annotated[DirectoryKind | None, typer.Option(help="What a file with one sheet holds, if not clear.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, enter nothing.")] = False,
) -> None:
    """Enter files, each as a whole or not at all; importing the same again changes nothing."""
    home = Home(read_settings())
    home.prepare()
    if dry_run:
        reports = _rehearsed(home, files, kind)
    else:
        reports = [import_file(home, file, by=operator(), kind=kind) for file in files]
    for file, report in zip(files, reports, strict=True):
        _tell(file, report)
    if any(report.problems for report in reports):
        raise typer.Exit(1)


def import_file(home: Home, file: Path, *, by: str, kind: DirectoryKind | None = None) -> ImportReport:
    """Enter one file in the home's registry. Raises `ConfigurationError` for a file that cannot be read."""
    with registry_of(home) as registry, _readable(file):
        return import_directory(registry, file, actor=by, at=home.now(), kind=kind)


def _rehearsed(home: Home, files: list[Path], kind: DirectoryKind | None) -> list[ImportReport]:
    for file in files:
        with _readable(file), file.open("rb"):
            pass
    with registry_of(home) as registry:
        return rehearse_imports(registry, files, actor=operator(), at=home.now(), kind=kind)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"The file cannot be read: {error.strerror}.", subject=str(file)) from None


def _tell(file: Path, report: ImportReport) -> None:
    if report.problems:
        table = Table("sheet", "row", "column", "what is wrong", title=f"{file.name}: nothing was entered")
        for problem in report.problems:
            cells = (problem.sheet, str(problem.row or ""), problem.column, problem.message)
            table.add_row(*map(escape, cells))
        errors.print(table)
        return
    would = "would be " if report.dry_run else ""
    for kind, entered in report.entered.items():
        counts = f"{entered.created} {would}created, {entered.changed} {would}changed"
        out.print(f"[green]✓[/] {file.name}: {kind}: {counts}")
