"""The label of a disc: a card for its case, with a strip of digests to keep with the file (Art. 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno

from blocks.typesetter import typeset
from tasks.packing.discs import Medium

_TEMPLATE = Path(__file__).parent / "papers" / "label.typ"


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says. `container` is the name, size in bytes and SHA-256 of the image or ZIP, where there is one;
    `url` is where the package can be checked, and `at` is in the unit's zone, for its day is printed."""

    number: str
    organization: str
    at: datetime
    disc: int
    discs: int
    medium: Medium
    files: int
    size: int
    tag_manifest_sha256: str
    container: tuple[str, int, str] | None
    key_id: str
    url: str


def label_pdf(label: Label) -> bytes:
    """The label as PDF/A on A5, the card to be cut out; the same from the same."""
    name, size, digest = label.container or ("", 0, "")
    return typeset(
        _TEMPLATE,
        {
            "number": label.number,
            "organization": label.organization,
            "date": f"{label.at.year} 年 {label.at.month} 月 {label.at.day} 日",
            "disc": label.disc,
            "discs": label.discs,
            "medium_zh": label.medium.zh,
            "medium_en": label.medium.en,
            "amount": f"{label.files} 个文件 files · {label.size:,} 字节 bytes",
            "tag_manifest": label.tag_manifest_sha256,
            "container": None if label.container is None else {"name": name, "size": f"{size:,}", "sha256": digest},
            "key_id": label.key_id,
            "url": label.url,
            "qr": qr_svg(label.url),
        },
        label.at,
    )


def qr_svg(url: str) -> str:
    """The address as a QR code that survives a scratch (15 % of it), in SVG."""
    return segno.make(url, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#15202b")
