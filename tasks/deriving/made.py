"""What was made of a recording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from regulation.access_terms import Range
from regulation.stated import DerivedKind, StreamDigest

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_MOST_STREAMS = 64
_MOST_REMARKS = 8


@dataclass(frozen=True, slots=True)
class StreamProof:
    """A stream that was copied: its `index` in what was made and `source` in the original, how many `packets` it has in
    what was made, and SHA-256 over the payloads of its packets, in order, as they were read from the `original` and as
    they are read back from what was `made`. Of a clip both are the same.

    For an index N, ``ffmpeg -i CLIP -map 0:N -c copy -f streamhash -hash sha256 -`` says the same.
    """

    index: int
    source: int
    codec: str
    packets: int
    original: str
    made: str

    @property
    def is_same(self) -> bool:
        """Whether nothing was changed."""
        return self.original == self.made

    def stated(self) -> StreamDigest:
        """As a statement has it."""
        return StreamDigest(self.index, self.codec, self.packets, self.made)


@dataclass(frozen=True, slots=True)
class Made:
    """One file. `form` is its extension; `asked` and `actual` are seconds of the recording, None where there is no time
    in it; `second` is the exact one of a still; `remarks` say in English what a reader of the statement should know,
    as that the recording is damaged."""

    kind: DerivedKind
    form: str
    media_type: str
    size: int
    sha256: str
    tool: str
    asked: Range | None = None
    actual: Range | None = None
    second: float | None = None
    streams: tuple[StreamProof, ...] = ()
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; `made_from_json` reads it."""
        return asdict(self)


class NotMade(Exception):  # noqa: N818  # often nobody's error
    """It cannot be made of this recording: `reason` says why, in English; a statement has the Chinese of it from
    `regulation.remarks`. Trying again does not help where it `is_final`; else the child died or took too long,
    which another machine may get over."""

    def __init__(self, reason: str, *, is_final: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


def made_from_json(kept: Mapping[str, Any]) -> Made:
    """What `Made.as_json` wrote. Raises KeyError, TypeError or ValueError for anything else: it may come from a child
    that has read a hostile file."""
    asked, actual, second = (kept.get(name) for name in ("asked", "actual", "second"))
    return Made(
        kind=DerivedKind(kept["kind"]),
        form=_matching(_WORD, kept["form"]),
        media_type=str(kept["media_type"])[:100],
        size=int(kept["size"]),
        sha256=_matching(_DIGEST, kept["sha256"]),
        tool=str(kept["tool"])[:200],
        asked=None if asked is None else _range(asked),
        actual=None if actual is None else _range(actual),
        second=None if second is None else _second(second),
        streams=tuple(_stream(one) for one in list(kept.get("streams", ()))[:_MOST_STREAMS]),
        remarks=tuple(str(one)[:300] for one in list(kept.get("remarks", ()))[:_MOST_REMARKS]),
    )


def _stream(kept: Mapping[str, Any]) -> StreamProof:
    original, made = (_matching(_DIGEST, kept[name]) for name in ("original", "made"))
    return StreamProof(
        int(kept["index"]), int(kept["source"]), _matching(_WORD, kept["codec"]), int(kept["packets"]), original, made
    )


def _range(kept: Mapping[str, Any]) -> Range:
    return Range(_second(kept["start"]), None if kept["end"] is None else _second(kept["end"]))


def _second(kept: Any) -> float:
    second = float(kept)
    if not isfinite(second):
        raise ValueError("a second that is none")
    return second


def _matching(form: re.Pattern[str], kept: Any) -> str:
    if not form.fullmatch(str(kept)):
        raise ValueError(f"not {form.pattern}")
    return str(kept)
