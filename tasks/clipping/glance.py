"""A quick look at a part of a recording: a few stills, and how loud it is over time."""

from __future__ import annotations

import base64
import io
from array import array
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from tasks.clipping.cutting import SOUNDS, is_plain

STILLS = 8
PEAKS = 400
WIDTH = 240
_RATE = 8_000
_BLOCK = 80
"""Samples, a hundredth of a second."""
_PLAIN_SOUND = SOUNDS | {"pcm_s16le", "opus", "vorbis"}


@dataclass(slots=True)
class Glance:
    """Stills as JPEG in base64, each with its second, and the loudest sample (0 to 1) of each of `PEAKS` equal spans.
    `is_playable` says whether a browser plays the original as it is."""

    is_playable: bool = True
    stills: list[tuple[float, str]] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def glance(source: BinaryIO, start: float, end: float | None) -> Glance:
    """Look at the part of `source` from `start` to `end` (seconds). Raises `av.error.FFmpegError` where no sense can be
    made of it."""
    with av.open(source, buffer_size=1 << 18) as whole:
        assert isinstance(whole, InputContainer)
        zero, length = (whole.start_time or 0) / av.time_base, (whole.duration or 0) / av.time_base
        until = end if end is not None else max(length, start)
        found = Glance(_is_playable(whole))
        if whole.streams.video:
            _stills(whole, whole.streams.video[0], zero, start, until, found)
        if whole.streams.audio:
            _peaks(whole, zero, start, until, found)
        return found


def _is_playable(whole: InputContainer) -> bool:
    sounds = all(one.codec_context.name in _PLAIN_SOUND for one in whole.streams.audio)
    return sounds and all(is_plain(one) for one in whole.streams.video)


def _stills(whole: InputContainer, stream: VideoStream, zero: float, start: float, until: float, found: Glance) -> None:
    """One for each equal span, of the first picture that can be had there, never from outside the part."""
    stream.thread_count = 1
    for index in range(STILLS):
        wanted = start + (until - start) * (index + 0.5) / STILLS
        try:
            whole.seek(round((zero + wanted) * av.time_base), backward=True)
            frame = _picture_at(whole, stream, zero, wanted if index else start, until)
        except av.error.FFmpegError:
            continue
        if frame is None or (found.stills and found.stills[-1][0] == round(frame.time - zero, 2)):
            continue
        image = frame.to_image()
        image.thumbnail((WIDTH, WIDTH))
        content = io.BytesIO()
        image.save(content, "JPEG", quality=70)
        found.stills.append((round(frame.time - zero, 2), base64.b64encode(content.getvalue()).decode()))


def _picture_at(whole: InputContainer, stream: VideoStream, zero: float, wanted: float, until: float) -> Any:
    for frame in whole.decode(stream):
        at = (frame.time or 0.0) - zero
        if at >= until:
            return None
        if at >= wanted - 1e-3:
            return frame
    return None


def _peaks(whole: InputContainer, zero: float, start: float, until: float, found: Glance) -> None:
    stream = whole.streams.audio[0]
    shape = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    found.peaks = [0.0] * PEAKS
    span = max(until - start, 1e-3)
    whole.seek(round((zero + start) * av.time_base), backward=True)
    for packet in whole.demux(stream):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue
        for frame in frames:
            at = (frame.time or 0.0) - zero
            if at >= until:
                return
            if at >= start:
                _measure(shape, frame, (at - start) / span, span, found.peaks)


def _measure(shape: av.AudioResampler, frame: av.AudioFrame, place: float, span: float, peaks: list[float]) -> None:
    """Enter how loud a frame is that begins at `place` (0 to 1) of a part of `span` seconds."""
    frame.pts = None
    for made in shape.resample(frame):
        samples = array("h", bytes(made.planes[0])[: made.samples * 2])
        for first in range(0, len(samples), _BLOCK):
            index = min(int(place * PEAKS), PEAKS - 1)
            loudest = max(map(abs, samples[first : first + _BLOCK])) / 32_768
            peaks[index] = max(peaks[index], round(loudest, 3))
            place += _BLOCK / _RATE / span
