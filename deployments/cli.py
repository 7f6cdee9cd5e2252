"""`custody`: the command line of the whole system."""

from __future__ import annotations

import sys

import typer

from deployments.commands import dock, doctor, filing, receipt, up, verify
from deployments.console import errors
from regulation.errors import CustodyError

app = typer.Typer(
    name="custody",
    help="Custody of body-worn-camera footage, from the recorder to the archive.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(dock.app, name="dock")
app.add_typer(receipt.app, name="receipt")
app.add_typer(filing.app, name="filing")
app.command("up")(up.up)
app.command("doctor")(doctor.doctor)
app.command("verify")(verify.verify)


def main() -> None:
    """Run the command; a refused act is told in a sentence, with status 1, never as a traceback."""
    try:
        app()
    except CustodyError as refused:
        errors.print(f"[bold red]{type(refused).__name__}[/] {_plain(str(refused))}")
        sys.exit(1)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


if __name__ == "__main__":
    main()
