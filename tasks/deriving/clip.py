"""Clips: a part of a recording as it is, without encoding anything anew, and the proof of it (片段)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import av

from regulation.access_terms import Range
from tasks.clipping.doing import CannotError
from tasks.deriving.copying import Copy, piece_of, usual_length
from tasks.deriving.forms import Form, forms_for
from tasks.deriving.made import StreamProof
from tasks.deriving.picking import Picker, Piece
from tasks.deriving.reading import Recording, both, when
from tasks.deriving.wanted import Clip
from tasks.probing.reading import GlanceStream


def make_clip(
    source: GlanceStream, target: BinaryIO, wanted: Clip, is_written: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Copy what is `wanted` into `target`; `is_written` is called before it is read back. Raises `CannotError` where it
    cannot be copied as it is."""
    asked = both(wanted.asked, wanted.part)
    recording, refusals = Recording(source), []
    for form in forms_for(recording.whole):
        try:
            return _made(recording, target, form, asked, wanted.part, is_written)
        except _Unfit as unfit:
            refusals.append(str(unfit))
            recording = Recording(source)
    raise CannotError(f"it cannot be copied without being changed: {'; '.join(refusals)}")


class _Unfit(Exception):  # noqa: N818  # another container may do
    pass


def _made(
    recording: Recording, target: BinaryIO, form: Form, asked: Range, part: Range, is_written: Callable[[], None]
) -> dict[str, Any]:
    recording.begin(recording.lead, asked.start)
    streams = [*recording.pictures, *recording.sounds]
    try:
        copy = Copy(target, form, streams)
    except CannotError as refused:
        raise _Unfit(str(refused)) from refused
    try:
        run = Run(recording, streams, asked, part)
        for piece in run:
            copy.put(piece.packet)
        span = run.span
        copy.close()
        is_written()
        proofs = copy.proofs(target)
    except av.error.PyAVCallbackError:  # it could not be written
        raise
    except av.error.FFmpegError as refused:
        raise _Unfit(f"{form.extension.upper()} does not take it ({type(refused).__name__})") from refused
    _check(proofs, form)
    return {
        "form": form.extension,
        "media_type": form.media_type,
        "actual": span,
        "streams": proofs,
        "remarks": recording.faults,
    }


class Run:
    """The packets of `streams` in the smallest run of whole groups that covers what is `asked`, as they are read; its
    `span` is known at the end. Raises `CannotError` where there is none."""

    def __init__(self, recording: Recording, streams: Sequence[Any], asked: Range, part: Range) -> None:
        self._recording, self._streams = recording, streams
        lead = recording.lead.index
        others = [one.index for one in streams if one.type == "video" and one.index != lead]
        self._waited_for = [one.index for one in streams if one.index != lead]
        self._picker = Picker(asked, part, lead, others)

    def __iter__(self) -> Iterator[Piece]:
        usual = {one.index: usual_length(one) for one in self._streams}
        for packet in self._recording.packets(list(self._streams)):
            if when(packet) is None:
                continue
            yield from self._picker.take(piece_of(self._recording, packet, usual[packet.stream_index]))
            if self._picker.is_done(self._waited_for):
                return
        yield from self._picker.finish()

    @property
    def span(self) -> Range:
        return self._picker.span


def _check(proofs: tuple[StreamProof, ...], form: Form) -> None:
    changed = [one.codec for one in proofs if not one.is_same]
    if changed:
        raise _Unfit(f"{form.extension.upper()} would rewrite {', '.join(changed)}")
