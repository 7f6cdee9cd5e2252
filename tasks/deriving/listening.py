"""The sound of a recording as 16-bit samples, in order and in pieces, each where it was (pydub on what PyAV decodes).

Memory stays the same however long the recording is. A gap in the sound becomes silence as long, so that seconds stay
seconds; every channel is kept, at the recording's own rate.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

import av

from regulation.access_terms import Range
from tasks.deriving.reading import Recording, decoded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub looks for an ffmpeg program, which is never used here
    from pydub import AudioSegment

if TYPE_CHECKING:
    from tasks.deriving.reading import AnyPacket

WIDTH = 2
"""Bytes of a sample."""
PIECE_SECONDS = 10.0
_JITTER = 0.1
"""Seconds by which the times of packets may be off without there being a gap."""
_SLACK = 1e-6
"""Of a sample, for seconds do not come out even."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of sound that begins `first` samples after the recording does; `segment` is pydub's."""

    first: int
    segment: Any

    @property
    def rate(self) -> int:
        return int(self.segment.frame_rate)

    @property
    def channels(self) -> int:
        return int(self.segment.channels)

    @property
    def samples(self) -> int:
        return int(self.segment.frame_count())

    @property
    def data(self) -> bytes:
        return bytes(self.segment.raw_data)


class Listener:
    """Takes the packets of the sound `stream` and gives what is heard within `span`, without a gap, in pieces of about
    so many `seconds`."""

    def __init__(self, recording: Recording, stream: Any, span: Range, seconds: float = PIECE_SECONDS) -> None:
        self._seconds = seconds
        self._recording, self._stream, self._span = recording, stream, span
        self._rate = self._channels = 0
        self._layout = ""
        self._shape: av.AudioResampler | None = None
        self._next: int | None = None  # the sample that is to come
        self._first = 0  # of what is kept
        self._kept = bytearray()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come."""
        return self._next is not None and self._next >= self._bounds()[1]

    def take(self, packet: AnyPacket) -> Iterator[Heard]:
        """What is complete after one more packet."""
        yield from self._frames(decoded(self._stream, packet, self._recording.faults))

    def finish(self) -> Iterator[Heard]:
        """What is left."""
        yield from self._frames(decoded(self._stream, None, self._recording.faults))
        yield from self._given(least=1)

    def _frames(self, frames: Iterable[Any]) -> Iterator[Heard]:
        for frame in frames:
            if isinstance(frame, av.AudioFrame) and frame.samples and frame.sample_rate:
                yield from self._frame(frame)

    def _frame(self, frame: av.AudioFrame) -> Iterator[Heard]:
        if not self._rate:
            self._rate, self._layout = frame.sample_rate, frame.layout.name
            self._channels = frame.layout.nb_channels
        if frame.time is not None:
            yield from self._gap(round((frame.time - self._recording.zero) * self._rate))
        frame.pts = None
        for made in self._shaped(frame):
            yield from self._samples(bytes(made.planes[0])[: made.samples * WIDTH * self._channels])

    def _shaped(self, frame: av.AudioFrame) -> list[av.AudioFrame]:
        try:
            self._shape = self._shape or self._new_shape()
            return self._shape.resample(frame)
        except ValueError:  # it goes on with other channels or at another rate
            self._shape = self._new_shape()
            return self._shape.resample(frame)

    def _new_shape(self) -> av.AudioResampler:
        return av.AudioResampler(format="s16", layout=self._layout, rate=self._rate)

    def _gap(self, place: int) -> Iterator[Heard]:
        """Silence up to `place`, if it is later than it should be."""
        if self._next is None:
            self._next = place
        low, high = self._bounds()
        missing = int(min(place, high)) - max(self._next, min(low, place))
        if place - self._next <= _JITTER * self._rate:
            return
        self._next = max(self._next, min(low, place))
        while missing > 0:
            count = min(missing, self._rate)
            yield from self._samples(bytes(count * WIDTH * self._channels))
            missing -= count

    def _samples(self, data: bytes) -> Iterator[Heard]:
        """Keep what is within the span, and give it when there is enough."""
        assert self._next is not None
        size = WIDTH * self._channels
        low, high = self._bounds()
        begin, self._next = self._next, self._next + len(data) // size
        first, last = max(begin, low), int(min(self._next, high))
        if last > first:
            if not self._kept:
                self._first = first
            self._kept += data[(first - begin) * size : (last - begin) * size]
        yield from self._given(least=round(self._seconds * self._rate))

    def _given(self, least: int) -> Iterator[Heard]:
        if len(self._kept) < max(least, 1) * WIDTH * max(self._channels, 1):
            return
        data, self._kept = bytes(self._kept), bytearray()
        segment = AudioSegment(data=data, sample_width=WIDTH, frame_rate=self._rate, channels=self._channels)
        yield Heard(self._first, segment)

    def _bounds(self) -> tuple[int, float]:
        """The first sample of the span, and the first after it."""
        end = self._span.end
        high = inf if end is None else floor(end * self._rate + _SLACK)
        return ceil(self._span.start * self._rate - _SLACK), high


def muted(heard: Heard, ranges: Iterable[Range], margin: float) -> Heard:
    """The same with silence from `margin` seconds before each range to as long after it."""
    size, data = WIDTH * heard.channels, bytearray(heard.data)
    for one in ranges:
        first = floor((one.start - margin) * heard.rate) - heard.first
        last = len(data) // size if one.end is None else ceil((one.end + margin) * heard.rate) - heard.first
        first, last = max(0, first), min(len(data) // size, last)
        if last > first:
            data[first * size : last * size] = bytes((last - first) * size)
    return Heard(heard.first, heard.segment._spawn(bytes(data)))
