"""Cutting a part out of a recording: nothing before its start or after its end gets into the clip.

What a browser can play is copied when a whole group of pictures begins soon enough after the start; all else is encoded
anew. The same original, part and tool give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from tasks.clipping.doing import CannotError
from tasks.clipping.lanes import Copy, EncodePictures, EncodeSound, Lane, Span

if TYPE_CHECKING:
    from tasks.clipping.lanes import AnyPacket

LONGEST_LOSS = 1.0
"""Seconds at the start that may be left out so that the pictures can be copied instead of encoded anew."""

_BACK = (0.0, 2.0, 10.0, 60.0, 600.0)
"""Seconds before the part that are tried for a picture from which it can be decoded."""

PICTURES = frozenset({"h264"})
"""Codecs that every browser shows, in eight bits and the usual sampling."""

PLAIN = frozenset({"yuv420p", "yuvj420p"})
SOUNDS = frozenset({"aac", "mp3"})


class CutError(CannotError):
    """Nothing can be cut out; the message says why."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut: the seconds it really spans, the form, and whether the pictures were copied."""

    form: str
    start: float
    end: float
    is_copied: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def cut(source: BinaryIO, target: BinaryIO, start: float, end: float | None) -> Cut:
    """Write the part of `source` from `start` to `end` (seconds) to `target` as MP4, or WAV where it is plain sound.

    Raises `CutError` where there is nothing in it, `av.error.FFmpegError` where no sense can be made of the source.
    """
    with av.open(source, buffer_size=1 << 18) as whole:
        assert isinstance(whole, InputContainer)
        video = next((one for one in whole.streams.video if not _is_cover(one)), None)
        audio = next(iter(whole.streams.audio), None)
        span = Span((whole.start_time or 0) / av.time_base, start, end)
        form = "wav" if video is None and audio is not None and audio.codec_context.name == "pcm_s16le" else "mp4"
        is_copied = video is None or (is_plain(video) and _begins_soon(whole, video, span))
        with av.open(target, "w", format=form, options={"fflags": "+bitexact"}) as out:
            assert isinstance(out, OutputContainer)
            lanes = _lanes(out, video, audio, span, form, is_copied=is_copied)
            _seek(whole, video, span)
            _run(whole, out, lanes)
        return _made(lanes.values(), form, is_copied=is_copied and video is not None)


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def is_plain(stream: VideoStream) -> bool:
    """Whether every browser shows it as it is."""
    return stream.codec_context.name in PICTURES and stream.codec_context.pix_fmt in PLAIN


def _begins_soon(whole: InputContainer, stream: VideoStream, span: Span) -> bool:
    """Whether a whole group of pictures begins within `LONGEST_LOSS` after the part does."""
    base = float(stream.time_base or 0)
    _seek(whole, stream, span)
    for packet in whole.demux(stream):
        if packet.pts is None:
            continue
        begin = packet.pts * base - span.zero
        if packet.is_keyframe and begin >= span.start - 1e-4:
            return begin - span.start <= LONGEST_LOSS and not span.is_past(begin)
        if begin > span.start + LONGEST_LOSS:
            return False
    return False


def _seek(whole: InputContainer, video: VideoStream | None, span: Span) -> None:
    """To the last place before the part from which pictures can be decoded; where there is no index, the beginning. A
    transport stream knows no such places: there an earlier one is tried until a whole group begins before the part."""
    for back in _BACK:
        if back and span.start - back <= 0:
            break
        place = round((span.zero + span.start - back) * av.time_base)
        try:
            whole.seek(place, backward=True)
            if video is None or _has_key(whole, video, span):
                whole.seek(place, backward=True)
                return
        except av.error.FFmpegError:
            break
    whole.seek(0)


def _has_key(whole: InputContainer, video: VideoStream, span: Span) -> bool:
    """Whether the next whole group of pictures begins no later than the part does."""
    base = float(video.time_base or 0)
    for packet in whole.demux(video):
        if packet.pts is not None and (packet.is_keyframe or packet.pts * base - span.zero > span.start + LONGEST_LOSS):
            return packet.is_keyframe and packet.pts * base - span.zero <= span.start + 1e-4
    return False


def _lanes(
    out: OutputContainer,
    video: VideoStream | None,
    audio: AudioStream | None,
    span: Span,
    form: str,
    *,
    is_copied: bool,
) -> dict[int, Lane]:
    lanes: dict[int, Lane] = {}
    if video is not None:
        lanes[video.index] = Copy(out, video, span) if is_copied else EncodePictures(out, video, span)
    if audio is not None:
        kept = audio.codec_context.name in SOUNDS and form == "mp4"
        codec = "pcm_s16le" if form == "wav" else "aac"
        lanes[audio.index] = Copy(out, audio, span) if kept else EncodeSound(out, audio, span, codec)
    if not lanes:
        raise CutError("there are neither pictures nor sound in it")
    return lanes


def _run(whole: InputContainer, out: OutputContainer, lanes: dict[int, Lane]) -> None:
    streams = [whole.streams[index] for index in lanes]
    for packet in whole.demux(*streams):
        lane = lanes[packet.stream_index]
        if packet.dts is not None and not lane.is_over:
            _write(out, lane.feed(packet))
        if all(one.is_over for one in lanes.values()):
            break
    for lane in lanes.values():
        _write(out, lane.finish())


def _write(out: OutputContainer, packets: Iterable[AnyPacket]) -> None:
    for packet in packets:
        out.mux(packet)


def _made(lanes: Iterable[Lane], form: str, *, is_copied: bool) -> Cut:
    spans = [(one.first, one.last) for one in lanes if one.first is not None and one.last is not None]
    if not spans:
        raise CutError("there is nothing in this part of it")
    first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
    return Cut(form, round(first, 3), round(last, 3), is_copied)
