"""Having a disposal list's run look into the registry (Art. 18; see `tasks.cases`)."""

from __future__ import annotations

from datetime import datetime

from tasks.cases import change_of, nudge_case

DISPOSAL = "dispose-list/on-list"


def nudge_list(number: str, changed_at: datetime, *, dry_run: bool) -> bool:
    """Start or wake the run that follows list `number`; `changed_at` is the change it is to see. Gives whether Prefect
    could be asked."""
    parameters = {"disposal_list": number, "dry_run": dry_run}
    return nudge_case(DISPOSAL, run_name(number), parameters, change_of(number, changed_at))


def run_name(number: str) -> str:
    """What the run that follows a list is called."""
    return f"disposal-{number}"
