"""What somebody types of a conversion: seconds, ranges, parts of the picture, lines of what was said (Art. 19).

Times are seconds (``12``, ``12.5``) or as players show them (``1:05``, ``1:02:03``); what a Chinese keyboard writes for
commas, colons and dashes is taken as well. What cannot be read is quoted in the message, which stands beside its field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn
from uuid import UUID

from desk.failing_conversion import COVER, LINE, RANGE, SECOND
from desk.reader import Form
from regulation.access_terms import FieldDenied, Range
from regulation.conversion import MOST_ITEMS, WHOLE, Asked, Box, Cover
from regulation.conversion_states import ARTICLE

MOST_TYPED = 5_000
"""Characters of one field of ranges."""

_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)
_NUMBER = re.compile(r"\d{0,3}(?:\.\d{1,9})?", re.ASCII)
_DASHES = re.compile("[–—−~〜至到]")
_QUOTED = 40
_SIDES = 4


# Times, ranges, parts of the picture


def read_seconds(field: str, text: str) -> tuple[float, ...]:
    """``12, 40.5, 1:05`` as seconds. Raises `FieldDenied` quoting what is none."""
    return tuple(_second(field, one, SECOND) for one in _between(_plain(field, text), "[,;\n]"))


def read_ranges(field: str, text: str) -> tuple[Range, ...]:
    """``12-18, 40-44.5`` as ranges; an end that is left out is that of the recording. Raises `FieldDenied`."""
    return tuple(_range(field, one, RANGE) for one in _between(_plain(field, text), "[,;\n]"))


def read_covers(field: str, text: str) -> tuple[Cover, ...]:
    """``12-18:0.1,0.2,0.3,0.3``, one to a line: from when to when, then x, y, width and height; without a range, all
    the time. Raises `FieldDenied`."""
    return tuple(_cover(field, one) for one in _between(_plain(field, text), "[;\n]"))


def read_part(field: str, start: str, end: str) -> Range:
    """The part of a recording from two fields, both empty for all of it. Raises `FieldDenied`."""
    begins, ends = (_plain(field, one).strip() for one in (start, end))
    if not begins and not ends:
        return WHOLE
    return Range(
        _second(field, begins, SECOND) if begins else 0.0,
        _second(field, ends, SECOND) if ends else None,
    )


def _plain(field: str, text: str) -> str:
    """As an English keyboard writes it. Raises `FieldDenied` for what is far too long."""
    if len(text) > MOST_TYPED:
        _deny(field, text, RANGE)
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text).replace("、", ","))


def _between(text: str, separator: str) -> Iterator[str]:
    return (one.strip() for one in re.split(separator, text) if one.strip())


def _second(field: str, text: str, why: str, whole: str = "") -> float:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        _deny(field, whole or text, why)
    hours, minutes, seconds = (float(one or 0) for one in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _range(field: str, text: str, why: str, whole: str = "") -> Range:
    start, dash, end = text.partition("-")
    if not dash:
        _deny(field, whole or text, why)
    begins = _second(field, start, why, whole or text) if start.strip() else 0.0
    return Range(begins, _second(field, end, why, whole or text) if end.strip() else None)


def _cover(field: str, text: str) -> Cover:
    when, _, box = text.rpartition(":")
    sides = [one.strip() for one in box.split(",")]
    if len(sides) != _SIDES or not all(one and _NUMBER.fullmatch(one) for one in sides):
        _deny(field, text, COVER)
    return Cover(_range(field, when, COVER, text) if when.strip() else WHOLE, Box(*map(float, sides)))


def _deny(field: str, text: str, why: str) -> NoReturn:
    raise FieldDenied(field, f"“{text.strip()[:_QUOTED]}”: {why}", ARTICLE)


# The same the other way round: what stands in a form that is opened again


def seconds_typed(seconds: tuple[float, ...]) -> str:
    """Seconds as they are typed."""
    return ", ".join(map(second_typed, seconds))


def second_typed(second: float | None) -> str:
    """One of them; nothing for none."""
    return "" if second is None else f"{second:.6f}".rstrip("0").rstrip(".")


def ranges_typed(ranges: tuple[Range, ...]) -> str:
    """Ranges as they are typed."""
    return ", ".join(map(_range_typed, ranges))


def _range_typed(part: Range) -> str:
    return f"{second_typed(part.start)}-{second_typed(part.end)}"


def covers_typed(covers: tuple[Cover, ...]) -> str:
    """Covered parts of the picture as they are typed."""
    return "\n".join(map(_cover_typed, covers))


def _cover_typed(one: Cover) -> str:
    box = ",".join(map(second_typed, (one.box.x, one.box.y, one.box.width, one.box.height)))
    return box if one.part == WHOLE else f"{_range_typed(one.part)}:{box}"


# A whole item. Its fields carry the recording's id, and a number from the second item of the same recording on


def recording_in(key: str) -> UUID:
    """The recording that an item's key names. Raises `FieldDenied` for what names none."""
    try:
        return UUID(key.partition(".")[0])
    except ValueError:
        raise FieldDenied("recordings", "There is no such recording.", ARTICLE) from None


