"""Small playable recordings as a recorder makes them: moving picture, burnt-in clock, sound, photographs.

Everything is drawn and encoded here with PyAV and Pillow; nothing is downloaded. Recorders write their wall clock and
label it UTC, so these do too: `starts_at` 09:00 in Shanghai becomes `creation_time` 09:00 "Z". Files carry the time at
which the recording ended as their modification time.
"""

from __future__ import annotations

import math
import os
import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
from PIL import ExifTags, Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

FRAMES_PER_SECOND = 15
TIME_ON_PICTURE = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one family of recorders writes video."""

    format: str
    video_codec: str
    pixel_format: str
    size: tuple[int, int]
    audio_codec: str
    sample_rate: int
    video_options: dict[str, str]
    container_options: dict[str, str]


X264 = {"preset": "ultrafast", "tune": "zerolatency", "crf": "30", "threads": "1"}
RECIPES: dict[str, Recipe] = {
    "mp4": Recipe("mp4", "libx264", "yuv420p", (640, 360), "aac", 16_000, X264, {"movflags": "+faststart"}),
    "mov": Recipe("mov", "libx264", "yuv420p", (640, 360), "aac", 16_000, X264, {}),
    "3gp": Recipe("3gp", "h263", "yuv420p", (352, 288), "libopencore_amrnb", 8_000, {}, {}),
    "avi": Recipe("avi", "mjpeg", "yuvj420p", (640, 360), "pcm_s16le", 16_000, {}, {}),
    "ts": Recipe("mpegts", "libx264", "yuv420p", (640, 360), "aac", 16_000, X264, {}),
    "mkv": Recipe("matroska", "libx264", "yuv420p", (640, 360), "aac", 16_000, X264, {}),
    "flv": Recipe("flv", "libx264", "yuv420p", (640, 360), "aac", 16_000, X264, {}),
}
SOUND_RECIPES: dict[str, tuple[str, str, int]] = {  # format, codec, samples a second
    "wav": ("wav", "pcm_s16le", 16_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "aac": ("adts", "aac", 16_000),
    "m4a": ("ipod", "aac", 16_000),
    "ogg": ("ogg", "libopus", 48_000),
    "flac": ("flac", "flac", 16_000),
}


def make_video(
    path: Path, *, seconds: float, starts_at: datetime, device: str, officer: str, container: str = "mp4"
) -> None:
    """Write a video of `seconds` at `path`; `container` is a key of `RECIPES`.

    Raises KeyError for another container and ValueError for a `starts_at` without a zone.
    """
    recipe = RECIPES[container]
    with av.open(str(path), "w", format=recipe.format, container_options=recipe.container_options) as output:
        output.metadata["creation_time"] = claimed(starts_at).isoformat(timespec="microseconds") + "Z"
        output.metadata["date"] = claimed(starts_at).isoformat(sep=" ", timespec="seconds")  # all that AVI carries
        output.metadata["title"] = device
        video = _add_video_stream(output, recipe)
        audio = _add_audio_stream(output, recipe.audio_codec, recipe.sample_rate)
        pictures = _pictures(recipe, round(seconds * FRAMES_PER_SECOND), starts_at, device, officer)
        _write_picture(output, video, pictures)
        _write_sound(output, audio, speech_like(seconds, recipe.sample_rate), recipe.sample_rate)
    _stamp(path, starts_at + timedelta(seconds=seconds))


def make_photo(
    path: Path, taken_at: datetime, *, device: str, officer: str, size: tuple[int, int] = (1280, 960)
) -> None:
    """Write a JPEG with a burnt-in caption and the time in its EXIF data (no offset, as recorders do)."""
    picture = _scene(size, _dice(f"{device}{taken_at.isoformat()}"))
    _caption(picture, f"{taken_at.strftime(TIME_ON_PICTURE)}  {device}  {officer}")
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = device
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = claimed(taken_at).strftime("%Y:%m:%d %H:%M:%S")
    picture.save(path, "JPEG", quality=85, exif=exif)
    _stamp(path, taken_at)


def make_sound(path: Path, seconds: float, *, starts_at: datetime, container: str = "wav") -> None:
    """Write `seconds` of speech-like mono sound; `container` is a key of `SOUND_RECIPES`."""
    written_as, codec, rate = SOUND_RECIPES[container]
    with av.open(str(path), "w", format=written_as) as output:
        output.metadata["date"] = claimed(starts_at).isoformat(sep=" ", timespec="seconds")
        audio = _add_audio_stream(output, codec, rate)
        _write_sound(output, audio, speech_like(seconds, rate), rate)
    _stamp(path, starts_at + timedelta(seconds=seconds))


def claimed(moment: datetime) -> datetime:
    """The wall-clock time a recorder writes down for an aware `moment`: its zone is lost."""
    if moment.tzinfo is None:
        raise ValueError(f"a recording needs a start with a zone: {moment!r}")
    return moment.replace(tzinfo=None)


def _stamp(path: Path, ended_at: datetime) -> None:
    os.utime(path, (ended_at.timestamp(), ended_at.timestamp()))


def _add_video_stream(output: OutputContainer, recipe: Recipe) -> VideoStream:
    stream: VideoStream = output.add_stream(  # type: ignore[assignment]
        recipe.video_codec, rate=FRAMES_PER_SECOND, options=dict(recipe.video_options)
    )
    stream.width, stream.height = recipe.size
    stream.pix_fmt = recipe.pixel_format
    stream.codec_context.gop_size = FRAMES_PER_SECOND * 2
    stream.codec_context.thread_count = 1
    return stream


def _add_audio_stream(output: OutputContainer, codec: str, rate: int) -> AudioStream:
    return output.add_stream(codec, rate=rate, layout="mono")  # type: ignore[return-value]


def _write_picture(output: OutputContainer, stream: VideoStream, pictures: Iterator[Image.Image]) -> None:
    for index, picture in enumerate(pictures):
        whole = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
        frame = whole.reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _write_sound(output: OutputContainer, stream: AudioStream, samples: array[int], rate: int) -> None:
    resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1024)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        output.mux(stream.encode(piece))
    output.mux(stream.encode(None))


def _pictures(recipe: Recipe, count: int, starts_at: datetime, device: str, officer: str) -> Iterator[Image.Image]:
    """A still street, a walker crossing it, and the clock that changes each second."""
    rng = _dice(f"{device}{starts_at.isoformat()}")
    street, (width, height) = _scene(recipe.size, rng), recipe.size
    figure = Image.new("RGB", (width // 16, height // 4), (rng.randrange(256), 40, 60))
    for index in range(count):
        if index % FRAMES_PER_SECOND == 0:
            now = starts_at + timedelta(seconds=index // FRAMES_PER_SECOND)
            _caption(street, f"{now.strftime(TIME_ON_PICTURE)}  {device}  {officer}")
        picture = street.copy()
        step = (index * width) // (6 * FRAMES_PER_SECOND)
        picture.paste(figure, (step % width, height * 5 // 8 - int(6 * abs(math.sin(index / 2)))))
        yield picture


def _dice(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  (for a drawing)


def _scene(size: tuple[int, int], rng: random.Random) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, (148, 178, 205))
    draw = ImageDraw.Draw(picture)
    left = 0
    while left < width:
        broad = rng.randrange(width // 12, width // 6)
        shade = rng.randrange(70, 170)
        top = rng.randrange(height // 8, height // 2)
        draw.rectangle((left, top, left + broad, height), (shade, shade - 10, shade - 25))
        left += broad
    draw.rectangle((0, height * 3 // 4, width, height), (88, 88, 92))
    return picture


def _caption(picture: Image.Image, text: str) -> None:
    height = max(12, picture.height // 20)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, picture.width, height + 6), (0, 0, 0))
    draw.text((6, 2), text, fill=(255, 255, 255), font=_font(height))


@lru_cache(maxsize=8)
def _font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(height)


@lru_cache(maxsize=4)
def _phrase(rate: int) -> array[int]:
    """Two seconds of syllables: a buzzing voice of a few harmonics that rises and falls, then a breath."""
    samples = array("h")
    for n in range(2 * rate):
        t = n / rate
        syllable = max(0.0, math.sin(math.pi * t / 0.22)) if t < 1.54 else 0.0
        angle = 2 * math.pi * t * (125 + 15 * math.sin(3 * t))
        voice = math.sin(angle) + 0.6 * math.sin(4 * angle) + 0.3 * math.sin(9 * angle)
        samples.append(int(9_000 * syllable * voice) + 40 * (n % 7 - 3))
    return samples


def speech_like(seconds: float, rate: int) -> array[int]:
    """`seconds` of 16-bit mono samples at `rate` per second."""
    phrase, wanted = _phrase(rate), round(seconds * rate)
    return (phrase * (wanted // len(phrase) + 1))[:wanted]
