"""The receipt as a page that an officer or an auditor reads."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from registry.tables import Condition, FileReceipt
from tasks.docking.report import SessionReport
from tasks.docking.timeline import timeline
from tasks.docking.words import FINDINGS, STATES
from tasks.templates import render

SHOWN = 300
"""Rows a table of the page shows; receipt.json holds all."""


def receipt_page(receipt: FileReceipt, report: SessionReport, zone: ZoneInfo) -> str:
    """The page as HTML, needing nothing from elsewhere."""
    document: dict[str, Any] = json.loads(receipt.document)
    return render(
        "receipt.html.j2",
        receipt=receipt,
        document=document,
        issued=f"{receipt.issued_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}",
        safe=document["may_be_wiped"],
        stays=document["stays_on_device"],
        total=human_size(sum(line["size"] for line in document["may_be_wiped"])),
        filed=report.tally()["filed"],
        footage=sum(row.condition is not Condition.NOT_MEDIA for row in report.recordings),
        remarks=list(report.attention()),
        picture=Markup(timeline(report.recordings, zone)),  # noqa: S704 - our own template, escaped there
        states=STATES,
        findings=FINDINGS,
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
