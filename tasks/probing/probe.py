"""What a probe brings back, as the rest of the house sees it."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from registry.tables.recordings import Condition
from regulation.vocabulary import MediaKind
from tasks.probing.wire import MOST_STREAMS, MOST_WARNINGS, StreamFacts

__all__ = ["Probe", "StreamFacts", "probe_from_answer"]

LONGEST_WARNING = 200


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is and whether it is whole.

    `claimed_local` is the wall-clock time at which the device says the recording began, without a zone;
    `claimed_offset` is its distance from UTC, known only where the file itself names one in so many words (EXIF
    OffsetTimeOriginal, QuickTime creationdate). A container's "Z" does not count: many recorders write local time
    there. `claimed_start` joins the two with the zone that the caller asserts.

    `container` is the family the bytes belong to ("mp4" for MOV and 3GP too, "ts", "jpeg", "zip" …), None when unknown.
    `duration_seconds` is the container's own, else that of its packets. `warnings` are short English sentences without
    anything taken from names or metadata. `still_jpeg` is at most 320 pixels wide, and None unless asked for.
    """

    kind: MediaKind
    condition: Condition
    container: str | None = None
    duration_seconds: float | None = None
    claimed_local: datetime | None = None
    claimed_offset: timedelta | None = None
    streams: tuple[StreamFacts, ...] = ()
    warnings: tuple[str, ...] = ()
    still_jpeg: bytes | None = None

    @property
    def claimed_zone_known(self) -> bool:
        """Whether the file itself says which zone its time is in."""
        return self.claimed_offset is not None

    def streams_told(self) -> str:
        """What is in the file in one line, such as "h264 1920x1080 25/s; aac 48000 Hz x2"."""
        return "; ".join(stream_told(stream) for stream in self.streams)

    def claimed_start(self, asserted: tzinfo) -> datetime | None:
        """The claimed start as an aware time: in the file's own offset if it has one, else in the `asserted` zone."""
        if self.claimed_local is None:
            return None
        zone = asserted if self.claimed_offset is None else timezone(self.claimed_offset)
        return self.claimed_local.replace(tzinfo=zone)


def stream_told(stream: StreamFacts) -> str:
    """One stream: its codec (else its kind), size in pixels, pictures or samples a second, number of channels."""
    facts = (
        stream.codec or stream.kind,
        f"{stream.width}x{stream.height}" if stream.width and stream.height else "",
        f"{stream.rate:g}/s" if stream.rate else "",
        f"{stream.sample_rate} Hz" if stream.sample_rate else "",
        f"x{stream.channels}" if stream.channels else "",
    )
    return " ".join(fact for fact in facts if fact)


def probe_from_answer(answer: Mapping[str, Any]) -> Probe:
    """Read what a child sent. The child has read a hostile file, so every field is checked: ValueError otherwise."""
    try:
        return Probe(
            kind=MediaKind(answer["kind"]),
            condition=Condition(answer["condition"]),
            container=_text(answer["container"], 20),
            duration_seconds=_positive(answer["duration_seconds"]),
            claimed_local=_local(answer["claimed_local"]),
            claimed_offset=_offset(answer["claimed_offset_seconds"]),
            streams=tuple(_stream(facts) for facts in answer["streams"][:MOST_STREAMS]),
            warnings=tuple(str(_text(said, LONGEST_WARNING)) for said in answer["warnings"][:MOST_WARNINGS]),
            still_jpeg=None if answer["still"] is None else base64.b64decode(answer["still"], validate=True),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, binascii.Error) as trouble:
        raise ValueError(f"an answer that is none: {type(trouble).__name__}") from trouble


def _text(said: Any, most: int) -> str | None:
    """Printable text of bounded length: what a file says must not steer a terminal or a page."""
    return None if said is None else "".join(letter if letter.isprintable() else "?" for letter in str(said)[:most])


def _positive(number: Any) -> float | None:
    return float(number) if number is not None and math.isfinite(number) and number > 0 else None


def _local(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)


def _offset(seconds: Any) -> timedelta | None:
    if seconds is None:
        return None
    offset = timedelta(seconds=round(seconds / 60) * 60)
    return offset if abs(offset) < timedelta(hours=24) else None


def _stream(facts: Mapping[str, Any]) -> StreamFacts:
    known = {each.name: facts[each.name] for each in fields(StreamFacts)}
    numbers = {name: known[name] for name in ("width", "height", "rate", "sample_rate", "channels")}
    for name, number in numbers.items():
        if number is not None and not (isinstance(number, int | float) and math.isfinite(number)):
            raise ValueError(f"{name} is not a number")
    return StreamFacts(str(_text(known["kind"], 20)), _text(known["codec"], 40), **numbers)
