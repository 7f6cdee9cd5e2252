"""What the Prefect UI shows of a session: a summary with its picture, a table of outcomes, the way to the receipt.

Artifacts carry numbers of files, recorders and activities, never names of people; telling is best effort (see
`tasks.progress`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from registry.queries.intake import ReceiptLine
from registry.tables import Condition, FileReceipt, Filing, ItemOutcome
from tasks.docking.receipt_page import human_size
from tasks.docking.report import SessionReport
from tasks.docking.timeline import timeline
from tasks.docking.wipe import Wiping
from tasks.docking.words import FINDINGS, STATES
from tasks.docking.work import DockWork
from tasks.markdown import harmless, picture
from tasks.progress import quietly, remark

MOST_ROWS = 300
"""Prefect pages a table in the browser; more rows than this belong to the receipt."""


@task(name="publish-session", cache_policy=NO_CACHE)
def publish_session(work: DockWork, receipt: FileReceipt) -> None:
    """Show the finished session to the administrator."""
    report = work.report()
    key = work.number.lower()
    link = work.station.receipt_address(receipt.number, work.now())
    quietly(
        create_markdown_artifact,
        key=f"session-{key}",
        markdown=_summary(work, receipt, report, link),
        description=f"采集批次 dock session {work.number}",
    )
    quietly(
        create_table_artifact,
        key=f"outcomes-{key}",
        table=outcome_table(report)[:MOST_ROWS],
        description=f"每个文件的结果 each file, what needs attention first ({len(report.lines)} in all)",
    )
    if link is not None:
        quietly(create_link_artifact, key=f"receipt-{key}", link=link, link_text=f"入库回执 Receipt {receipt.number}")


@task(name="publish-wiping", cache_policy=NO_CACHE)
def publish_wiping(work: DockWork, wiping: Wiping) -> None:
    """Tell what was deleted from the dump by the receipt, and what was left and why (Art. 16)."""
    told = f"{wiping.wiped} wiped, {len(wiping.left)} left"
    remark(told, *(f"{one.name}: {one.why}" for one in wiping.left))
    key = work.number.lower()
    quietly(
        create_table_artifact,
        key=f"wiped-{key}",
        table=[{"file": harmless(one.name), "left because": one.why} for one in wiping.left[:MOST_ROWS]],
        description=f"清除 wiping {work.number}: {told}",
    )


def outcome_table(report: SessionReport) -> list[dict[str, Any]]:
    """One row an entry of the dump, what needs attention first."""
    lines = sorted(report.lines, key=lambda line: (not report.noted[line.item_id], line.shown_name))
    return [_row(line, report) for line in lines]


def _row(line: ReceiptLine, report: SessionReport) -> dict[str, Any]:
    original, noted = report.originals.get(line.item_id), report.noted[line.item_id]
    return {
        "file": harmless(line.shown_name),
        "findings": "; ".join(f"{one.code} {FINDINGS[one.code]}" for one in noted),
        "outcome": STATES[line.outcome],
        "may be wiped": "✓" if line.may_be_wiped else "–",
        "condition": STATES[original.condition] if original is not None else "",
        "filing": STATES[original.filing] if original is not None else "",
        "activity": harmless(original.activity_number or "") if original is not None else "",
        "bytes": line.size,
    }


def _summary(work: DockWork, receipt: FileReceipt, report: SessionReport, link: str | None) -> str:
    counted, safe = report.tally(), report.safe()
    stored, left = human_size(sum(line.size for line in safe)), len(report.lines) - len(safe)
    parts = [
        f"## {work.number}",
        f"共 **{len(report.lines)}** 项，其中 **{len(safe)}** 项已入库并核验（{stored}），可以从记录仪清除；"
        f"**{left}** 项留在记录仪上（第十六条）。 "
        f"**{len(safe)}** of **{len(report.lines)}** entries are stored and verified and may be wiped; "
        f"**{left}** stay on the recorder (Art. 16).",
        _tally("结果 outcome", counted, ItemOutcome),
        _tally("检测 condition", counted, Condition),
        _tally("归档 filing", counted, Filing),
        picture("timeline", timeline(report.recordings, work.zone)),
        f"[入库回执 Receipt {receipt.number}]({link})" if link else f"Receipt {receipt.number}",
    ]
    return "\n\n".join(part for part in parts if part)


def _tally(what: str, counted: Mapping[str, int], among: type[StrEnum]) -> str:
    """How many ended in which of the states."""
    rows = [f"| {STATES[one]} | {counted[one]} |" for one in among if counted[one]]
    return "\n".join([f"| {what} | 数量 count |", "|---|--:|", *rows]) if rows else ""
