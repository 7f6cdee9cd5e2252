"""Papers: a Typst template and data become a PDF/A-2b that any archive reads; the same input gives the same bytes.

The font comes along, cut down to the characters of GB 2312; what it cannot show is written as its code point, for a
paper with an empty box says less than it seems to. Data goes in as JSON and is never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).with_name("fonts")
_ALSO = frozenset("·•–—‘’“”…←↑→↓〇○●✓✗℃№")


def typeset(template: Path, document: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of `document` in `template`, which reads it as ``json(bytes(sys.inputs.document))``; dated `at`."""
    text = json.dumps(_legible(document), ensure_ascii=False)
    made = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["a-2b"],
        sys_inputs={"document": text},
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(one if is_shown(one) else f"〔U+{ord(one):04X}〕" for one in value)
    if isinstance(value, Mapping):
        return {name: _legible(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_legible(one) for one in value]
    return value


def is_shown(character: str) -> bool:
    """Whether the font has the character; line ends count as shown."""
    if character == "\n" or " " <= character <= "~" or "\xa0" < character < "\u0180" or character in _ALSO:
        return True
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
