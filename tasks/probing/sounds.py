"""Is there anything to hear? Imported in the probing child only."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from regulation.vocabulary import MediaKind
from tasks.probing.wire import Answer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub looks for an ffmpeg program, which is never used here
    from pydub import AudioSegment

if TYPE_CHECKING:
    from av.packet import Packet
    from av.stream import Stream

LISTENED_SECONDS = 10
"""Only the start is listened to: enough to notice a microphone that was off."""
SILENT_BELOW_DBFS = -60.0
_RATE = 8_000


class SilenceCheck:
    """Takes the packets of the first sound stream and says at the end whether they were silent throughout."""

    def __init__(self) -> None:
        self.stream: Stream | None = None
        self.samples = bytearray()
        self.resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
        self.failed = False

    def take(self, packet: Packet[Stream]) -> None:
        """Decode one packet if it is sound and there is still something to listen to."""
        stream = packet.stream
        if (
            stream.type != "audio"
            or getattr(stream, "codec_context", None) is None
            or self.failed
            or len(self.samples) >= 2 * _RATE * LISTENED_SECONDS
        ):
            return
        if self.stream is None:
            self.stream = stream
        if stream is self.stream:
            self._listen(packet)

    def _listen(self, packet: Packet[Stream]) -> None:
        try:
            for frame in packet.decode():
                for piece in self.resampler.resample(frame):  # type: ignore[arg-type]
                    self.samples += bytes(piece.planes[0])[: 2 * piece.samples]
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            self.failed = True

    def finish(self, answer: Answer) -> None:
        """Put what was heard into `answer`."""
        if self.failed:
            fault = answer.damaged if answer.kind is MediaKind.SOUND else answer.warn
            fault("its sound does not decode throughout")
        if len(self.samples) < 2 * _RATE // 2:
            return
        heard = AudioSegment(data=bytes(self.samples), sample_width=2, frame_rate=_RATE, channels=1)
        if heard.max_dBFS < SILENT_BELOW_DBFS:
            answer.warn(f"its sound is silent for the first {round(len(heard) / 1000)} s")
