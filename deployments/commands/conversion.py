"""`custody conversion`: evidence conversions, their runs, and media read back (Art. 19)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from blocks.evidence_package import package_folder
from deployments.console import Bars, out
from deployments.facts import acting, reading
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied, ConfigurationError

if TYPE_CHECKING:
    from sqlmodel import Session

    from registry.bulk import AnyRow
    from tasks.packing.image import Extent
    from tasks.packing.reading import Issued, ReadBack

app = typer.Typer(help="Evidence conversions; they are decided about at the desk.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="Number of the conversion.")]
MOST_TOLD = 20


@app.command("list")
def list_conversions() -> None:
    """Show every conversion on which something is still to happen."""
    from registry.queries.conversion import open_conversions

    with reading(Home(read_settings())) as session:
        rows = open_conversions(session.connection())
    table = Table("conversion", "state", "handed in", "changed")
    for row in rows:
        table.add_row(row.number, row.state, _at(row.submitted_at), _at(row.changed_at))
    out.print(table)


def _at(at: object) -> str:
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]


@app.command("run")
def run(number: Number) -> None:
    """Make what was decided at the desk and is not made yet. Interrupted, the same command goes on."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        state = _run(home, number)
    out.print(f"[bold green]✓[/] {number} is {state}")


def _run(home: Home, number: str) -> str:
    from blocks.clock import now
    from deployments.bootstrap import register_archive
    from flows.evidence_conversion import carry_on
    from tasks.progress import watched_by

    archive = register_archive(home)
    with Bars() as bars, watched_by(bars):
        return carry_on(archive, number, now).value


@app.command("media")
def media(number: Number) -> None:
    """Show the media of an issued conversion, and whether each copy was read back."""
    from registry.queries.conversion import discs_of, readings_of

    with reading(Home(read_settings())) as session:
        row = _issued(session, number)
        discs, readings = discs_of(session.connection(), row.id), readings_of(session.connection(), row.id)
    table = Table("medium", "name", "bytes", "SHA-256 of the image or ZIP", "copies found good")
    for one in discs:
        good = sorted({read.copy_number for read in readings if read.disc_id == one.id and read.is_same})
        table.add_row(
            str(one.position), escape(one.name), f"{one.image_size or one.size:,}", one.image_sha256 or "–",
            ", ".join(map(str, good)) or "none",
        )  # fmt: skip
    out.print(table)


@app.command("read")
def read(
    place: Annotated[Path, typer.Argument(help="A burner's device, a mounted disc or stick, or an image.")],
    number: Annotated[str, typer.Option(help="Number of the conversion.")],
    disc: Annotated[int, typer.Option(help="Which of its media this is.")] = 1,
    copy: Annotated[int, typer.Option(help="Which copy.")] = 1,
) -> None:
    """Read a medium back, compare it byte for byte with what was issued, and enter the result in the register."""
    from registry.queries.conversion import discs_of
    from registry.transitions.conversion import enter_reading

    home = Home(read_settings())
    with reading(home) as session:
        row = _issued(session, number)
        medium = next((one for one in discs_of(session.connection(), row.id) if one.position == disc), None)
        if medium is None:
            raise ActionDenied("No such medium was issued.", article=ARTICLE, subject=f"{number} {disc}")
    found = _read(place, _expected(medium), _layout(home, row, medium))
    problems = [f"{path}: {problem}" for path, problem in found.problems.items()]
    with acting(home) as act:
        problem = "; ".join(problems[:MOST_TOLD]) or None
        enter_reading(act, row.id, disc, copy, is_same=found.is_identical, problem=problem)
    for line in problems[:MOST_TOLD]:
        out.print(f"[bold red]✗[/] {escape(line)}")
    if problems:
        raise typer.Exit(1)
    out.print(f"[bold green]✓[/] {number}, medium {disc}, copy {copy}: {found.bytes_read:,} bytes, as issued")


def _layout(home: Home, row: AnyRow, medium: AnyRow) -> Sequence[Extent]:
    """Where each file lies in the image, by the folder that it was made of, while that is still here."""
    from tasks.packing.image import layout_of

    folder = package_folder(home.settings.packages, row.number, row.edition) / medium.name
    with suppress(OSError):
        return layout_of(folder, row.issued_at, "") if medium.image_size and folder.is_dir() else ()
    return ()


def _read(place: Path, expected: Issued, layout: Sequence[Extent]) -> ReadBack:
    from tasks.packing.reading import read_back

    try:
        with Bars() as bars:
            return read_back(place, expected, progress=partial(bars.reached, "Reading it back"), layout=layout)
    except OSError as failure:
        raise ConfigurationError(f"It cannot be read: {failure.strerror}.", subject=str(place)) from None


def _expected(row: AnyRow) -> Issued:
    from tasks.packing.reading import Issued

    return Issued(row.tag_manifest_sha256, row.sums_sha256, row.image_size, row.image_sha256)


def _issued(session: Session, number: str) -> AnyRow:
    from registry.queries.conversion import conversion_numbered

    row = conversion_numbered(session.connection(), number)
    if row is None or row.issued_at is None:
        raise ActionDenied("No conversion of this number was issued.", article=ARTICLE, subject=number)
    return row
