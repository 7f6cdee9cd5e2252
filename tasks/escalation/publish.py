"""What the Prefect UI shows of a sweep: a summary with its picture, a table of what is overdue, events (Art. 20).

Numbers of units only, never of people; telling is best effort (see `tasks.progress`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event
from prefect.logging import get_run_logger

from blocks.secret_reference import revealed
from registry.queries.duties import Overdue, last_sweeps, overdue_by_unit
from registry.tables import Sweep
from registry.tables.notices import DEADLINES
from tasks.escalation.chart import chart
from tasks.escalation.words import COUNTS, KINDS
from tasks.escalation.work import SweepWork
from tasks.markdown import harmless, picture
from tasks.progress import quietly

CHARTED = 288
"""Sweeps in the picture: a day of them."""

HEARTBEAT_SECONDS = 10.0

NOTEWORTHY_SECONDS = 600
"""Two sweeps: what is told later than that was missed by one."""


@task(name="publish-sweep", cache_policy=NO_CACHE)
def publish_sweep(work: SweepWork) -> None:
    """Show the administrator how duties stand, and tell the watchdog that the watcher lives."""
    with work.registry.reading() as reading:
        overdue, sweeps = overdue_by_unit(reading), last_sweeps(reading, DEADLINES, CHARTED)
    quietly(
        create_table_artifact,
        key="overdue-by-unit",
        table=overdue_table(overdue, work.now()),
        description="逾期事项 what is overdue, the longest first",
    )
    quietly(
        create_markdown_artifact,
        key="deadline-escalation",
        markdown=_summary(work, overdue, sweeps),
        description="期限督办 the last sweep over all duties",
    )
    _emit(overdue)
    beat(work)


def overdue_table(overdue: Sequence[Overdue], now: datetime) -> list[dict[str, Any]]:
    """One row a unit and kind of duty."""
    return [
        {
            "unit": one.unit_code,
            "name": harmless(one.unit_name),
            "duty": KINDS[one.kind],
            "overdue": one.count,
            "longest (h)": round((now - one.longest).total_seconds() / 3600, 1),
        }
        for one in overdue
    ]


def _summary(work: SweepWork, overdue: Sequence[Overdue], sweeps: Sequence[Sweep]) -> str:
    rows = [f"| {word} | {work.counts[name]} |" for name, word in COUNTS.items() if work.counts[name]]
    if work.counts["behind_seconds"] >= NOTEWORTHY_SECONDS:
        rows.append(f"| 最大滞后 furthest behind | {work.counts['behind_seconds'] / 3600:.1f} h |")
    refused = [
        f"- `{work.organisation.units[unit].code}`: {harmless(str(problem))}" for unit, problem in work.refused.items()
    ]
    units = {one.unit_code for one in overdue}
    parts = [
        f"## 期限督办 Deadlines, {work.started_at:%Y-%m-%d %H:%M} UTC",
        f"**{sum(one.count for one in overdue)}** 项逾期 overdue in **{len(units)}** units; "
        f"**{work.counts['not_yet_due']}** considered and not yet due.",
        "| 事项 what | 数量 count |\n|---|---|\n" + "\n".join(rows) if rows else "",
        "**制度配置有误 these units wait for a sound policy (Art. 23)**\n\n" + "\n".join(refused) if refused else "",
        picture("duties by state", chart(sweeps)) if len(sweeps) > 1 else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _emit(overdue: Sequence[Overdue]) -> None:
    """A feed for the event page; no deadline hangs on it."""
    for one in overdue:
        emit_event(
            event="bwc.duty.overdue",
            resource={"prefect.resource.id": f"bwc.unit.{one.unit_code}", "prefect.resource.name": one.unit_code},
            payload={"kind": one.kind.value, "count": one.count},
        )


def beat(work: SweepWork) -> None:
    """Ask the watchdog's address, if there is one: where nobody asks for a while, it raises the alarm. A sweep that no
    unit has a sound policy for watches over nothing, and gives no sign of life."""
    if work.all_refused:
        get_run_logger().error("No unit has a sound policy (Art. 23): nobody's duties are watched.")
        return
    if work.watch.heartbeat_url is None:
        return
    try:
        httpx.get(revealed(work.watch.heartbeat_url), timeout=HEARTBEAT_SECONDS).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as silent:
        get_run_logger().warning("The watchdog did not answer: %s", type(silent).__name__)
