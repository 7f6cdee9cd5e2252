"""Having a conversion's run look into the registry (Art. 19; see `tasks.cases`)."""

from __future__ import annotations

from datetime import datetime

from tasks.cases import change_of, nudge_case

CONVERSION = "convert-evidence/on-request"


def nudge_conversion(number: str, changed_at: datetime) -> bool:
    """Start or wake the run that follows conversion `number`; `changed_at` is the change it is to see. Gives whether
    Prefect could be asked."""
    return nudge_case(CONVERSION, run_name(number), {"conversion": number}, change_of(number, changed_at))


def run_name(number: str) -> str:
    """What the run that follows a conversion is called."""
    return f"conversion-{number}"
