"""`custody notify`: whether people can be told, what could not be delivered, and sending it again (Art. 16, 20)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from deployments.console import errors, out
from deployments.facts import acting, person_id, reading
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from registry.tables.notices import NoticeKind, NoticeState
from regulation.errors import ConfigurationError

if TYPE_CHECKING:
    from registry.tables import Notice

app = typer.Typer(help="Notices: try a channel, see what waits, send again.", no_args_is_help=True)

PATIENCE_SECONDS = 60.0
"""How long a delivery that is already under way elsewhere may have with the notice."""

Number = Annotated[str, typer.Argument(help="Number of the notice.", metavar="NUMBER")]


@app.command("test")
def test(person: Annotated[str, typer.Argument(help="Certificate number.", metavar="PERSON")]) -> None:
    """Send somebody a notice that asks for nothing, and say which channel took it, or why none did."""
    from registry.transitions.notices import queue_notices

    home = Home(read_settings())
    home.prepare()
    if home.settings.notifier_file is None:
        raise ConfigurationError("No notifier is set up.", subject="CUSTODY_NOTIFIER_FILE")
    with prefect_at_hand(home):
        _ready(home)
        with acting(home) as act:
            [notice_id] = queue_notices(act, NoticeKind.TRIAL, [person_id(act.session, person)])
        with errors.status("Sending"):
            notice = _delivered(home, notice_id)
    if notice.channel is None:
        out.print(f"[bold red]✗[/] {notice.number}: {escape(notice.failure or 'it was not sent yet')}")
        raise typer.Exit(1)
    out.print(f"[bold green]✓[/] {notice.number} went by {escape(notice.channel)}")


def _ready(home: Home) -> None:
    from deployments.bootstrap import register_watch

    register_watch(home)


def _delivered(home: Home, notice_id: UUID) -> Notice:
    """The notice once it was tried, by us or by the delivery that was at work already."""
    from flows.notice_delivery import deliver_notices
    from registry.tables import Notice

    deliver_notices()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with reading(home) as session:
            notice = session.get_one(Notice, notice_id)
        if notice.state is not NoticeState.SENDING or time.monotonic() > deadline:
            return notice
        time.sleep(0.5)


@app.command("list")
def list_notices(
    state: Annotated[NoticeState | None, typer.Option(help="Only this state; dead ones need somebody.")] = None,
) -> None:
    """Show the newest notices of the outbox."""
    from registry.queries.notices import outbox

    with reading(Home(read_settings())) as session:
        rows = outbox(session, state)
    table = Table("number", "kind", "to", "made", "state", "tries", "channel", "failure", "read")
    for row in rows:
        table.add_row(
            row.number, row.kind.value, escape(row.reader), f"{row.created_at:%Y-%m-%d %H:%M} UTC", row.state.value,
            str(row.attempts), escape(row.channel or ""), escape(row.failure or ""),
            "" if row.read_at is None else f"{row.read_at:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
    out.print(table)


@app.command("revive")
def revive(number: Number) -> None:
    """Have a notice that was given up sent again, once the channel is mended."""
    from registry.transitions.notices import revive_notice

    with acting(Home(read_settings())) as act:
        revive_notice(act, number)
    out.print(f"[bold green]✓[/] {escape(number)} is queued again")
