"""`custody fixity`: originals read again, and what was found wrong (Art. 7)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from deployments.console import Bars, out
from deployments.facts import acting, person_id, reading, units_below
from deployments.home import Home
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from regulation.errors import ActionDenied
from regulation.incidents import Resolution

app = typer.Typer(help="Fixity: originals are read again and compared with what was verified.", no_args_is_help=True)

MOST_LISTED = 500
GIB = 1 << 30


@app.command("run")
def run(
    budget: Annotated[float, typer.Option(help="How much to read at most, in GiB.", min=0.001)] = 512,
    suspects: Annotated[bool, typer.Option("--suspects", help="Only what is suspicious.")] = False,
) -> None:
    """Read now, without waiting for the night. Interrupted, the same command goes on."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        _told(_audit(home, budget, suspects=suspects))


def _audit(home: Home, budget: float, *, suspects: bool) -> dict[str, int]:
    from deployments.bootstrap import register_archive
    from flows.fixity_audit import audit_fixity
    from tasks.progress import watched_by

    register_archive(home)
    with Bars() as bars, watched_by(bars):
        return audit_fixity(budget_gib=budget, suspects_only=suspects)


@app.command("reconcile")
def reconcile(
    locks: Annotated[bool, typer.Option("--locks/--no-locks", help="Also read back every original's lock.")] = True,
) -> None:
    """Compare registry, vault and ledger with each other."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home):
        _told(_reconcile(home, locks=locks))


def _reconcile(home: Home, *, locks: bool) -> dict[str, int]:
    from deployments.bootstrap import register_archive
    from flows.fixity_audit import reconcile_vault
    from tasks.progress import watched_by

    register_archive(home)
    with Bars() as bars, watched_by(bars):
        return reconcile_vault(read_locks=locks)


def _told(counts: dict[str, int]) -> None:
    if not counts:
        out.print("[yellow]There was nothing to do, or another run is at work.[/]")
        return
    table = Table("what", "count")
    for what, count in counts.items():
        table.add_row(what, f"{count:,}")
    out.print(table)
    if counts.get("incidents"):
        out.print("[bold red]✗[/] new incidents: custody fixity incidents")
        raise typer.Exit(1)


@app.command("check")
def check(recordings: Annotated[list[UUID], typer.Argument(help="Ids of recordings.", metavar="RECORDING…")]) -> None:
    """Have these originals read ahead of all others, within the hour or by `custody fixity run --suspects`."""
    from registry.transitions.fixity import suspect

    with acting(Home(read_settings())) as act:
        found = suspect(act, recordings)
        if found < len(set(recordings)):
            raise ActionDenied("There is no such original in the vault.", article="Art. 7", subject=f"{found} found")
    out.print(f"[bold green]✓[/] {found} to be read next")


@app.command("status")
def status() -> None:
    """Show how much of each unit's footage is proved."""
    from registry.queries.fixity import coverage

    home = Home(read_settings())
    with reading(home) as session:
        units = coverage(session.connection(), home.now())
    table = Table("unit", "originals", "GiB", "covered", "never read", "oldest reading", "open incidents")
    for one in units:
        table.add_row(
            escape(one.unit_code), f"{one.originals:,}", f"{one.size / GIB:,.1f}", f"{one.share:.1%}", f"{one.never:,}",
            "" if one.oldest is None else f"{one.oldest:%Y-%m-%d}", str(one.incidents or ""),
        )  # fmt: skip
    out.print(table)


@app.command("incidents")
def incidents(unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None) -> None:
    """Show what is open, the newest first."""
    from registry.queries.fixity import open_incidents

    with reading(Home(read_settings())) as session:
        ids = None if unit is None else units_below(session, unit)
        found = open_incidents(session.connection(), ids, MOST_LISTED)
    table = Table("incident", "kind", "unit", "recording", "found", "what", "put back")
    for one in found:
        table.add_row(
            one.number, one.kind.value, escape(one.unit_code), str(one.recording_id or ""),
            f"{one.found_at:%Y-%m-%d %H:%M} UTC", escape(one.detail),
            "" if one.repaired_at is None else f"{one.repaired_at:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
    out.print(table)


@app.command("close")
def close(
    numbers: Annotated[list[str], typer.Argument(help="Numbers of incidents.", metavar="NUMBER…")],
    by: Annotated[str, typer.Option(help="Certificate number of whoever settles them.")],
    resolution: Annotated[Resolution, typer.Option(help="How it was settled; only a leader gives up as lost.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the decision.")],
) -> None:
    """Settle incidents on the word of the device administrator or a leader of the unit."""
    from registry.transitions.fixity import close_incident

    with acting(Home(read_settings())) as act:
        person = person_id(act.session, by)
        for number in numbers:
            close_incident(act, number, person, resolution, reason)
    out.print(f"[bold green]✓[/] {len(numbers)} settled: {resolution.value}")
