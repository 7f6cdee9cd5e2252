"""Whether the watch over duties watches: what `custody doctor` asks of it (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import typer

from deployments.commands.checking import Check, tried
from deployments.console import out
from deployments.facts import reading
from deployments.home import Home
from regulation.errors import CustodyError

WITHIN_MINUTES = 15
"""Three times as long as from one sweep to the next."""

_MOST = 500


def look_at_watch(home: Home) -> Iterator[Check]:
    """The clock, the notifier, the last sweep, and what could be brought to nobody."""
    yield _clock(home)
    yield _notifier(home)
    yield _last_sweep(home)
    yield _dead_letters(home)


def _clock(home: Home) -> Check:
    moved = home.settings.clock_file.exists()
    found = f"moved by {home.settings.clock_file}" if moved else "real time"
    return Check("clock", not moved, found, "a home with a moved clock is for trying out: production needs its own")


def _notifier(home: Home) -> Check:
    if home.settings.notifier_file is None:
        mend = "set CUSTODY_NOTIFIER_FILE; until then notices stay queued and nobody is told"
        return Check("notifier", False, "none", mend, grave=False)
    return tried("notifier", lambda: _channels(home), "see CUSTODY_NOTIFIER_FILE in docs/reference/settings.md")


def _channels(home: Home) -> str:
    from deployments.notifier import notifier_of

    notifier = notifier_of(home.settings)
    return "none" if notifier is None else ", ".join(notifier.channels)


def _last_sweep(home: Home) -> Check:
    mend = "run `custody up`, or start a worker of the pool `custody`"
    try:
        finished = last_sweep(home)
        return Check("last sweep", not is_late(home, finished, WITHIN_MINUTES), _told(finished), mend, grave=False)
    except CustodyError as refused:
        return Check("last sweep", False, str(refused), mend, grave=False)


def _dead_letters(home: Home) -> Check:
    from registry.queries.notices import dead_letters

    mend = (
        "tell the people in another way; see `custody notify list --dead`, mend the channel, try it with "
        "`custody notify test PERSON`, then `custody notify revive NUMBER`"
    )
    try:
        with reading(home) as session:
            dead = dead_letters(session)
    except CustodyError as refused:
        return Check("dead letters", False, str(refused), mend, grave=False)
    return Check("dead letters", not dead, f"{dead} notices given up" if dead else "none", mend, grave=False)


def heartbeat(home: Home, within_minutes: int) -> None:
    """Say when the last sweep over deadlines came to its end; status 1 when that is longer ago than it may be."""
    finished = last_sweep(home)
    late = is_late(home, finished, within_minutes)
    out.print(f"{'[bold red]✗[/]' if late else '[bold green]✓[/]'} last sweep: {_told(finished)}")
    if late:
        raise typer.Exit(1)


def last_sweep(home: Home) -> datetime | None:
    """When the last sweep over deadlines came to its end; one that died and was ended by the next one did not, and one
    that was refused every unit's policy watched over nothing."""
    from registry.queries.duties import last_sweeps
    from registry.tables.notices import DEADLINES

    with reading(home) as session:
        sweeps = last_sweeps(session, DEADLINES, _MOST)
    watched = (one for one in sweeps if "abandoned" not in one.counts and not one.counts.get("refused_all"))
    return max((one.finished_at for one in watched if one.finished_at), default=None)


def is_late(home: Home, finished: datetime | None, minutes: int) -> bool:
    return finished is None or home.now() - finished > timedelta(minutes=minutes)


def _told(finished: datetime | None) -> str:
    return "never" if finished is None else f"{finished:%Y-%m-%d %H:%M} UTC"
