"""A picture of a second of a recording, or the photograph that it is (画面)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation
from PIL import Image

from regulation.access_terms import Range
from tasks.clipping.doing import CannotError
from tasks.deriving.forms import JPEG, PNG
from tasks.deriving.photo import open_photo
from tasks.deriving.reading import Recording, decoded
from tasks.deriving.turning import turn_of
from tasks.deriving.wanted import Still
from tasks.probing.reading import GlanceStream

_SLACK = 1e-3
_HD = 720
"""Lines from which pictures that do not say so are of ITU-R BT.709, as players have it."""
_UNSAID = 2


def make_still(source: GlanceStream, target: BinaryIO, wanted: Still) -> dict[str, Any]:
    """Write the picture that is `wanted` to `target`, as it is shown. Raises `CannotError` where there is none."""
    photo, remarks = open_photo(source)
    second = None
    if photo is None:
        photo, second, remarks = _of_recording(source, wanted)
    form = PNG if wanted.width is None else JPEG
    if wanted.width is not None and photo.width > wanted.width:
        size = (wanted.width, max(1, round(photo.height * wanted.width / photo.width)))
        photo = photo.resize(size, Image.Resampling.LANCZOS)
    save(photo, target, form.extension)
    return {
        "form": form.extension,
        "media_type": form.media_type,
        "actual": None,
        "second": second,
        "remarks": remarks,
    }


def save(picture: Image.Image, target: BinaryIO, extension: str) -> None:
    """Write a picture without a word beside it."""
    if extension == "png":
        picture.save(target, "PNG", compress_level=6)
    else:
        picture.convert("RGB").save(target, "JPEG", quality=88)


def _of_recording(source: GlanceStream, wanted: Still) -> tuple[Image.Image, float, list[str]]:
    recording = Recording(source)
    frame = frame_at(recording, wanted.second, wanted.part)
    picture = turn_of(frame).shown(coloured(frame).to_image())  # type: ignore[no-untyped-call]
    return picture, round((frame.time or 0.0) - recording.zero, 6), recording.faults


def frame_at(recording: Recording, second: float, part: Range) -> VideoFrame:
    """The first whole picture that begins at `second` or after it, within `part`; at the end of the recording the one
    that is still shown then. Raises `CannotError` where there is none."""
    if not recording.pictures:
        raise CannotError("there are no pictures in it")
    recording.begin(recording.pictures[0], second)
    stream = recording.pictures[0]
    stream.thread_count = 1
    last: VideoFrame | None = None
    for frame in _frames(recording, stream):
        at = (frame.time or 0.0) - recording.zero
        if part.end is not None and at >= part.end:
            break
        if at >= second - _SLACK:
            return frame
        last = frame if at >= part.start - _SLACK else None
    if last is None or not _is_shown(recording, stream, last, second):
        raise CannotError(f"no picture is shown at second {second:g}")
    return last


def _frames(recording: Recording, stream: Any) -> Iterator[VideoFrame]:
    for packet in recording.packets([stream]):
        yield from _whole(decoded(stream, packet, recording.faults))
    yield from _whole(decoded(stream, None, recording.faults))


def _whole(frames: list[Any]) -> list[VideoFrame]:
    """A damaged picture proves nothing."""
    return [one for one in frames if isinstance(one, VideoFrame) and one.time is not None and not one.is_corrupt]


def _is_shown(recording: Recording, stream: Any, last: VideoFrame, second: float) -> bool:
    """Whether the recording's last picture stays until `second`."""
    usual = 1 / float(stream.average_rate) if stream.average_rate else 0.04
    length = (recording.whole.duration or 0) / av.time_base
    return second < max((last.time or 0.0) - recording.zero + usual, length) + _SLACK


def coloured(frame: VideoFrame) -> VideoFrame:
    """The same in RGB, eight bits a colour."""
    said = frame.colorspace != _UNSAID
    space = None if said or frame.height < _HD else Colorspace.ITU709
    exact = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.BITEXACT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return frame.reformat(format="rgb24", src_colorspace=space, interpolation=exact, threads=1)
