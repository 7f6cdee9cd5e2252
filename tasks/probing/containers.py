"""Video and sound, opened with PyAV. Imported in the probing child only.

The demuxer is the one the first bytes ask for, never one FFmpeg finds by itself: playlists and the like, which name
other files, are thereby never followed. Long recordings are read at their start and at their end, not in between.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import av
import av.logging
from av.error import FFmpegError

from regulation.vocabulary import MediaKind
from tasks.probing.reading import Glance
from tasks.probing.shapes import Boxes
from tasks.probing.sniffing import Guess
from tasks.probing.sounds import SilenceCheck
from tasks.probing.wire import MOST_STREAMS, Answer, StreamFacts

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

STILL_WIDTH = 320
HEAD_BUDGET = 8 << 20
"""Bytes of packets read from the start of a recording."""
TAIL_BUDGET = 2 << 20
"""And from its end."""
TAIL_SECONDS = 2
LARGEST_PICTURE = 8192 * 8192

av.logging.set_level(None)


def look_into(glance: Glance, guess: Guess, boxes: Boxes | None, answer: Answer, *, still: bool) -> None:
    """Open a recording and put its streams, times and faults into `answer`."""
    options = {"scan_all_pmts": "1"} if guess.demuxer == "mpegts" else {}
    try:
        with av.open(
            glance.stream(), "r", format=guess.demuxer, options=options, metadata_errors="ignore"
        ) as recording:
            answer.streams = [_facts(stream) for stream in recording.streams][:MOST_STREAMS]
            _kind(answer)
            _times(recording, answer)
            _packets(recording, boxes, answer, still=still)
    except MemoryError:
        raise
    except (FFmpegError, IndexError, ValueError, ArithmeticError) as trouble:
        answer.damaged(f"does not open: {type(trouble).__name__}")


def _facts(stream: Stream) -> StreamFacts:
    context, codec = getattr(stream, "codec_context", None), codec_name(stream)
    if stream.type == "video" and context is not None:
        rate = getattr(stream, "average_rate", None)
        return StreamFacts("video", codec, context.width or None, context.height or None, _number(rate))
    if stream.type == "audio" and context is not None:
        return StreamFacts(
            "audio", codec, sample_rate=context.sample_rate or None, channels=getattr(context, "channels", 0) or None
        )
    return StreamFacts(str(stream.type), codec)


def codec_name(stream: Stream) -> str | None:
    """None for a codec nobody knows here: PyAV then has no context at all, whatever its annotations say."""
    context = getattr(stream, "codec_context", None)
    return None if context is None else str(context.name)


def _number(value: object) -> float | None:
    return round(float(value), 3) if value else None  # type: ignore[arg-type]


def _kind(answer: Answer) -> None:
    kinds = {stream.kind for stream in answer.streams}
    if "video" in kinds and answer.container not in ("mp3", "flac"):  # their "video" is a cover
        answer.kind = MediaKind.VIDEO
    elif "audio" in kinds:
        answer.kind = MediaKind.SOUND
    else:
        answer.damaged("neither picture nor sound in it")


_NUMERIC_TIME = re.compile(r"\d{4}\D\d{1,2}\D\d{1,2}\D+\d{1,2}:\d{2}:\d{2}")
_CLAIMS = ("com.apple.quicktime.creationdate", "creation_time", "date")


def _times(recording: InputContainer, answer: Answer) -> None:
    """Duration, and the start that the device claims. Its "Z" is not believed: it is often local time."""
    if recording.duration is not None and recording.duration > 0:
        answer.duration_seconds = recording.duration / av.time_base
    said = {key.lower(): value for stream in recording.streams for key, value in stream.metadata.items()}
    said.update((key.lower(), value) for key, value in recording.metadata.items())
    if "origination_date" in said:  # broadcast WAV
        said.setdefault("date", f"{said['origination_date']} {said.get('origination_time', '')}")
    for claim in _CLAIMS:
        moment = parse_claim(said.get(claim, ""))
        if moment is not None:
            answer.claim(moment, moment.utcoffset())
            return


def parse_claim(text: str) -> datetime | None:
    """A time as containers carry it; aware only when it names an offset other than "Z". None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        found = _NUMERIC_TIME.search(text)
        numbers = [int(number) for number in re.findall(r"\d+", found.group())] if found else []
        try:
            moment = _in_numbers(numbers) if numbers else _in_words(text)
        except ValueError:
            return None
    if len(text.strip()) < len("2026-03-02 09:00") or not 1971 <= moment.year <= 2200:
        return None
    return moment.replace(tzinfo=None) if moment.utcoffset() in (None, timedelta()) else moment


