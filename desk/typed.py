"""Text that somebody typed or a program sent, as it is kept."""

from __future__ import annotations

from typing import Any

from registry.bulk import storable


def as_kept(text: str) -> str:
    """What was typed, as every engine keeps it and every paper shows it: browsers end the lines of a form with two
    characters, and what is pasted from a table has tabs."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def as_sent(value: Any) -> Any:
    """The same of what a program sent under one name: a text, or a list with texts."""
    if isinstance(value, list):
        return [as_kept(one) if isinstance(one, str) else one for one in value]
    return as_kept(value) if isinstance(value, str) else value
