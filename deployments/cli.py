"""`custody`: the command line of the whole system."""

from __future__ import annotations

import typer

from deployments.commands import (
    activity,
    anchor,
    blocks,
    clock,
    conversion,
    device,
    directory,
    disposal,
    dock,
    doctor,
    duty,
    export,
    filing,
    fixity,
    hold,
    notify,
    person,
    policy,
    receipt,
    registry,
    retention,
    sweep,
    token,
    up,
    vault,
    verify,
    worker,
)
from deployments.console import told

app = typer.Typer(
    name="custody",
    help="Custody of body-worn-camera footage, from the recorder to the archive.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(dock.app, name="dock")
app.add_typer(directory.app, name="directory")
app.add_typer(receipt.app, name="receipt")
app.add_typer(filing.app, name="filing")
app.add_typer(activity.app, name="activity")
app.add_typer(fixity.app, name="fixity")
app.add_typer(registry.app, name="registry")
app.add_typer(token.app, name="token")
app.add_typer(device.app, name="device")
app.add_typer(duty.app, name="duty")
app.add_typer(notify.app, name="notify")
app.add_typer(person.app, name="person")
app.add_typer(retention.app, name="retention")
app.add_typer(disposal.app, name="disposal")
app.add_typer(hold.app, name="hold")
app.add_typer(conversion.app, name="conversion")
app.add_typer(policy.app, name="policy")
app.add_typer(anchor.app, name="anchor")
app.add_typer(export.app, name="export")
app.add_typer(vault.app, name="vault")
app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("blocks")(blocks.blocks)
app.command("clock")(clock.clock)
app.command("sweep")(sweep.sweep)
app.command("doctor")(doctor.doctor)
app.command("verify")(verify.verify)


def main() -> None:
    """Run the command."""
    told(app)


if __name__ == "__main__":
    main()
