"""Having a conversion's run look into the registry (Art. 19; see `tasks.cases`)."""

from __future__ import annotations

from datetime import datetime

from tasks.cases import nudge_case

CONVERSION = "convert-evidence/on-request"


def nudge_conversion(number: str, at: datetime) -> bool:
    """Start or wake the run that follows conversion `number`, once a minute at most. Gives whether Prefect could be
    asked."""
    return nudge_case(CONVERSION, run_name(number), {"conversion": number}, f"{number}-{at:%Y%m%d%H%M}")


def run_name(number: str) -> str:
    """What the run that follows a conversion is called."""
    return f"conversion-{number}"
