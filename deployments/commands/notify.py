"""`custody notify`: whether people can be told, what could not be delivered, and sending it again (Art. 16, 20)."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
from regulation.vocabulary import Role

if TYPE_CHECKING:
    from registry.act import Act
    from registry.tables import Notice

app = typer.Typer(help="Notices: try a channel, see what waits, send again.", no_args_is_help=True)

PATIENCE_SECONDS = 60.0
"""How long a delivery that is already under way elsewhere may have with the notice."""

MOST_LISTED = 200

Number = Annotated[str, typer.Argument(help="Number of the notice.", metavar="NUMBER")]


@app.command("test")
def test(person: Annotated[str, typer.Argument(help="Certificate number.", metavar="PERSON")]) -> None:
    """Send somebody a notice that asks for nothing, in each role that has a way of its own, as a real one would go; and
    say which channel took it, or why none did."""
    home = Home(read_settings())
    home.prepare()
    if home.settings.notifier_file is None:
        raise ConfigurationError("No notifier is set up.", subject="CUSTODY_NOTIFIER_FILE")
    with prefect_at_hand(home):
        _ready(home)
        with acting(home) as act:
            trials = dict(_queued(home, act, person))
        with errors.status("Sending"):
            tried = [(_delivered(home, notice_id), roles) for notice_id, roles in trials.items()]
    for notice, roles in tried:
        as_which = escape(", ".join(role.value for role in roles) or "no role")
        if notice.channel is None:
            failure = escape(notice.failure or "it was not sent yet")
            out.print(f"[bold red]✗[/] {notice.number} as {as_which}: {failure}", soft_wrap=True)
        else:
            out.print(
                f"[bold green]✓[/] {notice.number} as {as_which} went by {escape(notice.channel)}", soft_wrap=True
            )
    if any(notice.channel is None for notice, _ in tried):
        raise typer.Exit(1)


def _queued(home: Home, act: Act, number: str) -> Iterator[tuple[UUID, list[Role]]]:
    """A trial for each way by which notices reach the person in their roles, with the roles that share it."""
    from blocks.leader_notifier import Addressee
    from deployments.notifier import notifier_of
    from registry.queries import roles_at
    from registry.queries.access import codes_upward
    from registry.tables import Person
    from registry.transitions.notices import queue_notices

    notifier, reader = notifier_of(home.settings), person_id(act.session, number)
    assert notifier is not None
    units = tuple(codes_upward(act.session, act.session.get_one(Person, reader).unit_id))
    roles = sorted({one.role for one in roles_at(act.session, reader, act.at)}, key=list(Role).index)
    ways: dict[tuple[str, ...], list[Role]] = {}
    for role in roles:
        ways.setdefault(notifier.route(Addressee(number, role, units)), []).append(role)
    for alike in ways.values() or [[]]:
        [notice_id] = queue_notices(act, NoticeKind.TRIAL, [reader], alike[0].value if alike else None)
        yield notice_id, alike


def _ready(home: Home) -> None:
    from deployments.bootstrap import register_watch

    register_watch(home)


def _delivered(home: Home, notice_id: UUID) -> Notice:
    """The notice once it was tried, by us or by the delivery that was at work already."""
    from flows.notice_delivery import deliver_notices
    from registry.tables import Notice

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with reading(home) as session:
            notice = session.get_one(Notice, notice_id)
        if notice.attempts or time.monotonic() > deadline:
            return notice
        if notice.state is NoticeState.QUEUED:
            deliver_notices()
        else:
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
            since=None if since is None else moment_of("--since", since, _zone(session, home.settings.unit)),
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
