"""The receipt as a page that an officer or an auditor reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from registry.queries.intake import RecordingRow
from registry.tables import FileReceipt, Filing
from tasks.docking.outcomes import articles_of, needs_attention
from tasks.docking.timeline import timeline
from tasks.templates import render

SHOWN = 300
"""Rows a table of the page shows; receipt.json holds all."""

WORDS = {
    "stored": "已入库 stored",
    "duplicate": "重复，原件已在库 duplicate",
    "growing": "读取时仍在写入 still growing",
    "unreadable": "无法读取 unreadable",
    "not-a-file": "非普通文件 not a file",
    "mismatched": "校验不符 mismatch",
    "vanished": "已消失 vanished",
    "found": "未处理 not taken in",
    "unprobed": "未检测 not probed",
    "whole": "完整 whole",
    "damaged": "损坏 damaged",
    "empty": "空文件 empty",
    "wrong-extension": "扩展名不符 wrong extension",
    "not-media": "非音像文件 not media",
    "pending": "待处理 pending",
    "filed": "已归档 filed",
    "unfiled": "待归档 unfiled",
    "asked": "待确认归属 asked",
}


def receipt_page(receipt: FileReceipt, recordings: Sequence[RecordingRow], zone: ZoneInfo) -> str:
    """The page as HTML, needing nothing from elsewhere."""
    document: dict[str, Any] = json.loads(receipt.document)
    attention = [row for row in recordings if needs_attention(row)]
    return render(
        "receipt.html.j2",
        receipt=receipt,
        document=document,
        issued=f"{receipt.issued_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}",
        safe=document["may_be_wiped"],
        stays=document["stays_on_device"],
        total=human_size(sum(line["size"] for line in document["may_be_wiped"])),
        filed=sum(row.filing == Filing.FILED for row in recordings),
        recordings=recordings,
        remarks=[
            {"shown_name": r.shown_name, "condition": r.condition, "filing": r.filing, "articles": articles_of(r)}
            for r in attention
        ],
        picture=Markup(timeline(recordings, zone)),  # noqa: S704 - our own template, escaped there
        words=WORDS,
        shown=SHOWN,
    )


def human_size(size: int) -> str:
    """Bytes as people say them."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"
