"""The sound of a part of a recording as a WAV of 16-bit samples (声音), and the same with parts of it silent."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import av

from regulation.access_terms import Range
from tasks.clipping.doing import CannotError
from tasks.deriving.forms import WAV
from tasks.deriving.listening import WIDTH, Heard, Listener
from tasks.deriving.reading import Recording, both
from tasks.deriving.wanted import Sound
from tasks.probing.reading import GlanceStream

MOST_BYTES = (4 << 30) - (1 << 10)
"""A WAV counts its bytes in 32 bits."""
_TOO_LONG = "its sound would be more than the 4 GiB that a WAV can hold: ask for shorter parts"
_WARM_UP = 1.0
"""Seconds decoded before the part: the first frames of a compressed sound need those before them."""

Change = Callable[[Heard], Heard]


def make_sound(source: GlanceStream, target: BinaryIO, wanted: Sound) -> dict[str, Any]:
    """Write what is `wanted` to `target`. Raises `CannotError` where there is no sound, or too much."""
    return write_wav(Recording(source), target, both(wanted.asked, wanted.part), lambda heard: heard)


def write_wav(recording: Recording, target: BinaryIO, span: Range, change: Change) -> dict[str, Any]:
    """Write the first sound of `span` to `target`, as `change` gives it back piece by piece."""
    if not recording.sounds:
        raise CannotError("there is no sound in it")
    remarks = [f"of its {len(recording.sounds)} sounds the first"] if len(recording.sounds) > 1 else []
    _check_length(recording, span)
    written, first, rate, loudest = 0, 0, 1, 0
    with wave.open(target, "wb") as out:
        for heard in _pieces(recording, span):
            piece = change(heard)
            if not written:
                out.setparams((piece.channels, WIDTH, piece.rate, 0, "NONE", ""))
                first, rate = piece.first, piece.rate
            written += len(piece.data)
            if written > MOST_BYTES:
                raise CannotError(_TOO_LONG)
            loudest = max(loudest, piece.segment.max)
            out.writeframesraw(piece.data)
        if not written:
            out.setparams((1, WIDTH, 8_000, 0, "NONE", ""))  # or it complains of that instead
        channels = out.getnchannels()
    if not written:
        raise CannotError("there is no sound in this part of it")
    if not loudest:
        remarks.append("its sound is silent throughout")
    actual = Range(first / rate, (first + written // (WIDTH * channels)) / rate)
    return {
        "form": WAV.extension,
        "media_type": WAV.media_type,
        "actual": actual,
        "remarks": [*remarks, *recording.faults],
    }


def _pieces(recording: Recording, span: Range) -> Iterator[Heard]:
    recording.begin(recording.sounds[0], span.start - _WARM_UP)
    stream = recording.sounds[0]
    listener = Listener(recording, stream, span)
    for packet in recording.packets([stream]):
        yield from listener.take(packet)
        if listener.is_over:
            break
    yield from listener.finish()


def _check_length(recording: Recording, span: Range) -> None:
    """What is too long is best said before hours are decoded."""
    length = (recording.whole.duration or 0) / av.time_base
    end = length if span.end is None else min(span.end, length)
    context = recording.sounds[0].codec_context
    if (end - span.start) * (context.sample_rate or 0) * (context.channels or 0) * WIDTH > MOST_BYTES:
        raise CannotError(_TOO_LONG)
