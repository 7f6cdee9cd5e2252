"""What may be asked of a recording, and who answers for it (Art. 17, 19)."""

from __future__ import annotations

from uuid import UUID

import pytest

from regulation.access_terms import FieldDenied, Range
from regulation.conversion import (
    MOST_COPIES,
    MOST_MARKS,
    WHOLE,
    Asked,
    Box,
    Cover,
    asked_from,
    check_copies,
    check_item,
    check_people,
    check_recall,
    marks_of,
)
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ONE, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
BOX = Box(0.25, 0.25, 0.5, 0.5)


def asked(**more: object) -> Asked:
    return Asked(ONE, "现场过程", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "item",
    [
        asked(),
        asked(original=False, part=Range(1, 2)),
        asked(sound=True, stills=(0.0, 9.5), muted=(Range(1, 2),), covered=(Cover(Range(0, 10), BOX),)),
        asked(muted=(WHOLE,)),
        asked(part=Range(3, 5), stills=(3.0, 4.9)),
    ],
)
def test_what_is_within_the_recording_may_be_asked(item: Asked) -> None:
    check_item(item, WHOLE, 10)
    check_item(item, WHOLE, None)


@pytest.mark.parametrize(
    ("field", "item"),
    [
        ("proves", Asked(ONE, " ")),
        ("original", asked(original=False)),
        ("range", asked(part=Range(-1, 2))),
        ("range", asked(part=Range(2, 2))),
        ("range", asked(part=Range(float("nan"), 2))),
        ("range", asked(part=Range(1, float("inf")))),
        ("range", asked(part=Range(10, 12))),
        ("stills", asked(stills=(float("nan"),))),
        ("stills", asked(part=Range(3, 5), stills=(5.0,))),
        ("muted", asked(part=Range(3, 5), muted=(Range(2, 4),))),
        ("muted", asked(part=Range(3, 5), muted=(WHOLE,))),
        ("covered", asked(covered=(Cover(Range(4, 3), BOX),))),
        ("covered", asked(covered=(Cover(Range(1, 3), Box(0, 0, 0, 1)),))),
        ("covered", asked(covered=(Cover(Range(1, 3), Box(0.6, 0, 0.5, 1)),))),
        ("covered", asked(covered=(Cover(Range(1, 3), Box(0, 0.6, 1, 0.5)),))),
        ("covered", asked(covered=(Cover(Range(1, 3), Box(0, float("nan"), 1, 0.5)),))),
        ("marks", asked(stills=tuple(one / 100 for one in range(MOST_MARKS + 1)))),
    ],
)
def test_what_is_not_is_refused_by_field(field: str, item: Asked) -> None:
    with pytest.raises(FieldDenied) as refusal:
        check_item(item, WHOLE, 10)
    assert refusal.value.field == field
    assert "Art. 19" in str(refusal.value)


def test_what_was_not_granted_is_refused() -> None:
    with pytest.raises(FieldDenied, match="not granted"):
        check_item(asked(), None, 10)


def test_of_a_granted_part_nothing_else_may_be_asked() -> None:
    granted = Range(2, 6)
    with pytest.raises(FieldDenied, match="Not all"):
        check_item(asked(), granted, 10)
    item = asked(original=False).within(granted)
    assert item.part == granted
    check_item(item, granted, 10)
    with pytest.raises(FieldDenied, match="wholly"):
        check_item(asked(original=False, part=Range(1, 6)), granted, 10)
    assert asked(part=Range(3, 4)).within(granted).part == Range(3, 4)


def test_marks_are_kept_and_read_again() -> None:
    item = asked(
        original=False,
        part=Range(1, 9),
        sound=True,
        stills=(1.5,),
        muted=(Range(2, 3), Range(4)),
        covered=(Cover(Range(5, 6), BOX),),
    )
    assert asked_from(ONE, item.proves, item.part, marks_of(item), original=False) == item
    assert item.is_protected
    assert item.is_clip
    assert not asked().is_protected


@pytest.mark.parametrize(
    ("extractor", "checker", "field"),
    [(ONE, ONE, "checker"), (OTHER, OTHER, "checker"), (THIRD, OTHER, "extractor"), (ONE, THIRD, "checker")],
)
def test_nobody_checks_their_own_work(extractor: UUID, checker: UUID, field: str) -> None:
    with pytest.raises(FieldDenied) as refusal:
        check_people(ONE, extractor, checker, [ONE, OTHER])
    assert refusal.value.field == field


def test_who_asks_may_extract() -> None:
    check_people(ONE, ONE, OTHER, [ONE, OTHER])


@pytest.mark.parametrize(("copies", "granted"), [(0, 2), (3, 2), (1, 0), (MOST_COPIES + 1, MOST_COPIES + 5)])
def test_no_more_copies_than_were_granted(copies: int, granted: int) -> None:
    with pytest.raises(FieldDenied, match=r"Art\. 17"):
        check_copies(copies, granted)
    check_copies(1, 1)


def test_who_signed_and_who_is_above_may_recall() -> None:
    check_recall(ONE, [ONE], [])
    check_recall(ONE, [], [Role.PRINCIPAL_LEADER])
    with pytest.raises(ActionDenied, match="recall"):
        check_recall(ONE, [OTHER], [Role.DEVICE_ADMINISTRATOR])
