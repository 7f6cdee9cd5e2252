"""What the Prefect UI shows of a session: a summary with its picture, a table of outcomes, the way to the receipt.

Artifacts carry numbers of files, recorders and activities, never names of people; telling is best effort (see
`tasks.progress`).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from registry.queries import intake
from registry.queries.intake import ReceiptLine, RecordingRow
from registry.tables import FileReceipt
from tasks.docking.outcomes import CODES, articles_of, codes_of, tally
from tasks.docking.receipt_page import WORDS, human_size
from tasks.docking.timeline import timeline
from tasks.docking.work import DockWork
from tasks.progress import quietly

MOST_ROWS = 300
"""Prefect pages a table in the browser; more rows than this belong to the receipt."""


@task(name="publish-session", cache_policy=NO_CACHE)
def publish_session(work: DockWork, receipt: FileReceipt) -> None:
    """Show the finished session to the administrator."""
    with work.registry.reading() as reading:
        lines = intake.receipt_lines(reading, work.session_id)
        recordings = intake.session_recordings(reading, work.session_id)
    key = work.number.lower()
    link = f"{work.station.receipt_link}/{receipt.number}" if work.station.receipt_link else None
    quietly(
        create_markdown_artifact,
        key=f"session-{key}",
        markdown=_summary(work, receipt, lines, recordings, link),
        description=f"采集批次 dock session {work.number}",
    )
    quietly(
        create_table_artifact,
        key=f"outcomes-{key}",
        table=outcome_table(lines, recordings),
        description=f"每个文件的结果 each file ({min(len(lines), MOST_ROWS)} of {len(lines)}, worst first)",
    )
    if link is not None:
        quietly(create_link_artifact, key=f"receipt-{key}", link=link, link_text=f"入库回执 Receipt {receipt.number}")


def outcome_table(lines: Sequence[ReceiptLine], recordings: Sequence[RecordingRow]) -> list[dict[str, Any]]:
    """One row an entry of the dump, what needs attention first."""
    originals = {row.recording_id: row for row in recordings}
    rows = [_row(line, originals.get(line.recording_id) if line.recording_id else None) for line in lines]
    rows.sort(key=lambda row: (row["finding"] == "", row["file"]))
    return rows[:MOST_ROWS]


def _row(line: ReceiptLine, original: RecordingRow | None) -> dict[str, Any]:
    codes = [CODES[line.outcome]] if line.outcome in CODES else []
    if original is not None:
        codes += codes_of(original)
    return {
        "file": line.shown_name,
        "outcome": WORDS[line.outcome],
        "condition": WORDS[original.condition] if original is not None else "",
        "filing": WORDS[original.filing] if original is not None else "",
        "bytes": line.size,
        "may be wiped": "✓" if line.may_be_wiped else "–",
        "finding": ", ".join(codes),
        "article": articles_of(original) if original is not None else "",
    }


def _summary(
    work: DockWork,
    receipt: FileReceipt,
    lines: Sequence[ReceiptLine],
    recordings: Sequence[RecordingRow],
    link: str | None,
) -> str:
    counted = tally(lines, recordings)
    safe = sum(line.may_be_wiped for line in lines)
    picture = timeline(recordings, work.zone)
    encoded = base64.b64encode(picture.encode()).decode("ascii")
    stored = human_size(sum(line.size for line in lines if line.may_be_wiped))
    parts = [
        f"## {work.number}",
        f"**{safe}** of **{len(lines)}** entries are stored and verified ({stored}) and may be wiped (Art. 16); "
        f"**{len(lines) - safe}** stay on the recorder.",
        f"**{counted['filed']}** filed, **{counted['unfiled']}** unfiled, **{counted['asked']}** asked (Art. 4, 15).",
        "| | |\n|---|---|\n" + "\n".join(f"| {WORDS[what]} | {count} |" for what, count in sorted(counted.items())),
        f"![timeline](data:image/svg+xml;base64,{encoded})" if picture else "",
        f"[入库回执 Receipt {receipt.number}]({link})" if link else f"Receipt {receipt.number}",
    ]
    return "\n\n".join(part for part in parts if part)
