"""`custody duty`: what is owed, and what a department head decides about it (Art. 6, 7, 15, 16, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from deployments.console import errors, out
from deployments.facts import acting, moment_of, person_id, reading, registry_of, rules_at, units_below
from deployments.home import Home
from deployments.operator import operator
from deployments.settings import read_settings
from registry import tables
from regulation.duties import OPEN, DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.ladder import STEPS

if TYPE_CHECKING:
    from registry.queries.notices import DutyRow
    from registry.transitions.duties.rechecking import Rechecked

app = typer.Typer(help="Duties: what somebody must do by a time.", no_args_is_help=True)

MOST_LISTED = 500
_STYLES = {DutyState.OVERDUE: "bold red", DutyState.PAUSED: "yellow", DutyState.WAITING: "dim"}

Duty = Annotated[UUID, typer.Argument(help="Id of the duty, as `custody duty list` shows it.", metavar="DUTY_ID")]
By = Annotated[str, typer.Option(help="Certificate number of the department head who decides.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the decision.")]


@app.command("list")
def list_duties(
    unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None,
    state: Annotated[DutyState | None, typer.Option(help="Only this state; by default all that are owed.")] = None,
) -> None:
    """Show what is owed, the first due first."""
    from registry.queries import units_by_code
    from registry.queries.notices import duties_of

    with reading(Home(read_settings())) as session:
        units = units_by_code(session)
        ids = units_below(session, unit) if unit is not None else [one.id for one in units.values()]
        found = duties_of(session, ids, OPEN if state is None else [state], MOST_LISTED)
    out.print(_table(found, {code: ZoneInfo(one.zone) for code, one in units.items()}))
    if len(found) == MOST_LISTED:
        errors.print(f"Only the first {MOST_LISTED} are shown; narrow it down with --unit or --state.")


def _table(rows: Sequence[DutyRow], zones: dict[str, ZoneInfo]) -> Table:
    table = Table("duty", "kind", "subject", "unit", "owed by", "due", "state", "next step")
    for row in rows:
        due = "" if row.due_at is None else f"{row.due_at.astimezone(zones[row.unit_code]):%Y-%m-%d %H:%M}"
        style = _STYLES.get(row.state, "")
        step = STEPS[row.level].value if row.level < len(STEPS) and row.state in OPEN else "–"
        table.add_row(
            str(row.duty_id), row.kind.value, escape(row.subject), escape(row.unit_code),
            escape(row.owed_by_number or "?"), due, f"[{style}]{row.state.value}[/]" if style else row.state.value,
            f"{row.level}/{len(STEPS)} {step}",
        )  # fmt: skip
    return table


@app.command("history")
def history(
    duty: Duty,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for whoever goes on with it.")] = False,
) -> None:
    """Show a duty and who was told of it: each step, to whom, as which, by which channel, and what became of it.
    Changes nothing; it needs no more than to read the registry."""
    from deployments.commands.telling import facts_table, history_json, told_table
    from registry.queries.duty_history import duty_history
    from tasks.escalation.words import KINDS

    with reading(Home(read_settings())) as session:
        found = duty_history(session, duty)
    if found is None:
        raise ActionDenied("There is no such duty.", subject=str(duty))
    if as_json:
        out.print_json(data=history_json(found))
        return
    out.print(facts_table(found, KINDS[found.duty.kind]))
    out.print(told_table(found) if found.notices else "尚未通知任何人 nobody was told yet")


@app.command("excuse")
def excuse(duty: Duty, by: By, reason: Reason) -> None:
    """End a duty on the word of the department head; what would have met it is not asked for any more."""
    from registry.transitions.duties import excuse_duty

    home = Home(read_settings())
    with acting(home) as act:
        excuse_duty(act, duty, person_id(act.session, by), reason, rules_at(home, act.session))
    out.print("[bold green]✓[/] excused")


@app.command("pause")
def pause(
    duty: Duty,
    by: By,
    reason: Reason,
    until: Annotated[str, typer.Option(help="A day such as 2026-12-01, at its beginning, or 2026-12-01T14:00.")],
) -> None:
    """Stop a duty's clock until a day, on the word of the department head; it is due that much later."""
    from registry.transitions.duties import pause_duty

    home = Home(read_settings())
    with acting(home) as act:
        rules, decider = rules_at(home, act.session), person_id(act.session, by)
        pause_duty(act, duty, decider, reason, moment_of("--until", until, _zone(act.session, duty)), rules)
    out.print(f"[bold green]✓[/] paused until {until}")


def _zone(session: Session, duty: UUID) -> ZoneInfo:
    """The zone of the duty's unit, whose wall clock people mean."""
    found = session.get(tables.Duty, duty)
    if found is None:
        raise ActionDenied("There is no such duty.", subject=str(duty))
    return ZoneInfo(session.get_one(tables.Unit, found.unit_id).zone)


@app.command("check")
def check() -> None:
    """Work every duty out again from the facts; status 1 when one is not as they say. Changes nothing."""
    home = Home(read_settings())
    with errors.status("Working duties out again"):
        found = {kind: _recheck(home, kind) for kind in DutyKind}
    table = Table("kind", "duties", "differ", "lacking", "waiting")
    for kind, one in found.items():
        table.add_row(kind.value, *map(str, (one.duties, len(one.differ), len(one.lacking), len(one.waiting))))
    out.print(table)
    wrong = [f"duty {duty} is not as the facts say" for one in found.values() for duty in one.differ]
    wrong += [f"a duty about {subject} is lacking" for one in found.values() for subject in one.lacking]
    for sentence in wrong:
        out.print(f"[red]✗[/] {sentence}")
    if wrong:
        raise typer.Exit(1)
    out.print("[bold green]✓[/] every duty is as the facts say")


def _recheck(home: Home, kind: DutyKind) -> Rechecked:
    """One act a chunk, so that nobody waits long for it."""
    from registry.transitions.duties.rechecking import Rechecked, recheck

    whole = Rechecked()
    with registry_of(home) as registry:
        while True:
            with registry.acting(operator(), home.now()) as act:
                whole.add(recheck(act, kind, rules_at(home, act.session), whole.last))
            if whole.last is None:
                return whole
