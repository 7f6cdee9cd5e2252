"""What may be wanted of a recording, and that it can be (Art. 19).

`asked` is what somebody asked for and `part` what they may have; both in seconds of the recording. Nothing from outside
`part` gets into anything that is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias

from regulation.access_terms import FieldDenied, Range
from regulation.conversion import MOST_MARKS, WHOLE, Box, Cover
from regulation.conversion_states import ARTICLE
from regulation.stated import DerivedKind

THUMBNAIL_WIDTH = 800
"""Pixels of the widest small copy, which is what a statement shows."""


@dataclass(frozen=True, slots=True)
class Clip:
    """`asked` in whole groups of pictures, copied and never encoded anew (片段). Raises `FieldDenied`."""

    asked: Range = WHOLE
    part: Range = WHOLE

    def __post_init__(self) -> None:
        check_span(self.asked, self.part)


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of `asked` as 16-bit PCM (声音). Raises `FieldDenied`."""

    asked: Range = WHOLE
    part: Range = WHOLE

    def __post_init__(self) -> None:
        check_span(self.asked, self.part)


@dataclass(frozen=True, slots=True)
class Still:
    """The picture shown at `second` or next after it (画面), as PNG, without loss; with a `width` as a JPEG that is no
    wider, for a statement to show. Raises `FieldDenied`."""

    second: float = 0.0
    part: Range = WHOLE
    width: int | None = None

    def __post_init__(self) -> None:
        check_range("range", self.part)
        if not isfinite(self.second) or not _holds(self.part, self.second):
            raise FieldDenied("stills", f"There is no second {self.second} in what may be shown.", ARTICLE)
        if self.width is not None and not 16 <= self.width <= THUMBNAIL_WIDTH:
            raise FieldDenied("width", f"A small copy is 16 to {THUMBNAIL_WIDTH} pixels wide.", ARTICLE)


@dataclass(frozen=True, slots=True)
class Protected:
    """`asked` without the sound of the ranges `muted` and with boxes of the picture `covered` (保护性副本).

    Boxes are of the picture as it is shown, after any rotation the recorder noted. Of a photograph every box is
    covered, whatever its range. Raises `FieldDenied`.
    """

    asked: Range = WHOLE
    part: Range = WHOLE
    muted: tuple[Range, ...] = ()
    covered: tuple[Cover, ...] = ()

    def __post_init__(self) -> None:
        span = check_span(self.asked, self.part)
        if not 1 <= len(self.muted) + len(self.covered) <= MOST_MARKS:
            raise FieldDenied("marks", f"A protected copy has 1 to {MOST_MARKS} muted or covered ranges.", ARTICLE)
        for field, ranges in (("muted", self.muted), ("covered", tuple(one.part for one in self.covered))):
            for one in ranges:
                check_range(field, one)
                if one.overlap(span) is None:
                    raise FieldDenied(field, "This range is not in what is copied.", ARTICLE)
        for cover in self.covered:
            _check_box(cover.box)


Wanted: TypeAlias = Clip | Sound | Still | Protected


def check_span(asked: Range, part: Range) -> Range:
    """What is in both. Raises `FieldDenied` where nothing is, or where one of them is no range."""
    check_range("range", asked)
    check_range("range", part)
    both = asked.overlap(part)
    if both is None:
        raise FieldDenied("range", "Nothing of what is asked for may be shown.", ARTICLE)
    return both


def check_range(field: str, part: Range) -> None:
    """Raise `FieldDenied` for a range that is none: not of finite numbers, before 0, or backwards."""
    end = part.end
    if not isfinite(part.start) or part.start < 0 or (end is not None and not (isfinite(end) and end > part.start)):
        raise FieldDenied(field, "A part begins at 0 or later and ends after it begins.", ARTICLE)


def _check_box(box: Box) -> None:
    numbers = (box.x, box.y, box.width, box.height)
    if not all(isfinite(one) and 0 <= one <= 1 for one in numbers) or not (box.width > 0 and box.height > 0):
        raise FieldDenied("covered", "A part of the picture is given in fractions of it, from 0 to 1.", ARTICLE)
    if box.x + box.width > 1 + 1e-9 or box.y + box.height > 1 + 1e-9:
        raise FieldDenied("covered", "This part reaches beyond the picture.", ARTICLE)


def _holds(part: Range, second: float) -> bool:
    return part.start <= second and (part.end is None or second < part.end)


# Plain JSON, for the child


def wanted_as_json(wanted: Wanted) -> dict[str, Any]:
    """Plain JSON; `wanted_from_json` reads it."""
    kept: dict[str, Any] = {"kind": kind_of(wanted).value, "part": _span(wanted.part)}
    match wanted:
        case Still():
            return kept | {"second": wanted.second, "width": wanted.width}
        case Protected():
            covered = [
                [*_span(one.part), one.box.x, one.box.y, one.box.width, one.box.height] for one in wanted.covered
            ]
            muted = [_span(one) for one in wanted.muted]
            return kept | {"asked": _span(wanted.asked), "muted": muted, "covered": covered}
    return kept | {"asked": _span(wanted.asked)}


def wanted_from_json(kept: Mapping[str, Any]) -> Wanted:
    """What `wanted_as_json` wrote. Raises KeyError, TypeError or `FieldDenied` for anything else."""
    return _READERS[kept["kind"]](kept)


def kind_of(wanted: Wanted) -> DerivedKind:
    """What a statement calls it."""
    return _KINDS[type(wanted)]


def _span(part: Range) -> list[float | None]:
    return [part.start, part.end]


def _protected(kept: Mapping[str, Any]) -> Protected:
    return Protected(
        Range(*kept["asked"]),
        Range(*kept["part"]),
        tuple(Range(*one) for one in kept["muted"]),
        tuple(Cover(Range(*one[:2]), Box(*one[2:])) for one in kept["covered"]),
    )


_KINDS: Mapping[type, DerivedKind] = {
    Clip: DerivedKind.CLIP,
    Sound: DerivedKind.SOUND,
    Still: DerivedKind.STILL,
    Protected: DerivedKind.PROTECTED,
}
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Wanted]] = {
    DerivedKind.CLIP: lambda kept: Clip(Range(*kept["asked"]), Range(*kept["part"])),
    DerivedKind.SOUND: lambda kept: Sound(Range(*kept["asked"]), Range(*kept["part"])),
    DerivedKind.STILL: lambda kept: Still(kept["second"], Range(*kept["part"]), kept["width"]),
    DerivedKind.PROTECTED: _protected,
}