def keys_in(form: Form) -> list[str]:
    """The items that a form shows, each once, in its order. Raises `FieldDenied` for what names no recording."""
    keys = list(dict.fromkeys(form.all("item")))[:MOST_ITEMS]
    for key in keys:
        recording_in(key)
    return keys


def another(keys: list[str], recording: str) -> str:
    """The key of a further item of this recording."""
    taken = [one for one in keys if one.partition(".")[0] == recording]
    return f"{recording}.{len(taken) + 1}" if taken else recording


def read_item(form: Form, key: str) -> Asked:
    """What is asked of a recording. A field that was left empty where all items have something in common takes that.
    Raises `FieldDenied`, its field ending in the item's key."""
    part = read_part(f"range-{key}", form.one(f"start-{key}"), form.one(f"end-{key}"))
    return Asked(
        recording_in(key),
        form.one(f"proves-{key}") or form.one("proves"),
        form.one(f"original-{key}") == "yes",
        part,
        bool(form.one(f"sound-{key}")),
        read_seconds(f"stills-{key}", form.one(f"stills-{key}")),
        read_ranges(f"muted-{key}", form.one(f"muted-{key}")),
        read_covers(f"covered-{key}", form.one(f"covered-{key}")),
    )


def item_typed(key: str, asked: Asked) -> dict[str, list[str]]:
    """The fields of an item that was asked before, as they are typed."""
    fields = {
        "proves": asked.proves,
        "original": "yes" if asked.original else "no",
        "start": second_typed(asked.part.start) if asked.is_clip else "",
        "end": second_typed(asked.part.end),
        "sound": "1" if asked.sound else "",
        "stills": seconds_typed(asked.stills),
        "muted": ranges_typed(asked.muted),
        "covered": covers_typed(asked.covered),
    }
    return {f"{name}-{key}": [text] for name, text in fields.items()}


# What was said

Said = tuple[float, float, str, str]
"""From when to when, who, what."""


def read_lines(text: str) -> list[Said]:
    """``12-18 | speaker | what is said``, one to a line. Raises `FieldDenied` quoting the line that is none."""
    return [_said(one) for one in text.splitlines() if one.strip()]


def _said(line: str) -> Said:
    parts = [one.strip() for one in line.replace("｜", "|").split("|", 2)]
    if len(parts) != len(("when", "speaker", "text")) or not parts[2]:
        _deny("lines", line, LINE)
    part = _range("lines", _plain("lines", parts[0]), LINE, line)
    if part.end is None:
        _deny("lines", line, LINE)
    return part.start, part.end, parts[1], parts[2]


def lines_typed(lines: Iterable[Sequence[Any]]) -> str:
    """Lines as they are typed, each on a line of its own."""
    return "\n".join(_line_typed(*one) for one in lines)


def _line_typed(start: float, end: float, speaker: str, text: str) -> str:
    return f"{second_typed(start)}-{second_typed(end)} | {_in_line(speaker).replace('|', '/')} | {_in_line(text)}"


def _in_line(text: str) -> str:
    return " ".join(text.split())


def form_of(text: str) -> str | None:
    """In which form a transcript was pasted: ``vtt``, ``json`` or ``srt``; None for lines as they are typed here."""
    begins = text.lstrip("\ufeff \t\r\n")
    if begins.startswith("WEBVTT"):
        return "vtt"
    if begins.startswith(("{", "[")):
        return "json"
    return "srt" if "-->" in text else None
