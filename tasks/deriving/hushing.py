"""Sound with parts of it silent, encoded anew as AAC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from regulation.access_terms import Range
from tasks.deriving.listening import WIDTH, Heard, Listener, muted
from tasks.deriving.reading import Recording

if TYPE_CHECKING:
    from tasks.deriving.reading import AnyPacket

_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_FRAME = 1_024
"""Samples of AAC that are coded at once; each is heard in two frames."""
_LONGEST_FRAME = 2_048
_PIECE_SECONDS = 0.5
"""Pictures wait for the sound beside them."""


class HushedSound:
    """Takes the packets of the sound `stream` and gives those of its new form, silent in `ranges`. `zero` is the
    second of the recording that is the copy's beginning, to be set before the first packet is taken."""

    def __init__(
        self, out: OutputContainer, recording: Recording, stream: AudioStream, span: Range, ranges: Sequence[Range]
    ) -> None:
        self.zero = 0.0
        self._ranges, self._margin = ranges, margin_of(stream)
        self._listener = Listener(recording, stream, span, _PIECE_SECONDS)
        rate = stream.codec_context.sample_rate
        self._rate = rate if rate in _RATES else 48_000
        self._layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        self._to: Any = out.add_stream("aac", rate=self._rate, layout=self._layout, options={"b": "96000"})
        self._shape: av.AudioResampler | None = None
        self._next = 0

    @property
    def is_over(self) -> bool:
        return self._listener.is_over

    def take(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        """What comes of one packet."""
        yield from self._encoded(self._listener.take(packet))

    def finish(self) -> Iterator[AnyPacket]:
        """What is left at the end."""
        yield from self._encoded(self._listener.finish())
        if self._shape is not None:
            yield from self._put(self._shape.resample(None))
            yield from self._to.encode(None)

    def _encoded(self, pieces: Iterable[Heard]) -> Iterator[AnyPacket]:
        for piece in pieces:
            heard = muted(piece, self._ranges, self._margin)
            if self._shape is None:
                self._shape = av.AudioResampler(format="fltp", layout=self._layout, rate=self._rate)
                self._next = round((heard.first / heard.rate - self.zero) * self._rate)
            yield from self._put(self._shape.resample(_frame(heard)))

    def _put(self, frames: Iterable[av.AudioFrame]) -> Iterator[AnyPacket]:
        for frame in frames:
            frame.pts, frame.time_base = self._next, Fraction(1, self._rate)
            self._next += frame.samples
            yield from self._to.encode(frame)


def _frame(heard: Heard) -> av.AudioFrame:
    frame = av.AudioFrame(
        format="s16", layout=_LAYOUTS.get(heard.channels, f"{heard.channels}c"), samples=heard.samples
    )
    frame.planes[0].update(heard.data.ljust(frame.planes[0].buffer_size, b"\0")[: frame.planes[0].buffer_size])
    frame.sample_rate = heard.rate
    assert len(heard.data) == heard.samples * heard.channels * WIDTH
    return frame


_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def margin_of(stream: AudioStream) -> float:
    """Seconds by which a silent range is widened on both sides: a coded frame sounds into the ones beside it, both of
    the original, where what is to be silent may be heard before its time, and of the copy."""
    rate = stream.codec_context.sample_rate or 8_000
    frame = max(_FRAME, min(stream.codec_context.frame_size or 0, _LONGEST_FRAME))
    return 2 * frame / min(rate, 48_000)
