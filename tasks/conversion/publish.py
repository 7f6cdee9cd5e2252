"""What the Prefect UI shows of a conversion: its state, its steps, what was made, its media; no names (Art. 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from registry.bulk import AnyRow
from registry.queries.conversion import (
    decisions_of_conversion,
    discs_of,
    items_of_conversion,
    outputs_of,
    steps_of_conversion,
)
from registry.tables import Unit
from tasks.conversion.words import KINDS, STAGES, STATES, VERDICTS
from tasks.conversion.work import ConversionWork, Standing
from tasks.markdown import harmless
from tasks.progress import quietly

NOT_HERE = "此处不作决定：恢复运行只会重新查看登记库。 Nothing is decided here: resuming the run only looks again."
MOST_ROWS = 100


@task(name="publish-conversion", cache_policy=NO_CACHE)
def publish_conversion(work: ConversionWork, standing: Standing) -> None:
    """Show where the conversion stands."""
    row = standing.row
    with work.registry.reading() as reading:
        connection = reading.connection()
        zone = ZoneInfo(reading.get_one(Unit, row.unit_id).zone)
        items, steps = items_of_conversion(connection, row), steps_of_conversion(connection, row.id)
        decided = {one.step_id: one for one in decisions_of_conversion(connection, row.id)}
        outputs, discs = outputs_of(connection, row), discs_of(connection, row.id)
    parts = [
        f"## {row.number}: {STATES[row.state]}",
        f"**{len(items)}** 条资料 recordings, {row.copies} 份 copies, 第十九条 Art. 19, "
        f"提交 handed in {_at(row.submitted_at, zone)}.",
        _table("环节 step | 结果 answer | 时间 when", [_step(one, decided, zone) for one in steps]),
        _table(
            "资料 recording | 制作 made | 结果 result",
            [_output(one) for one in outputs[:MOST_ROWS] if one.kind in KINDS],
        ),
        _table("载体 medium | 字节 bytes | 标签清单 tag manifest", [_disc(one) for one in discs]),
        NOT_HERE,
    ]
    quietly(
        create_markdown_artifact,
        key=f"conversion-{row.number.lower()}",
        markdown="\n\n".join(part for part in parts if part),
        description=f"证据转换 evidence conversion {row.number}",
    )
    emit_event(
        event="bwc.conversion.followed",
        resource={"prefect.resource.id": f"bwc.conversion.{row.number}", "prefect.resource.name": row.number},
        payload={"state": row.state.value, **work.counts},
    )


def _step(step: AnyRow, decided: dict[UUID, AnyRow], zone: ZoneInfo) -> str:
    answer = decided.get(step.id)
    if answer is not None:
        said, at = VERDICTS[answer.verdict], answer.at
    else:
        said = "等待中 waits" if step.closed_at is None else "已结束 over"
        at = step.closed_at or step.opened_at
    return f"{STAGES[step.stage]} | {said} | {_at(at, zone)}"


def _output(one: AnyRow) -> str:
    result = (
        f"{one.size:,} B · `{one.sha256[:16]}…`" if one.problem is None else f"未制作 not made: {harmless(one.problem)}"
    )
    return f"{one.position} | {KINDS[one.kind]} | {result}"


def _disc(one: AnyRow) -> str:
    return f"{harmless(one.name)} | {one.size:,} | `{one.tag_manifest_sha256[:16]}…`"


def _table(header: str, rows: Sequence[Any]) -> str:
    if not rows:
        return ""
    lines = [header, " | ".join("---" for _ in header.split("|")), *rows]
    return "\n".join(f"| {line} |" for line in lines)


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