def _in_numbers(numbers: list[int]) -> datetime:
    year, month, day, hour, minute, second = numbers
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (the device's wall clock has no zone)


def _in_words(text: str) -> datetime:
    """AVI's own form: "Mon Mar 02 09:00:05 2026"."""
    return datetime.strptime(text.strip()[:40], "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007  (as above)


def _packets(recording: InputContainer, boxes: Boxes | None, answer: Answer, *, still: bool) -> None:
    """Read packets at both ends, see that one picture decodes, and listen for a while."""
    picture, silence, last = _Picture(answer), SilenceCheck(), 0.0
    ended = False
    for packet in _some(recording, HEAD_BUDGET):
        if packet.size == 0:
            ended = True
            continue
        _judge(packet, boxes, answer)
        last = max(last, _end_of(packet))
        picture.take(packet)
        silence.take(packet)
    picture.finish(still=still)
    silence.finish(answer)
    if not ended:
        last = max(last, _tail(recording, boxes, answer))
    if answer.container == "flac" and last + 0.05 < (answer.duration_seconds or 0.0):
        answer.damaged("cut short: its header promises more sound")
    if answer.duration_seconds is None and last > 0:
        answer.duration_seconds = last
    if last == 0.0 and answer.streams and not answer.warnings:
        answer.damaged("holds no packets")


def _some(recording: InputContainer, budget: int) -> Iterator[Packet[Stream]]:
    for packet in recording.demux():
        yield packet
        budget -= packet.size + 64
        if budget < 0:
            return


def _judge(packet: Packet[Stream], boxes: Boxes | None, answer: Answer) -> None:
    if packet.is_corrupt:
        answer.damaged("a packet is marked corrupt")
    if packet.stream.type == "video" and not any(bytes(packet)[:8]) and codec_name(packet.stream) != "rawvideo":
        answer.damaged("a picture in it is blank")
    if boxes is not None and boxes.media and packet.pos is not None and packet.pos >= 0:
        start, stop = packet.pos, packet.pos + packet.size
        if not any(media.start <= start and stop <= media.stop for media in boxes.media):
            answer.damaged("the index points outside the media data")


def _end_of(packet: Packet[Stream]) -> float:
    if packet.pts is None or packet.time_base is None:
        return 0.0
    start = packet.stream.start_time or 0
    return float((packet.pts - start + (packet.duration or 0)) * packet.time_base)


def _tail(recording: InputContainer, boxes: Boxes | None, answer: Answer) -> float:
    """The last seconds; where a container cannot seek, its end is judged by its shape alone."""
    if answer.duration_seconds is None:
        return 0.0
    try:
        recording.seek(max(0, int((answer.duration_seconds - TAIL_SECONDS) * av.time_base)))
        last = 0.0
        for packet in _some(recording, TAIL_BUDGET):
            if packet.size:
                _judge(packet, boxes, answer)
                last = max(last, _end_of(packet))
        return last
    except MemoryError:
        raise
    except FFmpegError as trouble:
        answer.warn(f"its end could not be reached: {type(trouble).__name__}")
        return 0.0


class _Picture:
    """The first picture of the first video stream, decoded: proof that there is one, and the still."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.frame: VideoFrame | None = None
        self.tried = 0
        self.stream: Stream | None = None
        self.unknown = False

    def take(self, packet: Packet[Stream]) -> None:
        stream = packet.stream
        if self.frame is not None or stream.type != "video" or self.answer.kind is not MediaKind.VIDEO:
            return
        if codec_name(stream) is None:
            self.unknown = True
            return
        if self.stream is None:
            self.stream = stream
            cast("VideoStream", stream).codec_context.thread_count = 1
        if stream is self.stream and self.tried < 60:
            self.tried += 1
            self._decode(packet)

    def _decode(self, packet: Packet[Stream] | None) -> None:
        context = cast("VideoStream", self.stream).codec_context if self.stream is not None else None
        if context is None or context.width * context.height > LARGEST_PICTURE:
            return
        try:
            frames = context.decode(packet)
        except MemoryError:
            raise
        except (FFmpegError, ValueError) as trouble:
            if self.tried == 1:
                self.answer.damaged(f"the first picture does not decode: {type(trouble).__name__}")
            return
        self.frame = frames[0] if frames else None

    def finish(self, *, still: bool) -> None:
        """Flush the decoder where it still holds the picture back; make the still."""
        if self.frame is None and self.tried:
            self._decode(None)
        if self.frame is None:
            if self.tried:
                self.answer.damaged("no picture decodes")
            elif self.unknown:
                self.answer.warn("its pictures are in a codec that is not known here")
            elif self.answer.kind is MediaKind.VIDEO:
                self.answer.damaged("no picture in it")
            return
        if self.frame.is_corrupt:
            self.answer.damaged("the first picture is corrupt")
        if still:
            self.answer.still = _still(self.frame)


def _still(frame: VideoFrame) -> str:
    width = min(STILL_WIDTH, frame.width)
    height = max(1, min(2 * STILL_WIDTH, frame.height * width // frame.width))
    small = frame.reformat(width=width, height=height, format="rgb24")
    kept = io.BytesIO()
    small.to_image().save(kept, "JPEG", quality=70)  # type: ignore[no-untyped-call]
    return base64.b64encode(kept.getvalue()).decode("ascii")
