"""What the Prefect UI shows of an anchoring (Art. 7); telling is best effort."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from registry.queries.anchors import anchors
from registry.tables import Anchor
from tasks.anchoring.work import AnchorWork
from tasks.markdown import harmless
from tasks.progress import quietly

SHOWN = 30
"""Anchors in the list: a month of them."""


@task(name="publish-anchors", cache_policy=NO_CACHE)
def publish_anchors(work: AnchorWork) -> None:
    """Show the administrator what was anchored, and which anchors wait for a timestamp."""
    with work.registry.reading() as reading:
        newest = anchors(reading, newest=SHOWN)
    quietly(
        create_markdown_artifact,
        key="ledger-anchor",
        markdown=summary(work, newest),
        description="存证锚点 the newest anchors of the ledger",
    )


def summary(work: AnchorWork, newest: list[Anchor]) -> str:
    """Numbers and digests only."""
    made = (
        f"**{work.counts['entries']:,}** 条记录已锚定 entries anchored"
        if work.counts["anchors"]
        else "无新记录 nothing new"
    )
    parts = [f"## 存证锚点 Anchors\n\n{made}", _authority(work)]
    if newest:
        head = "| 编号 | 记录 entries | 根 root | 作成 made | 时间戳 timestamp |\n|---|---|---|---|---|\n"
        parts.append(head + "\n".join(_row(one) for one in reversed(newest)))
    return "\n\n".join(part for part in parts if part)


def _authority(work: AnchorWork) -> str:
    if work.archive.timestamps is None:
        return "未设时间戳服务, 锚点无时间戳. No timestamp authority is set: anchors have no timestamp."
    return f"时间戳未取得 no timestamp yet: {harmless(work.silent)}" if work.silent else ""


def _row(one: Anchor) -> str:
    stamped = f"{one.stamped_at:%Y-%m-%d %H:%M:%S} UTC" if one.stamped_at is not None else "–"
    made = f"{one.made_at:%Y-%m-%d %H:%M} UTC"
    return f"| {one.number} | {one.first_seq}–{one.last_seq} | `{one.root[:16]}…` | {made} | {stamped} |"
