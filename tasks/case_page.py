"""What the Prefect UI shows of a case that people answer: tables, steps, moments; no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from registry.bulk import AnyRow

NOT_HERE = "此处不作决定：恢复运行只会重新查看登记库。 Nothing is decided here: resuming the run only looks again."


def table(header: str, rows: Sequence[str]) -> str:
    """A table, its cells apart by ``|``; nothing where there are no rows."""
    if not rows:
        return ""
    lines = [header, " | ".join("---" for _ in header.split("|")), *rows]
    return "\n".join(f"| {line} |" for line in lines)


def step_cells(
    step: AnyRow, answer: AnyRow | None, stages: Mapping[Any, str], verdicts: Mapping[Any, str], zone: ZoneInfo
) -> str:
    """The step, what came of it, and when."""
    if answer is not None:
        said, at = verdicts[answer.verdict], answer.at
    else:
        said = "等待中 waits" if step.closed_at is None else "已结束 over"
        at = step.closed_at or step.opened_at
    return f"{stages[step.stage]} | {said} | {moment(at, zone)}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """By the unit's clock, to the minute."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
