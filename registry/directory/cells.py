"""From a cell to a value. A parser raises `ValueError` with what the cell should hold; the cell itself is not repeated,
since reports are kept and cells hold names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from registry.directory.words import M, member, yes_or_no
from regulation.clock import has_carried_year

Cell = Any
"""What a file gives: text; from XLSX and JSON also numbers, dates, truth values and lists."""

Parser = Callable[[Cell], Any]

_SEPARATORS = re.compile(r"[;,|、，；\n]+")
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
_SHORT_PARTS = re.compile(r"(?<![\d.])(\d)(?=[-:\s]|$)")


def text(cell: Cell) -> str:
    """The cell as text, empty for an empty cell; a number that a spreadsheet made of a code is made whole again."""
    if cell is None:
        return ""
    if isinstance(cell, list | dict):
        raise ValueError("one value, not several")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\u3000", " ").strip()


def words(cell: Cell) -> tuple[str, ...]:
    """The parts of a list: a JSON list, or text with commas, semicolons or 、 between them."""
    parts = cell if isinstance(cell, list) else _SEPARATORS.split(text(cell))
    return tuple(part for part in (text(one) for one in parts) if part)


def one_of(members: type[M]) -> Callable[[Cell], M]:
    """A parser for one member of `members`, in English or Chinese."""
    return lambda cell: member(members, text(cell))


def several_of(members: type[M]) -> Callable[[Cell], tuple[M, ...]]:
    """A parser for a list of members."""
    return lambda cell: tuple(dict.fromkeys(member(members, one) for one in words(cell)))


def truth(cell: Cell) -> bool:
    """Yes or no."""
    return yes_or_no(text(cell))


def count(cell: Cell) -> int:
    """A whole number."""
    written = text(cell)
    if not written.isascii() or not written.isdecimal():
        raise ValueError("a whole number")
    return int(written)


def day(cell: Cell) -> date:
    """A calendar day: 2026-05-01, 2026/5/1, 2026年5月1日."""
    parsed = _parsed(cell)
    # A spreadsheet keeps a day as a moment; in text, a time of day means that the wrong thing was written.
    if parsed is None or (parsed.timetz() != time() and not isinstance(cell, datetime)):
        raise ValueError("a day such as 2026-05-01")
    return parsed.date()


def moment(cell: Cell) -> datetime:
    """A day and time, with a zone or without: 2026-05-01T09:30:00+08:00, 2026/5/1 9:30."""
    parsed = _parsed(cell)
    if parsed is None or not has_carried_year(parsed):
        raise ValueError("a time such as 2026-05-01 09:30")
    return parsed


def _parsed(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    written = _CHINESE_DATE.sub(r"\1-\2-\3 ", text(cell)).replace("/", "-").strip()
    try:
        return datetime.fromisoformat(_SHORT_PARTS.sub(r"0\1", written))
    except ValueError:
        return None
