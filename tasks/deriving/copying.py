"""Copying streams packet by packet, and proving it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from tasks.clipping.doing import CannotError
from tasks.deriving.forms import Form
from tasks.deriving.made import StreamProof
from tasks.deriving.picking import Piece
from tasks.deriving.reading import Recording, when

if TYPE_CHECKING:
    from tasks.deriving.reading import AnyPacket

BITEXACT = {"fflags": "+bitexact"}
"""Neither dates nor names of tools nor random numbers get into what is made."""
_TAGS = frozenset({"hvc1", "dvh1"})
"""Names of H.265 that players of one maker insist on; others are the muxer's own choice."""


@dataclass(slots=True)
class Track:
    """A stream on its way: what it came from, what it became, and the digest of what passed."""

    source: int
    codec: str
    to: Any
    usual: float
    digest: Any
    shift: int | None = None
    last: int | None = None


class Copy:
    """A container that streams are copied into. Raises `CannotError` where it does not take them."""

    def __init__(self, target: BinaryIO, form: Form, streams: Iterable[Any]) -> None:
        target.seek(0)
        target.truncate()
        self.form = form
        self.tracks: dict[int, Track] = {}
        self.zero: Fraction | None = None
        out = av.open(target, "w", format=form.muxer, container_options={**BITEXACT, **form.options})
        assert isinstance(out, OutputContainer)
        self.out = out
        for stream in streams:
            self.add(stream)

    def add(self, stream: Any) -> None:
        """Make room for one more."""
        if stream.codec_context is None:
            raise CannotError(f"what stream {stream.index} is coded in is not known")
        codec = stream.codec_context.codec.canonical_name
        try:
            to = self.out.add_stream_from_template(stream, opaque=True)
        except (ValueError, av.error.FFmpegError) as refused:
            raise CannotError(f"{codec} cannot be put into {self.form.extension.upper()}") from refused
        if (
            isinstance(stream, VideoStream)
            and stream.codec_context.codec_tag in _TAGS
            and self.form.muxer != "matroska"
        ):
            to.codec_context.codec_tag = stream.codec_context.codec_tag
        self.tracks[stream.index] = Track(stream.index, codec, to, usual_length(stream), hashlib.sha256())

    def begin(self, packet: AnyPacket) -> None:
        """Let the copy begin with this packet, unless it has begun; `zero` is its second on the original's clock."""
        if self.zero is None:
            self.zero = (when(packet) or 0) * Fraction(packet.time_base)

    def put(self, packet: AnyPacket) -> None:
        """Copy one packet; the first one's time becomes the beginning. Raises `av.error.FFmpegError`."""
        track = self.tracks[packet.stream_index]
        track.digest.update(packet)
        self._shift(packet, track)
        packet.stream = track.to
        self.out.mux_one(packet)

    def _shift(self, packet: AnyPacket, track: Track) -> None:
        """Times begin anew and go forward, as every container wants them; nothing else of the packet is changed."""
        self.begin(packet)
        if track.shift is None:
            assert self.zero is not None
            track.shift = round(self.zero / Fraction(packet.time_base))
        shown, shift = when(packet), track.shift
        assert shown is not None
        stored = (packet.dts if packet.dts is not None else shown) - shift
        if track.last is not None and stored <= track.last:
            stored = track.last + 1
        track.last = packet.dts = stored
        packet.pts = max(shown - shift, stored)

    def close(self) -> None:
        """Finish the container. Raises `av.error.FFmpegError`."""
        self.out.close()

    def proofs(self, target: BinaryIO) -> tuple[StreamProof, ...]:
        """The digests of what was copied, beside those of what is read back. Raises `CannotError` where it cannot be
        read back."""
        found = read_back(target)
        proofs = []
        for track in self.tracks.values():
            if track.to.index not in found:
                raise CannotError(f"{self.form.extension.upper()} gives stream {track.source} not back")
            packets, made = found[track.to.index]
            original = track.digest.hexdigest()
            proofs.append(StreamProof(track.to.index, track.source, track.codec, packets, original, made))
        return tuple(proofs)


def read_back(target: BinaryIO) -> dict[int, tuple[int, str]]:
    """Of every stream of a finished file, how many packets it has and SHA-256 over their payloads."""
    target.flush()
    target.seek(0)
    found: dict[int, tuple[int, Any]] = {}
    try:
        with av.open(target, "r", metadata_errors="ignore", buffer_size=1 << 18) as finished:
            assert isinstance(finished, InputContainer)
            found = {one.index: (0, hashlib.sha256()) for one in finished.streams}
            for packet in finished.demux():
                if packet.size:
                    count, digest = found[packet.stream_index]
                    digest.update(packet)
                    found[packet.stream_index] = (count + 1, digest)
    except (av.error.FFmpegError, ValueError) as trouble:
        raise CannotError(f"what was made cannot be read back: {type(trouble).__name__}") from trouble
    return {index: (count, digest.hexdigest()) for index, (count, digest) in found.items()}


def usual_length(stream: VideoStream | AudioStream) -> float:
    """Seconds of a packet that does not say how long it is."""
    if isinstance(stream, VideoStream):
        rate = stream.average_rate or stream.guessed_rate
        return 1 / float(rate) if rate else 0.0
    size, samples = stream.codec_context.frame_size, stream.codec_context.sample_rate
    return size / samples if size and samples else 0.0


def piece_of(recording: Recording, packet: AnyPacket, usual: float) -> Piece:
    """A packet with its seconds."""
    begin = recording.second(packet)
    length = (packet.duration or 0) * float(packet.time_base) or usual
    return Piece(packet.stream_index, begin, begin + length, packet.is_keyframe, packet.size, packet)
