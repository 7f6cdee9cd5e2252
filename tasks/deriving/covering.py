"""Pictures with boxes in them covered, encoded anew as H.264."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from regulation.access_terms import Range
from regulation.conversion import Box, Cover
from tasks.deriving.reading import Recording, decoded
from tasks.deriving.turning import Turn

if TYPE_CHECKING:
    from tasks.deriving.reading import AnyPacket

_CLOCK = Fraction(1, 90_000)
_SLACK = 1e-3
_BLACK = (b"\0", b"\x80", b"\x80")
"""In either range of brightness."""
_OPTIONS = {"preset": "veryfast", "crf": "19", "bf": "0", "a53cc": "0", "udu_sei": "0"}
"""Captions and whatever else a recorder wrote between its pictures are left behind."""


class CoveredPictures:
    """Takes the packets of a `stream` and gives those of its new form: the pictures of `span`, each black where a cover
    is while it is shown. `first` and `last` are the seconds between which there are pictures."""

    def __init__(
        self,
        out: OutputContainer,
        recording: Recording,
        stream: VideoStream,
        span: Range,
        covered: Sequence[Cover],
        turn: Turn,
    ) -> None:
        self.index, self.is_over = stream.index, False
        self.first: float | None = None
        self.last: float | None = None
        stream.thread_count = 1
        self._recording, self._stream, self._span = recording, stream, span
        self._end = inf if span.end is None else span.end
        self._covers = [(one.part, turn.stored(one.box)) for one in covered]
        self._usual = 1 / float(stream.average_rate or 25)
        self._pending: VideoFrame | None = None
        self._to = _new_stream(out, stream, turn)

    def take(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        """What comes of one packet."""
        yield from self._frames(decoded(self._stream, packet, self._recording.faults))

    def finish(self) -> Iterator[AnyPacket]:
        """What is left at the end."""
        if not self.is_over:
            yield from self._frames(decoded(self._stream, None, self._recording.faults))
        if self._pending is not None:
            yield from self._drawn(self._pending, self._at(self._pending) + self._usual)
        if self.first is not None:
            yield from self._to.encode(None)

    def _frames(self, frames: Sequence[Any]) -> Iterator[AnyPacket]:
        """Each is drawn once it is known how long it is shown, which is until the next."""
        for frame in frames:
            if not isinstance(frame, VideoFrame) or frame.time is None:
                continue
            before, at = self._pending, self._at(frame)
            if before is not None and at <= self._at(before) + 1e-4:
                continue
            self._pending = frame
            if before is not None:
                yield from self._drawn(before, at)
            if at >= self._end:
                self.is_over, self._pending = True, None
                return

    def _at(self, frame: VideoFrame) -> float:
        assert frame.time is not None
        return frame.time - self._recording.zero

    def _drawn(self, frame: VideoFrame, until: float) -> Iterator[AnyPacket]:
        at = self._at(frame)
        if at < self._span.start - 1e-4 or at >= self._end:
            return
        boxes = [box for part, box in self._covers if _meets(part, at, until)]
        made = frame.reformat(self._to.width, self._to.height, "yuv420p", threads=1)
        if boxes:
            made.make_writable()
            for box in boxes:
                _cover(made, box)
        made.pts, made.time_base = round((at - self._span.start) / _CLOCK), _CLOCK
        made.pict_type = 0
        self.first = at if self.first is None else self.first
        self.last = min(until, self._end)
        yield from self._to.encode(made)


def _meets(part: Range, at: float, until: float) -> bool:
    return part.start < until + _SLACK and (part.end is None or at < part.end + _SLACK)


def _new_stream(out: OutputContainer, stream: VideoStream, turn: Turn) -> VideoStream:
    made = out.add_stream("libx264", rate=stream.average_rate or Fraction(25), options=dict(_OPTIONS))
    made.width, made.height = max(2, stream.width & ~1), max(2, stream.height & ~1)
    made.pix_fmt = "yuv420p"
    context, original = made.codec_context, stream.codec_context
    context.time_base = _CLOCK
    context.thread_count = 1  # the same input gives the same copy
    if original.sample_aspect_ratio:
        context.sample_aspect_ratio = original.sample_aspect_ratio
    for name in ("colorspace", "color_primaries", "color_trc"):
        setattr(context, name, getattr(original, name))
    if turn.matrix is not None:
        made.set_display_matrix(turn.matrix)
    return made


def pixels(box: Box, width: int, height: int, step: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels, widened to whole steps: a pixel that is covered in part is covered."""
    left, top = (floor(one + 1e-6) // step * step for one in (box.x * width, box.y * height))
    right, bottom = (
        ceil(ceil(one - 1e-6) / step) * step for one in ((box.x + box.width) * width, (box.y + box.height) * height)
    )
    return left, top, min(max(right, left + step), width), min(max(bottom, top + step), height)


def _cover(frame: VideoFrame, box: Box) -> None:
    """Make a box of a writable YUV 4:2:0 picture black, so that nothing of it is left."""
    area = pixels(box, frame.width, frame.height, 2)
    for plane, black, by in zip(frame.planes, _BLACK, (1, 2, 2), strict=True):
        left, top, right, bottom = (one // by for one in area)
        seen, row = memoryview(plane).cast("B"), black * (right - left)
        for line in range(top, bottom):
            begin = line * plane.line_size + left
            seen[begin : begin + len(row)] = row
