"""How long, how often, how much: a leader may give less than was asked, never more (Art. 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.access_terms import (
    LONGEST_TEXT,
    FieldDenied,
    Given,
    Range,
    Terms,
    check_asked,
    check_given,
    check_range,
    check_text,
    granted,
    narrowest,
)
from regulation.policy import CITY_POLICY

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
HOUR, TICK = timedelta(hours=1), timedelta.resolution
ASKED = Terms(NOW, NOW + 100 * HOUR, 5, 2)
WHOLE = Range()


# Texts and parts


@pytest.mark.parametrize("text", ["复核", "x" * LONGEST_TEXT, "\n 复核 \t"])
def test_a_text_is_kept_without_its_blanks(text: str) -> None:
    assert check_text("purpose", text) == text.strip()


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (LONGEST_TEXT + 1)])
def test_no_text_and_a_novel_are_refused_and_the_field_is_named(text: str) -> None:
    with pytest.raises(FieldDenied, match=r"Art\. 17") as refused:
        check_text("purpose", text)
    assert (refused.value.field, refused.value.subject) == ("purpose", "purpose")


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("part", "duration", "fits"),
    [
        (WHOLE, None, True),
        (WHOLE, 60.0, True),
        (Range(0, 60), 60.0, True),
        (Range(59.9), 60.0, True),
        (Range(10, 90), 60.0, True),  # to its end, which is sooner
        (Range(60), 60.0, False),
        (Range(60), None, True),
        (Range(-0.1), None, False),
        (Range(5, 5), None, False),
        (Range(5, 4), 60.0, False),
        (WHOLE, 0.0, False),
        (Range(NAN), None, False),
        (Range(0, NAN), None, False),
        (Range(INF), None, False),
        (Range(0, INF), None, False),
    ],
)
def test_a_part_is_some_of_the_recording(part: Range, duration: float | None, fits: bool) -> None:
    if fits:
        check_range(part, duration)
        return
    with pytest.raises(FieldDenied) as refused:
        check_range(part, duration)
    assert refused.value.field == "range"


@pytest.mark.parametrize(
    ("part", "whole", "within"),
    [
        (WHOLE, WHOLE, True),
        (Range(1, 2), WHOLE, True),
        (Range(1), WHOLE, True),
        (Range(1, 2), Range(1, 2), True),
        (Range(1), Range(1, 2), False),
        (Range(1, 2.1), Range(1, 2), False),
        (Range(0.9, 2), Range(1, 2), False),
        (WHOLE, Range(0, 9), False),
    ],
)
def test_within(part: Range, whole: Range, within: bool) -> None:
    assert part.within(whole) is within


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (WHOLE, WHOLE, WHOLE),
        (Range(1, 5), Range(3), Range(3, 5)),
        (Range(1, 5), Range(3, 9), Range(3, 5)),
        (Range(1, 5), Range(5, 9), None),
        (Range(1, 5), Range(6), None),
        (Range(1, 5), Range(2, 3), Range(2, 3)),
    ],
)
def test_overlap(one: Range, other: Range, both: Range | None) -> None:
    assert one.overlap(other) == other.overlap(one) == both


# What is asked for


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"valid_from": NOW - 1000 * HOUR}, None),  # what is over counts for nothing
        ({"valid_until": NOW + TICK}, None),
        ({"valid_until": NOW}, "valid_until"),
        ({"valid_until": NOW - TICK}, "valid_until"),
        ({"valid_from": NOW + 100 * HOUR}, "valid_until"),
        ({"valid_from": NOW + 101 * HOUR}, "valid_until"),
        ({"valid_until": NOW + 720 * HOUR}, None),
        ({"valid_until": NOW + 720 * HOUR + TICK}, "valid_until"),
        ({"valid_from": NOW + 99 * HOUR, "valid_until": NOW + 819 * HOUR}, None),
        ({"valid_from": NOW - HOUR, "valid_until": NOW + 720 * HOUR + TICK}, "valid_until"),
        ({"views": 0}, "views"),
        ({"views": 1}, None),
        ({"views": 50}, None),
        ({"views": 51}, "views"),
        ({"copies": -1}, "copies"),
        ({"copies": 0}, None),
        ({"copies": 10}, None),
        ({"copies": 11}, "copies"),
    ],
)
def test_what_may_be_asked_for(change: dict[str, datetime | int], field: str | None) -> None:
    asked = replace(ASKED, **change)  # type: ignore[arg-type]
    if field is None:
        check_asked(asked, CITY_POLICY, ZONE, NOW)
        return
    with pytest.raises(FieldDenied) as refused:
        check_asked(asked, CITY_POLICY, ZONE, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin"])
@pytest.mark.parametrize("start", ["2026-01-31T16:00", "2028-02-28T23:59", "2026-03-28T12:00", "2026-12-31T15:59"])
def test_the_longest_time_is_elapsed_hours_whatever_the_calendar_does(zone: str, start: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    asked = Terms(begin, begin + 720 * HOUR, 1, 0)
    check_asked(asked, CITY_POLICY, ZoneInfo(zone), begin)
    with pytest.raises(FieldDenied, match="720 hours"):
        check_asked(replace(asked, valid_until=asked.valid_until + TICK), CITY_POLICY, ZoneInfo(zone), begin)


# What is given


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"valid_from": NOW - TICK}, "valid_from"),
        ({"valid_from": NOW + HOUR}, None),
        ({"valid_until": ASKED.valid_until + TICK}, "valid_until"),
        ({"valid_until": NOW}, "valid_until"),
        ({"valid_from": ASKED.valid_until}, "valid_until"),
        ({"valid_until": NOW + TICK}, None),
        ({"views": 6}, "views"),
        ({"views": 0}, "views"),
        ({"views": 1}, None),
        ({"copies": 3}, "copies"),
        ({"copies": -1}, "copies"),
        ({"copies": 0}, None),
    ],
)
def test_less_may_be_given_and_never_more_nor_nothing(change: dict[str, datetime | int], field: str | None) -> None:
    terms = replace(ASKED, **change)  # type: ignore[arg-type]
    if field is None:
        check_given(terms, ASKED)
        return
    with pytest.raises(FieldDenied) as refused:
        check_given(terms, ASKED)
    assert refused.value.field == field


hours = st.integers(0, 100)
all_terms = st.builds(
    lambda start, end, views, copies: Terms(NOW + start * HOUR, NOW + end * HOUR, views, copies),
    hours,
    hours,
    st.integers(0, 6),
    st.integers(0, 3),
)


def is_no_more(terms: Terms, than: Terms) -> bool:
    return (
        terms.valid_from >= than.valid_from
        and terms.valid_until <= than.valid_until
        and terms.views <= than.views
        and terms.copies <= than.copies
    )


@given(st.lists(all_terms, min_size=1, max_size=5))
def test_of_several_the_narrowest_counts_and_nothing_narrower_than_it_must_be(terms: list[Terms]) -> None:
    least = narrowest(terms)
    assert all(is_no_more(least, one) for one in terms)
    assert least.valid_from in {one.valid_from for one in terms}
    assert least.valid_until in {one.valid_until for one in terms}
    assert (least.views, least.copies) == (min(one.views for one in terms), min(one.copies for one in terms))
    assert narrowest(reversed(terms)) == narrowest([*terms, least]) == least


@given(all_terms)
def test_what_passes_as_given_is_no_more_than_was_asked(terms: Terms) -> None:
    try:
        check_given(terms, ASKED)
    except FieldDenied:
        assert not is_no_more(terms, ASKED) or terms.views < 1 or terms.valid_from >= terms.valid_until
    else:
        assert is_no_more(terms, ASKED)


ITEMS = [uuid4() for _ in range(3)]
parts = st.builds(
    lambda start, length: Range(start, None if length is None else start + length),
    st.integers(0, 9),
    st.none() | st.integers(1, 9),
)
gives = st.none() | st.builds(lambda found: Given(ASKED, found), st.dictionaries(st.sampled_from(ITEMS), parts))
steps = st.lists(st.tuples(st.lists(st.sampled_from(ITEMS), unique=True), gives), max_size=4)


@given(st.dictionaries(st.sampled_from(ITEMS), parts), steps)
def test_an_item_is_granted_as_far_as_all_steps_that_name_it_give_it(
    asked: dict[UUID, Range], given_steps: list[tuple[list[UUID], Given | None]]
) -> None:
    left = granted(asked, given_steps)
    for item in ITEMS:
        for moment in (second + 0.5 for second in range(20)):
            wanted = item in asked and covers(asked[item], moment)
            agreed = all(
                found is not None and item in found.parts and covers(found.parts[item], moment)
                for named, found in given_steps
                if item in named
            )
            assert (item in left and covers(left[item], moment)) is (wanted and agreed)


def covers(part: Range, moment: float) -> bool:
    return part.start <= moment and (part.end is None or moment < part.end)


def test_what_one_step_denies_no_other_brings_back() -> None:
    asked = dict.fromkeys(ITEMS, WHOLE)
    everything = Given(ASKED, asked)
    assert granted(asked, []) == asked
    assert granted(asked, [(ITEMS, everything)]) == asked
    assert granted(asked, [(ITEMS[:1], None), (ITEMS, everything)]) == dict.fromkeys(ITEMS[1:], WHOLE)
    assert granted(asked, [(ITEMS, Given(ASKED, {}))]) == {}
