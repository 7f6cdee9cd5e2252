"""Which characters a font has, read from its character map (OpenType `cmap`, formats 4 and 12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from regulation.errors import ConfigurationError

SUFFIXES = (".otf", ".ttf", ".otc", ".ttc")


@cache
def coverage(font: Path) -> frozenset[int]:
    """The code points that the faces of a font file have. Raises `ConfigurationError` naming a file that is no font."""
    data = font.read_bytes()
    try:
        return frozenset(code for start in _faces(data) for code in _mapped(data, start))
    except (struct.error, IndexError, KeyError) as error:
        raise ConfigurationError("This is no OpenType font.", subject=font.name) from error


def _faces(data: bytes) -> Iterator[int]:
    if data[:4] != b"ttcf":
        yield 0
        return
    (count,) = struct.unpack_from(">I", data, 8)
    yield from struct.unpack_from(f">{count}I", data, 12)


def _mapped(data: bytes, face: int) -> Iterator[int]:
    (tables,) = struct.unpack_from(">H", data, face + 4)
    places = dict(struct.unpack_from(">4s4xI", data, face + 12 + 16 * place) for place in range(tables))
    start = places[b"cmap"]
    (count,) = struct.unpack_from(">H", data, start + 2)
    for place in range(count):
        _, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * place)
        (form,) = struct.unpack_from(">H", data, start + offset)
        yield from _FORMS.get(form, _nothing)(data, start + offset)


def _nothing(_data: bytes, _start: int) -> Iterator[int]:
    return iter(())


def _segments(data: bytes, start: int) -> Iterator[int]:
    """Format 4: runs of the basic plane; a run's glyphs follow from a difference or stand in a list."""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    starts = struct.unpack_from(f">{count}H", data, start + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", data, start + 16 + 2 * doubled)
    lists = start + 16 + 3 * doubled
    for place, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        (offset,) = struct.unpack_from(">H", data, lists + 2 * place)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, lists + 2 * place + offset + 2 * (code - first))
            if glyph and (glyph + delta) & 0xFFFF:
                yield code


def _groups(data: bytes, start: int) -> Iterator[int]:
    """Format 12: runs of all planes."""
    (count,) = struct.unpack_from(">I", data, start + 12)
    for first, last, glyph in struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * count]):
        yield from (code for code in range(first, last + 1) if glyph + code - first)


_FORMS = {4: _segments, 12: _groups}
