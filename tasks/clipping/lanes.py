"""What becomes of each stream of a recording when a part is cut out: copied as it is, or encoded anew.

A lane lets nothing through that is not wholly within the part. Times are seconds from the recording's beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.frame import Frame
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    AnyPacket: TypeAlias = Packet[Any]  # only its stub takes parameters

_CLOCK = Fraction(1, 90_000)
_SLACK = 1e-4
"""Seconds: time bases do not divide evenly."""


@dataclass(frozen=True, slots=True)
class Span:
    """The part, and where the recording's own clock begins; without an end, to its end."""

    zero: float
    start: float
    end: float | None

    def holds(self, begin: float, length: float) -> bool:
        """Whether `length` seconds from `begin` are in the part, whole."""
        return begin >= self.start - _SLACK and (self.end is None or begin + length <= self.end + _SLACK)

    def is_past(self, begin: float) -> bool:
        """Whether the part is over by then."""
        return self.end is not None and begin >= self.end


class Lane:
    """Takes a stream's packets in the order of the file, and gives those of the clip. `first` and `last` are the
    seconds between which it gave something, None before it did; `is_over` once it wants no more."""

    def __init__(self, span: Span) -> None:
        self.first: float | None = None
        self.last: float | None = None
        self.is_over = False
        self._span = span

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        """What comes of one packet."""
        raise NotImplementedError

    def finish(self) -> Iterator[AnyPacket]:
        """What is left when the file is over."""
        self.is_over = True
        return iter(())

    def _keep(self, begin: float, length: float) -> None:
        self.first = begin if self.first is None else min(self.first, begin)
        self.last = begin + length if self.last is None else max(self.last, begin + length)


class Copy(Lane):
    """A stream whose packets are copied. Pictures begin with a whole group, for the others cannot be shown."""

    def __init__(self, out: OutputContainer, stream: VideoStream | AudioStream, span: Span) -> None:
        super().__init__(span)
        self._base = float(stream.time_base or _CLOCK)
        self._to = out.add_stream_from_template(stream)
        self._is_picture = stream.type == "video"
        self._usual = _usual_length(stream)

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        if packet.pts is None or packet.dts is None:
            return
        begin = packet.pts * self._base - self._span.zero
        length = (packet.duration or 0) * self._base or self._usual
        if self._is_before(packet, begin):
            return
        if not self._span.holds(begin, length):
            # Later packets may need this one: of pictures none follows, however they are ordered.
            self.is_over = self._is_picture or self._span.is_past(begin)
            return
        self._keep(begin, length)
        shift = round((self._span.start + self._span.zero) / self._base)
        packet.pts -= shift
        packet.dts -= shift
        packet.stream = self._to
        yield packet

    def _is_before(self, packet: AnyPacket, begin: float) -> bool:
        if begin < self._span.start - _SLACK:
            return True
        if not self._is_picture:
            return False
        if self.first is None:
            return not packet.is_keyframe
        return begin < self.first - _SLACK  # shown before the picture it was stored after


def _usual_length(stream: VideoStream | AudioStream) -> float:
    rate = stream.average_rate if isinstance(stream, VideoStream) else None
    return 1 / float(rate) if rate else 0.0


class Encode(Lane):
    """A stream that is decoded, and encoded anew as `to`."""

    def __init__(self, stream: VideoStream | AudioStream, to: VideoStream | AudioStream, span: Span) -> None:
        super().__init__(span)
        self._decode = stream.decode
        self._encode: Callable[[Any], list[AnyPacket]] = to.encode

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        for frame in _decoded(self._decode, packet):
            yield from self._take(frame)

    def finish(self) -> Iterator[AnyPacket]:
        self.is_over = True
        for frame in _decoded(self._decode, None):
            yield from self._take(frame)
        if self.first is not None:
            yield from self._encode(None)

    def _take(self, frame: Frame) -> Iterator[AnyPacket]:
        raise NotImplementedError


class EncodePictures(Encode):
    """Pictures as H.264, each where it was, whatever they were before."""

    def __init__(self, out: OutputContainer, stream: VideoStream, span: Span) -> None:
        rate = stream.average_rate or Fraction(25)
        self._length = 1 / float(rate)
        self._to = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "21", "bf": "0"})
        super().__init__(stream, self._to, span)
        self._to.width, self._to.height = stream.width & ~1, stream.height & ~1
        self._to.pix_fmt = "yuv420p"
        self._to.codec_context.time_base = _CLOCK
        self._to.codec_context.thread_count = 1  # the same input gives the same clip

    def _take(self, frame: Frame) -> Iterator[AnyPacket]:
        if not isinstance(frame, VideoFrame) or frame.time is None:
            return
        begin = frame.time - self._span.zero
        if not self._span.holds(begin, self._length):
            self.is_over = self.is_over or self._span.is_past(begin)
            return
        self._keep(begin, self._length)
        made = frame.reformat(self._to.width, self._to.height, "yuv420p")
        made.pts = round((begin - self._span.start) / _CLOCK)
        made.time_base = _CLOCK
        made.pict_type = 0
        yield from self._encode(made)


class EncodeSound(Encode):
    """Sound in another form: `codec` is ``aac`` for players, ``pcm_s16le`` where nothing may be lost."""

    def __init__(self, out: OutputContainer, stream: AudioStream, span: Span, codec: str) -> None:
        rate = stream.rate if codec != "aac" or stream.rate in _AAC_RATES else 48_000
        layout = "mono" if stream.channels == 1 else "stereo"
        made = out.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(made, AudioStream)
        super().__init__(stream, made, span)
        self._rate = Fraction(1, rate)
        form = "fltp" if codec == "aac" else "s16"
        self._shape = av.AudioResampler(format=form, layout=layout, rate=rate)

    def _take(self, frame: Frame) -> Iterator[AnyPacket]:
        if not isinstance(frame, av.AudioFrame) or frame.time is None:
            return
        begin, length = frame.time - self._span.zero, frame.samples / frame.sample_rate
        if not self._span.holds(begin, length):
            self.is_over = self.is_over or self._span.is_past(begin)
            return
        if self.first is None or self.last is None or abs(begin - self.last) > 0.1:
            self._expected = round((begin - self._span.start) / self._rate)
        self._keep(begin, length)
        frame.pts = None
        for made in self._shape.resample(frame):
            made.pts, made.time_base = self._expected, self._rate
            self._expected += made.samples
            yield from self._encode(made)


_AAC_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)


def _decoded(decode: object, packet: AnyPacket | None) -> Iterator[Frame]:
    """What can be decoded of a packet: a damaged one costs its own pictures only."""
    try:
        yield from decode(packet)  # type: ignore[operator]  # a stream's own
    except av.error.FFmpegError:
        return
