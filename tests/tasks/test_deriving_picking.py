"""The run of whole groups that makes a clip: what covers what was asked for, and nothing from outside (Art. 19)."""

from __future__ import annotations

import itertools
from math import floor, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.access_terms import Range
from regulation.conversion import WHOLE
from tasks.clipping.doing import CannotError
from tasks.deriving import picking
from tasks.deriving.picking import Picker, Piece

VIDEO, SOUND, OTHER = 0, 1, 2


def group(begin: float, end: float, pictures: int = 4) -> list[Piece]:
    """A group of pictures, stored in the order in which they are shown."""
    length = (end - begin) / pictures
    return [
        Piece(VIDEO, begin + one * length, begin + (one + 1) * length, is_key=one == 0, size=10)
        for one in range(pictures)
    ]


def recording(*bounds: float, sound_late: float = 0.0) -> list[Piece]:
    """Groups between the bounds, and sound of a quarter second each that is stored `sound_late` seconds later."""
    pictures = [one for begin, end in itertools.pairwise(bounds) for one in group(begin, end)]
    count = round((bounds[-1] - bounds[0]) * 4)
    sounds = [Piece(SOUND, bounds[0] + one / 4, bounds[0] + (one + 1) / 4, is_key=True, size=1) for one in range(count)]
    keys = {VIDEO: 0.0, SOUND: sound_late}
    return sorted([*pictures, *sounds], key=lambda one: (one.begin + keys[one.stream], one.stream))


def picked(pieces: list[Piece], asked: Range, part: Range = WHOLE) -> tuple[list[Piece], Range]:
    picker, given = Picker(asked, part, VIDEO, {OTHER}), []
    for piece in pieces:
        given += picker.take(piece)
        if picker.is_done([SOUND]):
            break
    given += picker.finish()
    return given, picker.span


@pytest.mark.parametrize(
    ("asked", "part", "span"),
    [
        (Range(), Range(), (0.0, 8.0)),
        (Range(3, 5), Range(), (2.0, 6.0)),
        (Range(2, 4), Range(), (2.0, 4.0)),
        (Range(7.9, 9), Range(), (6.0, 8.0)),
        (Range(3, 5), Range(2.5, 7), (4.0, 6.0)),
        (Range(3, 5), Range(1, 5.5), (2.0, 4.0)),
        (Range(1, 7), Range(1, 7), (2.0, 6.0)),
        (Range(1, 7), Range(2, 6), (2.0, 6.0)),
        (Range(0, 3), Range(0, None), (0.0, 4.0)),
        (Range(5, None), Range(5, None), (6.0, 8.0)),
        (Range(0, 8), Range(0, 8), (0.0, 8.0)),
    ],
)
def test_the_run_covers_what_is_asked_as_far_as_the_part_goes(
    asked: Range, part: Range, span: tuple[float, float]
) -> None:
    for late in (0.0, 0.7, -0.7):
        given, found = picked(recording(0, 2, 4, 6, 8, sound_late=late), asked, part)
        assert (found.start, found.end) == span
        for stream, each in ((VIDEO, 0.5), (SOUND, 0.25)):
            assert [one.begin for one in given if one.stream == stream] == [
                span[0] + place * each for place in range(round((span[1] - span[0]) / each))
            ]


@pytest.mark.parametrize(
    ("asked", "part"),
    [(Range(3, 5), Range(3, 5)), (Range(2.5, 3.5), Range(2.5, 7)), (Range(5, 5.5), Range(1, 5.5))],
)
def test_where_no_group_of_what_is_asked_is_in_the_part_there_is_none(asked: Range, part: Range) -> None:
    with pytest.raises(CannotError, match="part that may be shown"):
        picked(recording(0, 2, 4, 6, 8), asked, part)


def test_after_the_end_there_is_nothing() -> None:
    with pytest.raises(CannotError, match="nothing in this part"):
        picked(recording(0, 2, 4), Range(90, 95))


def test_pictures_that_need_the_group_before_are_left_out() -> None:
    """Of an open group those are stored after its first picture and shown before it."""
    pieces = recording(0, 2, 4)
    place = next(index for index, one in enumerate(pieces) if one.stream == VIDEO and one.begin == 2.0)
    pieces.insert(place + 1, Piece(VIDEO, 1.9, 2.0, is_key=False, size=10))
    given, _ = picked(pieces, Range(2.5, 3))
    assert [one.begin for one in given if one.stream == VIDEO] == [2.0, 2.5, 3.0, 3.5]


def test_other_pictures_begin_with_a_group_too() -> None:
    pieces = recording(0, 2, 4)
    others = [Piece(OTHER, one / 2, (one + 1) / 2, is_key=one % 3 == 0, size=10) for one in range(8)]
    given, _ = picked(sorted([*pieces, *others], key=lambda one: one.begin), Range(2, 4))
    assert [one.begin for one in given if one.stream == OTHER] == [3.0, 3.5]


def test_a_group_is_held_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "MOST_HELD", 30)
    with pytest.raises(CannotError, match="larger than"):
        picked(recording(0, 2, 4), Range(0, 4), Range(0, 4))
    given, _ = picked(recording(0, 2, 4), Range())  # all may be shown, so none needs to be held
    assert len([one for one in given if one.stream == VIDEO]) == 8


def grace(begin: float, until: float, bounds: list[float]) -> float:
    """The recording's last picture may stay beyond the part in which it begins: nothing comes after it."""
    return (until - begin) / 4 - 0.01 if until == bounds[-1] else 0.0


@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=8),
    asked=st.tuples(st.integers(0, 30), st.integers(1, 20)),
    part=st.none() | st.tuples(st.integers(0, 30), st.integers(1, 30)),
    late=st.sampled_from([0.0, 0.3, -0.6, 1.5]),
)
def test_every_run_is_that_of_the_simple_model(
    lengths: list[int], asked: tuple[int, int], part: tuple[int, int] | None, late: float
) -> None:
    bounds = [0.0]
    for length in lengths:
        bounds.append(bounds[-1] + length)
    wanted = Range(asked[0], asked[0] + asked[1])
    allowed = Range() if part is None else Range(part[0], part[0] + part[1])
    limit = inf if allowed.end is None else allowed.end
    start, end = max(wanted.start, allowed.start), min(wanted.end or inf, allowed.end or inf)
    inside = [
        (begin, until)
        for begin, until in itertools.pairwise(bounds)
        if begin < end and until > start and begin >= allowed.start and until - grace(begin, until, bounds) <= limit
    ]
    try:
        if end <= start:
            return
        given, span = picked(recording(*bounds, sound_late=late), Range(start, end), allowed)
    except CannotError:
        assert not inside
        return
    assert (span.start, span.end) == (inside[0][0], min(inside[-1][1], limit))
    assert {one.begin for one in given if one.stream == VIDEO and one.is_key} == {begin for begin, _ in inside}
    sounds = [one.begin for one in given if one.stream == SOUND]
    assert span.end is not None
    assert sounds == [span.start + one / 4 for one in range(floor((span.end - span.start) * 4))]
