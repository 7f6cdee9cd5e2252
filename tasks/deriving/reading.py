"""Reading an original in the child: opened as it is, damaged or not, and begun where it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from regulation.access_terms import Range
from regulation.vocabulary import MediaKind
from tasks.clipping.doing import CannotError
from tasks.probing.reading import GlanceStream
from tasks.probing.sniffing import HEAD_BYTES, sniff

if TYPE_CHECKING:
    AnyPacket: TypeAlias = Packet[Any]  # only its stub takes parameters

SLACK = 1e-4
"""Seconds: time bases do not divide evenly."""
TRANSPORT = "mpegts"
_BACK = (0.0, 2.0, 10.0, 60.0, 600.0)
"""Seconds before the wanted one that are tried for a picture from which it can be decoded: not every container knows
where its groups of pictures begin."""
_MOST_LOOKED = 20_000
"""Packets looked at for one."""


class Recording:
    """An original that is open: its `zero` is where its own clock begins, in seconds. `faults` says what was wrong with
    what was read of it. Raises `CannotError` where no sense can be made of it."""

    def __init__(self, source: GlanceStream) -> None:
        self.faults: list[str] = []
        self._source, self._demuxer = source, _demuxer(source)
        self.whole = self._opened()
        self.zero = (self.whole.start_time or 0) / av.time_base

    @property
    def pictures(self) -> list[VideoStream]:
        """Its streams of pictures, without the covers that players show beside a sound."""
        return [one for one in self.whole.streams.video if not is_cover(one)]

    @property
    def sounds(self) -> list[AudioStream]:
        return list(self.whole.streams.audio)

    @property
    def lead(self) -> VideoStream | AudioStream:
        """The stream that the others go by. Raises `CannotError` where there is none."""
        if self.pictures:
            return self.pictures[0]
        if self.sounds:
            return self.sounds[0]
        raise CannotError("there are neither pictures nor sound in it")

    def begin(self, stream: Stream, second: float) -> None:
        """Go to where `stream` can be decoded from `second` on, or to the beginning; streams must be asked for anew."""
        if second <= 0 or self._sought(stream, second):
            return
        index = stream.index
        self.whole.close()
        self.whole = self._opened()
        if index >= len(self.whole.streams):
            raise CannotError("it is not twice the same")

    def _opened(self) -> InputContainer:
        # a transport stream may have streams that appear in the middle of the file
        options = {"scan_all_pmts": "1"} if self._demuxer == TRANSPORT else {}
        return _opened(self._source, self._demuxer, options)

    def _sought(self, stream: Stream, second: float) -> bool:
        base = float(stream.time_base or 1)
        for back in _BACK:
            if second - back <= 0:
                return False
            offset = round((self.zero + second - back) / base)
            try:
                self.whole.seek(offset, stream=stream)
                found = self._first_key(stream)
                self.whole.seek(offset, stream=stream)
            except av.error.FFmpegError:
                continue
            if found is not None and found <= second + SLACK:
                return True
        return False

    def _first_key(self, stream: Stream) -> float | None:
        for looked, packet in enumerate(self.whole.demux(stream)):
            if packet.is_keyframe and packet.size and when(packet) is not None:
                return self.second(packet)
            if looked >= _MOST_LOOKED:
                break
        return None

    def second(self, packet: AnyPacket) -> float:
        """When a packet begins."""
        stamp, base = when(packet), packet.time_base
        assert stamp is not None
        return stamp * base.numerator / base.denominator - self.zero

    def packets(self, streams: list[Any]) -> Iterator[AnyPacket]:
        """Those of some streams in the order of the file, without the empty ones at its end; up to where nothing more
        can be read."""
        try:
            for packet in self.whole.demux(*streams):
                if packet.size:
                    yield packet
        except (av.error.FFmpegError, IndexError) as trouble:
            if isinstance(trouble, MemoryError):
                raise
            self.faults.append(f"the recording is damaged: it could be read no further ({type(trouble).__name__})")


def decoded(stream: Any, packet: AnyPacket | None, faults: list[str]) -> list[Any]:
    """What can be decoded of a packet, of None what is left in the decoder: a damaged one costs its own frames only."""
    try:
        frames = list(stream.decode(packet))
        for frame in frames:
            frame.time_base = stream.time_base  # what is left in the decoder comes without
        return frames
    except MemoryError:
        raise
    except (av.error.FFmpegError, ValueError):
        said = f"some of its {'pictures' if stream.type == 'video' else 'sound'} is damaged and does not decode"
        if said not in faults:
            faults.append(said)
        return []


def when(packet: AnyPacket) -> int | None:
    """Its place on the stream's clock."""
    return packet.pts if packet.pts is not None else packet.dts


def is_cover(stream: VideoStream) -> bool:
    """Whether it is a picture that stands for the whole."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def head_of(source: GlanceStream) -> bytes:
    """What tells what a file is."""
    source.seek(0)
    return source.read(HEAD_BYTES)


def _demuxer(source: GlanceStream) -> str:
    """By what it is read, and by nothing else: some demuxers open other files. Raises `CannotError`."""
    guess = sniff(head_of(source))
    if guess is not None and guess.kind is MediaKind.PHOTO:
        raise CannotError("it is a photograph, in which there is neither time nor sound")
    if guess is None or guess.demuxer is None:
        raise CannotError("no sense can be made of it: it begins like no recording")
    return guess.demuxer


def _opened(source: GlanceStream, demuxer: str, options: dict[str, str]) -> InputContainer:
    source.seek(0)
    try:
        opened = av.open(
            cast("Any", source), "r", format=demuxer, options=options, metadata_errors="ignore", buffer_size=1 << 18
        )
    except MemoryError:
        raise
    except (av.error.FFmpegError, ValueError) as trouble:
        raise CannotError(f"no sense can be made of it: {type(trouble).__name__}") from trouble
    assert isinstance(opened, InputContainer)
    return opened


def both(asked: Range, part: Range) -> Range:
    """What is asked for, as far as it may be had."""
    common = asked.overlap(part)
    if common is None:
        raise CannotError("nothing of what is asked for may be shown")
    return common
