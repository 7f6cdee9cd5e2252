"""Markdown as Prefect's pages read it: text that stays text, and pictures."""

from __future__ import annotations

import base64
import re

SPECIAL = re.compile(r"[\\<>&\[\]!*`|~:@#]|(?<=www)\.", re.IGNORECASE)
"""What would become a tag, a picture, a link or a heading."""


def harmless(name: str) -> str:
    """A name that Prefect's pages show as it is: they read the cells of a table as Markdown with HTML in it, and a
    recorder's file can be called anything."""
    return SPECIAL.sub(lambda special: f"\\{special.group()}", name)


def picture(title: str, svg: str) -> str:
    """An SVG that travels inside the text; nothing where there is none."""
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    return f"![{title}](data:image/svg+xml;base64,{encoded})" if svg else ""
