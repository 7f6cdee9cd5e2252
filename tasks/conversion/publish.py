"""What the Prefect UI shows of a conversion: its state, its steps, what was made, its media; no names (Art. 19)."""

from __future__ import annotations

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
from regulation.remarks import remark_in
from tasks.case_page import NOT_HERE, moment, step_cells, table
from tasks.conversion.words import KINDS, STAGES, STATES, VERDICTS
from tasks.conversion.work import ConversionWork, Standing
from tasks.markdown import harmless
from tasks.progress import quietly

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
        f"提交 handed in {moment(row.submitted_at, zone)}.",
        table(
            "环节 step | 结果 answer | 时间 when",
            [step_cells(one, decided.get(one.id), STAGES, VERDICTS, zone) for one in steps],
        ),
        table(
            "资料 recording | 制作 made | 结果 result",
            [_output(one) for one in outputs[:MOST_ROWS] if one.kind in KINDS],
        ),
        table("载体 medium | 字节 bytes | 标签清单 tag manifest", [_disc(one) for one in discs]),
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


def _output(one: AnyRow) -> str:
    result = f"{one.size:,} B · `{one.sha256[:16]}…`" if one.problem is None else _not_made(one.problem)
    return f"{one.position} | {KINDS[one.kind]} | {result}"


def _not_made(problem: str) -> str:
    return f"未制作：{harmless(remark_in(problem, 'zh'))} not made: {harmless(problem)}"


def _disc(one: AnyRow) -> str:
    return f"{harmless(one.name)} | {one.size:,} | `{one.tag_manifest_sha256[:16]}…`"
