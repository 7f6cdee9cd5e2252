"""`custody notify`: whether people can be told, what could not be delivered, and sending it again (Art. 16, 20)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from sqlmodel import Session

from deployments.console import errors, out
from deployments.facts import acting, moment_of, person_id, reading
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

MOST_LISTED = 200

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
    person: Annotated[str | None, typer.Option(help="Only what this person was told, by certificate number.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this day or moment on, such as 2026-12-01.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up: somebody must look.")] = False,
    state: Annotated[NoticeState | None, typer.Option(help="Only this state.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many at most, the newest.")] = MOST_LISTED,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for whoever goes on with it.")] = False,
) -> None:
    """Show who was told what, the newest first: when queued, each try, delivered by which channel, read or given up.
    Changes nothing; it needs no more than to read the registry."""
    from deployments.commands.telling import list_table, trail_json
    from registry.queries.duty_history import notices_told

    home = Home(read_settings())
    with reading(home) as session:
        found = notices_told(
            session,
            person_id=None if person is None else person_id(session, person),
            since=None if since is None else moment_of(since, _zone(session, home.settings.unit)),
            state=NoticeState.DEAD if dead else state,
            limit=most,
        )
    if as_json:
        out.print_json(data=[trail_json(one) for one in found])
    else:
        out.print(list_table(found))
    if len(found) == most:
        errors.print(f"Only the newest {most} are shown; narrow it down, or ask for more with --most.")


def _zone(session: Session, unit: str) -> ZoneInfo:
    """The zone of the installation's unit, by whose wall clock people mean a day."""
    from registry.queries import unit_by_code

    found = unit_by_code(session, unit)
    return ZoneInfo("Asia/Shanghai" if found is None else found.zone)


@app.command("revive")
def revive(number: Number) -> None:
    """Have a notice that was given up sent again, once the channel is mended."""
    from registry.transitions.notices import revive_notice

    with acting(Home(read_settings())) as act:
        revive_notice(act, number)
    out.print(f"[bold green]✓[/] {escape(number)} is queued again")
