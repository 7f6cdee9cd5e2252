"""What the Prefect UI shows of a disposal list: its state, its steps, what stands on it; no names (Art. 18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from registry.bulk import AnyRow
from registry.queries.disposal import certificate_of, decisions_on, items_in, steps_of_list
from registry.tables import DisposalList, Unit
from regulation.disposal_states import ItemState
from tasks.case_page import NOT_HERE, moment, step_cells, table
from tasks.disposal.words import CLASSES, ITEMS, KEPT, STAGES, STATES, TRIGGERS, VERDICTS
from tasks.disposal.work import DisposalWork, is_decided
from tasks.progress import quietly

MOST_ROWS = 300


@task(name="publish-list", cache_policy=NO_CACHE)
def publish_list(work: DisposalWork, row: DisposalList) -> None:
    """Show where the list stands."""
    with work.registry.reading() as reading:
        connection = reading.connection()
        zone = ZoneInfo(reading.get_one(Unit, row.unit_id).zone)
        items, steps = items_in(connection, row.id), steps_of_list(connection, row.id)
        decided = {one.step_id: one for one in decisions_on(connection, row.id)}
        certificate = certificate_of(connection, row.id)
    counted = Counter(one.state for one in items)
    parts = [
        f"## {row.number}: {STATES[row.state]}",
        f"**{len(items)}** 条资料 originals, 第十八条 Art. 18, 建册 opened {moment(row.opened_at, zone)}.",
        table("状态 state | 条数 items", [f"{ITEMS[one]} | {n}" for one, n in counted.items()]),
        table(
            "环节 step | 结果 answer | 时间 when",
            [step_cells(one, decided.get(one.id), STAGES, VERDICTS, zone) for one in steps],
        ),
        _grace(row, work, counted, zone),
        f"销毁证明 certificate **{certificate.number}**" if certificate is not None else "",
        NOT_HERE,
    ]
    quietly(
        create_markdown_artifact,
        key=f"disposal-{row.number.lower()}",
        markdown="\n\n".join(part for part in parts if part),
        description=f"销毁清册 disposal list {row.number}",
    )
    quietly(
        create_table_artifact,
        key=f"disposal-items-{row.number.lower()}",
        table=itemtable(items)[:MOST_ROWS],
        description=f"清册条目 what stands on {row.number} ({len(items)} in all)",
    )
    emit_event(
        event="bwc.disposal.followed",
        resource={"prefect.resource.id": f"bwc.disposal.{row.number}", "prefect.resource.name": row.number},
        payload={"state": row.state.value, **work.counts},
    )


def itemtable(items: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """One row an item, what needs attention first."""
    order = (ItemState.FAILED, ItemState.DESTROYING, ItemState.LISTED, ItemState.DESTROYED, ItemState.DROPPED)
    return [
        {
            "recording": str(one.recording_id),
            "state": ITEMS[one.state],
            "class": CLASSES[one.retention_class],
            "counted from": f"{TRIGGERS[one.trigger]} {one.trigger_on}",
            "last day": str(one.due_on),
            "kept by": "" if one.dropped_why is None else KEPT[one.dropped_why],
            "problem": one.problem or "",
        }
        for one in sorted(items, key=lambda one: (order.index(one.state), one.due_on))
    ]


def _grace(row: DisposalList, work: DisposalWork, counted: Counter[ItemState], zone: ZoneInfo) -> str:
    if row.grace_until is None:
        return ""
    if is_decided(row, work.now()) and work.dry_run:
        return f"**试运行 Dry run:** {counted[ItemState.LISTED]} originals would be destroyed now; nothing was."
    return (
        f"等待期至 grace until {moment(row.grace_until, zone)}; 在此之前均可撤出 until then all of it can be restored."
    )
