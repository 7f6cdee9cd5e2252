"""`custody policy`: what a rule that is still a draft would have done, and would do (Art. 14, 23)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from sqlmodel import Session

from deployments.console import errors, out
from deployments.facts import registry_of
from deployments.home import Home
from deployments.policies import policy_layers
from deployments.settings import read_settings
from regulation.errors import ConfigurationError
from regulation.layers import Layer

if TYPE_CHECKING:
    from blocks.policy_layers import UnitPolicies

app = typer.Typer(help="Policy layers, before they come into force.", no_args_is_help=True)


@app.command("try")
def try_draft(
    file: Annotated[Path, typer.Argument(help="A draft layer, as it would stand in CUSTODY_POLICY_FILES.")],
    since: Annotated[datetime, typer.Option(help="Replay duties whose clocks started from this day on.")],
) -> None:
    """Replay the registry under a draft: what would have been late or told, and what would be released. Changes
    nothing. A layer of the same kind and unit that holds now is taken away first."""
    from blocks.policy_layers import policies_from
    from registry.policy_trial import try_policy
    from registry.queries.access import codes_upward
    from tasks.rules import rules_by

    home = Home(read_settings())
    held = policy_layers(home.settings)
    policies = policies_from(held), policies_from(_with_draft(held, (str(file), _text(file))))
    with registry_of(home) as registry, registry.reading() as session, errors.status("Replaying the registry"):
        _check(session, policies[1], str(file), _text(file))
        now, then = (rules_by(one, partial(codes_upward, session)) for one in policies)
        tried = try_policy(session.connection(), now, then, since.replace(tzinfo=UTC), home.now())
    for code, refusal in tried.refused.items():
        out.print(f"[red]✗[/] {code}: {refusal}")
    table = Table("unit", "what would differ", "count", "such as", title="Under the draft")
    for (code, what), count in sorted((tried.duties + tried.terms).items()):
        table.add_row(code, what, str(count), _such_as(tried.named.get((code, what), [])))
    out.print(table if table.row_count else "[bold green]✓[/] nothing would differ")


def _such_as(named: Sequence[tuple[object, object, object]]) -> str:
    return "\n".join(f"{recording}: {was or 'no end'} → {would or 'no end'}" for recording, was, would in named[:3])


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise ConfigurationError(f"It cannot be read: {type(wrong).__name__}.", subject=str(file)) from None


def _check(session: Session, policies: UnitPolicies, file: str, text: str) -> None:
    """Refuse a draft that is not sound, by file, key and article: in the unit that it is for, or for all. Whether other
    units' layers are is another matter."""
    from registry.queries import unit_by_code
    from registry.queries.access import codes_upward

    layer, whose = _whose(file, text)
    if layer != Layer.UNIT:
        policies.of(())
        return
    unit = unit_by_code(session, whose)
    if unit is None:
        policies.of((whose,))
        raise ConfigurationError("There is no such unit.", article="Art. 23", subject=f"{file}: unit = {whose!r}")
    policies.of(codes_upward(session, unit.id))


def _with_draft(held: Sequence[tuple[str, str]], draft: tuple[str, str]) -> list[tuple[str, str]]:
    """The layers with the draft in its place: a superior's before the units'."""
    whose = _whose(*draft)
    others = [one for one in held if _whose(*one) != whose]
    ranks = {"sector-superior": 0, "unit": 1}
    return sorted([*others, draft], key=lambda one: ranks.get(_whose(*one)[0], 0))


def _whose(file: str, text: str) -> tuple[str, str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigurationError(f"Not TOML: {wrong}.", article="Art. 23", subject=file) from None
    return str(table.get("layer", "")), str(table.get("unit", table.get("document", "")))
