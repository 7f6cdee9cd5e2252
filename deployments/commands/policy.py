"""`custody policy`: what a rule that is still a draft would have done, and would do (Art. 14, 23)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from deployments.console import errors, out
from deployments.facts import registry_of
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import ConfigurationError

app = typer.Typer(help="Policy layers, before they come into force.", no_args_is_help=True)


@app.command("try")
def try_draft(
    file: Annotated[Path, typer.Argument(help="A draft layer, as it would stand in CUSTODY_POLICY_FILES.")],
    since: Annotated[datetime, typer.Option(help="Replay duties whose clocks started from this day on.")],
) -> None:
    """Replay the registry under a draft: what would have been late or told, and what would be released. Changes
    nothing. A layer of the same kind and unit that holds now is taken away first."""
    from blocks.unit_policy import UnitPolicy
    from deployments.bootstrap import policy_of
    from registry.policy_trial import try_policy
    from registry.queries.access import codes_upward
    from tasks.rules import rules_by

    home = Home(read_settings())
    held = policy_of(home.settings)
    draft = UnitPolicy(layers=_with_draft(held.layers, _text(file)))
    draft.read()  # a draft that is not sound is refused by file, key and article
    with registry_of(home) as registry, registry.reading() as session, errors.status("Replaying the registry"):
        policies = (held.policies(), draft.policies())
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


def _with_draft(layers: list[str], draft: str) -> list[str]:
    """The layers with the draft in its place: a superior's before the units'."""
    whose = _whose(draft)
    others = [one for one in layers if _whose(one) != whose]
    ranks = {"sector-superior": 0, "unit": 1}
    return sorted([*others, draft], key=lambda text: ranks.get(_whose(text)[0], 0))


def _whose(text: str) -> tuple[str, str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigurationError(f"Not TOML: {wrong}.", article="Art. 23", subject="draft") from None
    return str(table.get("layer", "")), str(table.get("unit", table.get("document", "")))
