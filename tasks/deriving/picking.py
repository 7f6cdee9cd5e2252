"""Which packets of a recording make a clip: the smallest run of whole groups of pictures that covers what is asked for,
and never one from outside the part that may be shown.

A group that would leave the part is left out, so that the clip begins with the first whole one inside it, or ends with
the last. Of the other streams come the packets that lie wholly within the run; at the recording's own beginning and end
all that there are. In a recording of sound every packet is a group. Plain code without media, so that it can be held
against a simple model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from regulation.access_terms import Range
from tasks.clipping.doing import CannotError

SLACK = 1e-3
"""Seconds: what people write down is rounded."""
MOST_HELD = 256 << 20
"""Bytes of one group of pictures, which is held until it is known to end within the part."""
_PATIENCE = 10.0
"""Seconds of pictures after the run's end that are read to find sound that was stored late."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A packet: its stream, its seconds, whether a group begins with it, its size in bytes."""

    stream: int
    begin: float
    end: float
    is_key: bool
    size: int
    packet: Any = None


class Picker:
    """Takes pieces in the order of the file and gives those of the clip, in the same order per stream.

    `others` are streams of pictures beside the `lead`, which begin with a group too. After the last piece `span` is
    what the clip really spans.
    """

    def __init__(self, asked: Range, part: Range, lead: int, others: Iterable[int] = ()) -> None:
        self._asked_start, self._asked_end = asked.start, inf if asked.end is None else asked.end
        self._part_start = part.start
        if max(asked.start, part.start) <= SLACK:
            # what a codec needs before its first sound has a time before the recording's beginning
            self._asked_start = self._part_start = -inf
        self._part_end = inf if part.end is None else part.end
        self._lead, self._waiting = lead, set(others)
        self._start: float | None = None  # of the run
        self._low = 0.0  # other streams begin here
        self._group = 0.0  # where the group that is held begins
        self._end: float | None = None
        self._seen_lead = self._is_settled = False
        self._held: list[Piece] = []
        self._size = 0
        self._given, self._first, self._last = 0, inf, -inf
        self._reached: dict[int, float] = {}

    @property
    def span(self) -> Range:
        """From the first to the last second of what was given. Raises `CannotError` where nothing was."""
        if not self._given and (self._part_start > 0 or self._part_end < inf):
            raise CannotError("no whole group of pictures of what is asked for lies in the part that may be shown")
        if not self._given:
            raise CannotError("there is nothing in this part of it")
        return Range(max(0.0, self._first), min(self._last, self._part_end))

    def take(self, piece: Piece) -> Iterator[Piece]:
        """What can be given once `piece` is known. Raises `CannotError` where a group is too large to be held."""
        self._reached[piece.stream] = piece.begin
        if piece.stream == self._lead:
            yield from self._take_lead(piece)
        elif self._end is None:
            self._hold(piece)
        elif self._fits(piece, self._end):
            yield self._give(piece)

    def finish(self) -> Iterator[Piece]:
        """What is left when the recording is over."""
        if self._start is None or self._end is not None:
            return
        pictures = [one for one in self._held if one.stream == self._lead]
        if max((one.begin for one in pictures), default=0.0) >= self._part_end - SLACK:
            yield from self._close(self._group)
            return
        last = max((one.end for one in pictures), default=self._last)
        if last <= self._asked_start + SLACK:
            return
        yield from self._release(last)
        yield from self._close(min(self._part_end, max(self._asked_end, self._last)))

    def is_done(self, streams: Iterable[int]) -> bool:
        """Whether none of `streams` has anything more for the clip."""
        end = self._end
        if end is None:
            return False
        late = self._reached.get(self._lead, 0.0) > end + _PATIENCE
        return late or all(self._reached.get(one, -inf) >= end - SLACK for one in streams)

    def _take_lead(self, piece: Piece) -> Iterator[Piece]:
        is_first, self._seen_lead = not self._seen_lead, True
        if self._end is None and piece.is_key:
            yield from self._boundary(piece, is_first=is_first)
        if self._end is not None or self._start is None or piece.begin < self._start - SLACK:
            return  # of pictures shown before the first whole group none can be decoded
        self._is_settled = self._is_settled or piece.begin > self._asked_start + SLACK
        self._hold(piece)
        if self._is_settled and self._part_end == inf:
            yield from self._release(piece.end)

    def _boundary(self, key: Piece, *, is_first: bool) -> Iterator[Piece]:
        """A group begins, and the one before it is whole."""
        if key.begin < self._part_start - SLACK:
            return
        if self._start is None or (not self._is_settled and key.begin <= self._asked_start + SLACK):
            self._begin(key, is_first=is_first)
        elif key.begin > self._part_end + SLACK:
            yield from self._close(self._group)
        else:
            yield from self._release(key.begin)
            self._group = key.begin
            if key.begin >= self._asked_end - SLACK:
                yield from self._close(key.begin)

    def _begin(self, key: Piece, *, is_first: bool) -> None:
        """The run begins here, unless a later group can still be the first."""
        if key.begin >= min(self._asked_end, self._part_end) - SLACK:
            self._end = key.begin
            return
        self._start = self._group = key.begin
        is_beginning = is_first and self._part_start == -inf
        self._low = -inf if is_beginning else key.begin
        self._held = [one for one in self._held if one.stream != self._lead and one.begin >= self._low - SLACK]
        self._size = sum(one.size for one in self._held)

    def _hold(self, piece: Piece) -> None:
        self._held.append(piece)
        self._size += piece.size
        if self._size > MOST_HELD:
            raise CannotError(f"a group of its pictures is larger than {MOST_HELD >> 20} MiB")

    def _release(self, until: float) -> Iterator[Piece]:
        """All of the lead that is held, and of the others what is over `until` then."""
        held, self._held, self._size = self._held, [], 0
        for piece in held:
            if piece.stream == self._lead or self._fits(piece, until):
                yield self._give(piece)
            elif piece.begin >= self._low - SLACK and piece.stream not in self._waiting:
                self._hold(piece)

    def _close(self, end: float) -> Iterator[Piece]:
        """The run ends here; a group that is still held is not in it."""
        self._end = end
        self._held = [one for one in self._held if one.stream != self._lead]
        yield from self._release(end)
        self._held = []

    def _fits(self, piece: Piece, until: float) -> bool:
        if self._start is None or piece.begin < self._low - SLACK or piece.end > until + SLACK:
            return False
        if piece.stream in self._waiting:
            if not piece.is_key:
                return False
            self._waiting.discard(piece.stream)
        return True

    def _give(self, piece: Piece) -> Piece:
        self._given += piece.stream == self._lead
        self._first, self._last = min(self._first, piece.begin), max(self._last, piece.end)
        return piece
