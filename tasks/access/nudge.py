"""Having a request's run look into the registry (Art. 17; see `tasks.cases`)."""

from __future__ import annotations

from datetime import datetime

from tasks.cases import change_of, nudge_case

APPROVAL = "approve-access/on-request"


def nudge(number: str, changed_at: datetime) -> bool:
    """Start or wake the run that follows request `number`; `changed_at` is the change it is to see. Gives whether
    Prefect could be asked."""
    return nudge_case(APPROVAL, run_name(number), {"request": number}, change_of(number, changed_at))


def run_name(number: str) -> str:
    """What the run that follows a request is called."""
    return f"access-{number}"
