"""A protected copy: parts of the sound silent, parts of the picture covered (保护性副本).

Where only sound is to be silent the pictures are copied as they are, in whole groups; else they are encoded anew, from
the very picture on that was asked for. Sound is always encoded anew. The copy has one stream of pictures and one of
sound and nothing else of the original: no names, no dates, no places, no chapters, no subtitles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import av
from PIL import Image

from regulation.access_terms import Range
from regulation.remarks import ALL_ANEW, NO_CONTAINER, PICTURES_ANEW, SOUND_ANEW
from tasks.clipping.doing import CannotError
from tasks.deriving.clip import Run
from tasks.deriving.copying import BITEXACT, Copy
from tasks.deriving.covering import CoveredPictures, pixels
from tasks.deriving.forms import MP4, PNG, Form, forms_for
from tasks.deriving.hushing import HushedSound, margin_of
from tasks.deriving.listening import muted
from tasks.deriving.photo import open_photo
from tasks.deriving.reading import Recording, both, when
from tasks.deriving.sound import write_wav
from tasks.deriving.still import frame_at, save
from tasks.deriving.turning import Turn, turn_of
from tasks.deriving.wanted import Protected
from tasks.probing.reading import GlanceStream

_TAKE_AAC = frozenset({"mp4", "mov", "3gp", "3g2", "mpegts", "flv", "matroska"})
"""Containers that the sound may be put into as AAC, beside pictures as they are."""


def make_protected(source: GlanceStream, target: BinaryIO, wanted: Protected) -> dict[str, Any]:
    """Write the protected copy to `target`. Raises `CannotError` where none can be made."""
    photo, remarks = open_photo(source)
    if photo is not None:
        return _photo(photo, target, wanted, remarks)
    recording, span = Recording(source), both(wanted.asked, wanted.part)
    if wanted.covered and not recording.pictures:
        raise CannotError("there are no pictures in it that could be covered")
    if wanted.muted and not recording.sounds:
        raise CannotError("there is no sound in it that could be silenced")
    if not recording.pictures:
        margin = margin_of(recording.sounds[0])
        return write_wav(recording, target, span, lambda heard: muted(heard, wanted.muted, margin))
    if wanted.covered:
        return _covered(source, target, wanted, span)
    return _muted(source, target, wanted, span)


def _photo(photo: Image.Image, target: BinaryIO, wanted: Protected, remarks: list[str]) -> dict[str, Any]:
    if not wanted.covered:
        raise CannotError("it is a photograph, in which there is no sound")
    for cover in wanted.covered:
        photo.paste((0, 0, 0), pixels(cover.box, photo.width, photo.height, 1))
    save(photo, target, PNG.extension)
    return {"form": PNG.extension, "media_type": PNG.media_type, "actual": None, "remarks": remarks}


def _muted(source: GlanceStream, target: BinaryIO, wanted: Protected, span: Range) -> dict[str, Any]:
    """The pictures as they are, in the first container that leaves them so; where none does, encoded anew."""
    for form in forms_for(Recording(source).whole):
        if form.muxer not in _TAKE_AAC:
            continue
        recording = Recording(source)
        try:
            made = _beside_pictures(recording, target, form, wanted, span)
        except av.error.PyAVCallbackError:  # it could not be written
            raise
        except av.error.FFmpegError:
            continue
        if made is not None:
            return made
    made = _covered(source, target, wanted, span)
    return {
        **made,
        "remarks": [NO_CONTAINER, *made["remarks"]],
    }


def _beside_pictures(
    recording: Recording, target: BinaryIO, form: Form, wanted: Protected, span: Range
) -> dict[str, Any] | None:
    recording.begin(recording.lead, span.start)
    video, audio = recording.pictures[0], recording.sounds[0]
    try:
        copy = Copy(target, form, [video])
    except CannotError:
        return None
    sound = HushedSound(copy.out, recording, audio, wanted.part, wanted.muted)
    run = Run(recording, [video, audio], span, wanted.part)
    for piece in run:
        copy.begin(piece.packet)
        sound.zero = float(copy.zero or 0) - recording.zero
        if piece.stream == video.index:
            copy.put(piece.packet)
        else:
            copy.out.mux(list(sound.take(piece.packet)))
    copy.out.mux(list(sound.finish()))
    span = run.span
    copy.close()
    proofs = copy.proofs(target)
    return _told(form, span, recording, proofs, SOUND_ANEW) if all(one.is_same for one in proofs) else None


def _covered(source: GlanceStream, target: BinaryIO, wanted: Protected, span: Range) -> dict[str, Any]:
    """Pictures and sound encoded anew, as MP4."""
    turn = _turn(source, span)
    recording = Recording(source)
    recording.begin(recording.lead, span.start)
    target.seek(0)
    target.truncate()
    with av.open(target, "w", format=MP4.muxer, container_options=BITEXACT) as out:
        pictures = CoveredPictures(out, recording, recording.pictures[0], span, wanted.covered, turn)
        lanes: dict[int, Any] = {pictures.index: pictures}
        for audio in recording.sounds[:1]:
            lanes[audio.index] = HushedSound(out, recording, audio, span, wanted.muted)
            lanes[audio.index].zero = span.start
        for packet in recording.packets([recording.whole.streams[index] for index in lanes]):
            lane = lanes[packet.stream_index]
            if when(packet) is not None and not lane.is_over:
                out.mux(list(lane.take(packet)))
            if all(one.is_over for one in lanes.values()):
                break
        for lane in lanes.values():
            out.mux(list(lane.finish()))
    if pictures.first is None or pictures.last is None:
        raise CannotError("there are no pictures in this part of it")
    anew = ALL_ANEW if recording.sounds else PICTURES_ANEW
    return _told(MP4, Range(pictures.first, pictures.last), recording, (), anew)


def _turn(source: GlanceStream, span: Range) -> Turn:
    """Known before the first picture is written, for it stands at the beginning of the file."""
    turn = turn_of(frame_at(Recording(source), span.start, span))
    if not turn.is_square:
        raise CannotError("its pictures are turned by an odd angle, so that boxes have no place in them")
    return turn


def _told(form: Form, actual: Range, recording: Recording, proofs: Sequence[Any], anew: str) -> dict[str, Any]:
    left = len(recording.pictures) + len(recording.sounds) - 1 - bool(recording.sounds)
    remarks = [f"{left} more streams of pictures or sound were left out"] if left else []
    return {
        "form": form.extension,
        "media_type": form.media_type,
        "actual": actual,
        "streams": proofs,
        "remarks": [anew, *remarks, *recording.faults],
    }
