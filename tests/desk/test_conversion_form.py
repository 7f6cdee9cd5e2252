"""What somebody types of a conversion is read as they meant it, or quoted back to them beside its field (Art. 19)."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.conversion_form import (
    another,
    covers_typed,
    form_of,
    item_typed,
    keys_in,
    lines_typed,
    ranges_typed,
    read_covers,
    read_item,
    read_lines,
    read_part,
    read_ranges,
    read_seconds,
    seconds_typed,
)
from desk.failing import said
from desk.reader import Form
from regulation.access_terms import FieldDenied, Range
from regulation.conversion import WHOLE, Asked, Box, Cover
from regulation.errors import ActionDenied

RECORDING = "0193a5d0-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ()),
        ("12", (12.0,)),
        ("12, 40.5,1:05", (12.0, 40.5, 65.0)),
        ("１２，４０．５、1：05", (12.0, 40.5, 65.0)),
        ("1:02:03.25;7\n8", (3723.25, 7.0, 8.0)),
        (" , ,3,", (3.0,)),
    ],
)
def test_seconds_are_read(typed: str, meant: tuple[float, ...]) -> None:
    assert read_seconds("stills-x", typed) == meant


@pytest.mark.parametrize(
    "typed", ["one", "-3", "1e9", "nan", "inf", "12-18", "1:2:3:4", "12 13", "9999999", "١٢x", "+3"]
)
def test_what_is_no_second_is_quoted_beside_its_field(typed: str) -> None:
    with pytest.raises(FieldDenied) as denied:
        read_seconds("stills-x", typed)
    assert denied.value.field == "stills-x"
    assert denied.value.article == "Art. 19"
    assert denied.value.message.startswith("“")
    assert said(denied.value, "zh").endswith("时间写作 12、12.5 或者 1:05，多个之间用逗号分开。")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12-18, 40-44.5", (Range(12, 18), Range(40, 44.5))),
        ("0:12–1:00：", None),
        ("12 至 18、1:00—1:05", (Range(12, 18), Range(60, 65))),
        ("12-", (Range(12, None),)),
        ("-12", (Range(0, 12),)),
        ("18-12", (Range(18, 12),)),
    ],
)
def test_ranges_are_read(typed: str, meant: tuple[Range, ...] | None) -> None:
    if meant is None:
        with pytest.raises(FieldDenied, match="A range is written as"):
            read_ranges("muted-x", typed)
    else:
        assert read_ranges("muted-x", typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12-18:0.1,0.2,0.3,0.3", (Cover(Range(12, 18), Box(0.1, 0.2, 0.3, 0.3)),)),
        ("0:12-0:18：0.1，0.2，0.3，0.3", (Cover(Range(12, 18), Box(0.1, 0.2, 0.3, 0.3)),)),
        ("0,0,.5,1", (Cover(WHOLE, Box(0, 0, 0.5, 1)),)),
        (
            "1-2:0,0,1,1\n\n3-4:0.5,0.5,0.5,0.5",
            (Cover(Range(1, 2), Box(0, 0, 1, 1)), Cover(Range(3, 4), Box(0.5, 0.5, 0.5, 0.5))),
        ),
    ],
)
def test_covered_parts_are_read(typed: str, meant: tuple[Cover, ...]) -> None:
    assert read_covers("covered-x", typed) == meant


NO_COVERS = [
    "12-18",
    "12-18:0.1,0.2,0.3",
    "12-18:a,b,c,d",
    "12:0,0,1,1",
    "12-18:0,0,1,1,1",
    "x-y:0,0,1,1",
    "1-2:-1,0,1,1",
]


@pytest.mark.parametrize("typed", NO_COVERS)
def test_what_covers_nothing_is_quoted(typed: str) -> None:
    with pytest.raises(FieldDenied) as denied:
        read_covers("covered-x", typed)
    assert typed[:40] in denied.value.message


def test_a_part_is_read_from_two_fields() -> None:
    assert read_part("range-x", "", "") == WHOLE
    assert read_part("range-x", "1:00", "") == Range(60, None)
    assert read_part("range-x", "", "90") == Range(0, 90)
    with pytest.raises(FieldDenied, match="now"):
        read_part("range-x", "now", "90")


def test_what_is_far_too_long_is_not_looked_at() -> None:
    with pytest.raises(FieldDenied) as denied:
        read_seconds("stills-x", "1," * 10_000)
    assert len(denied.value.message) < 200


def test_an_item_of_its_own_words_and_one_of_what_all_prove() -> None:
    form = Form({"proves": ["占道经营"], f"original-{RECORDING}": ["yes"], f"sound-{RECORDING}": ["1"]})
    asked = read_item(form, RECORDING)
    assert (asked.proves, asked.original, asked.sound, asked.part) == ("占道经营", True, True, WHOLE)
    assert read_item(Form({**form.fields, f"proves-{RECORDING}": ["拒不改正"]}), RECORDING).proves == "拒不改正"


def test_a_second_part_of_a_recording_has_fields_of_its_own() -> None:
    second = another([RECORDING], RECORDING)
    assert second == f"{RECORDING}.2"
    assert another([RECORDING, second], RECORDING) == f"{RECORDING}.3"
    form = Form({"item": [RECORDING, second, second], f"start-{second}": ["5"], f"end-{second}": ["9"]})
    assert keys_in(form) == [RECORDING, second]
    assert read_item(form, second).part == Range(5, 9)
    with pytest.raises(FieldDenied, match="no such recording"):
        keys_in(Form({"item": ["../../etc/passwd"]}))


SECONDS = st.integers(0, 10**7).map(lambda thousandths: thousandths / 1000)
RANGES = st.tuples(SECONDS, st.none() | SECONDS).map(lambda pair: Range(*pair))
SIDES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
COVERS = st.builds(Cover, RANGES, st.builds(Box, SIDES, SIDES, SIDES, SIDES))


@given(
    st.builds(
        Asked,
        st.just(UUID(RECORDING)),
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
        st.booleans(),
        RANGES,
        st.booleans(),
        st.lists(SECONDS, max_size=5).map(tuple),
        st.lists(RANGES, max_size=5).map(tuple),
        st.lists(COVERS, max_size=5).map(tuple),
    )
)
def test_what_was_asked_is_read_again_as_it_was_asked(asked: Asked) -> None:
    assert read_item(Form(item_typed(RECORDING, asked)), RECORDING) == asked


def test_it_is_shown_as_people_write_it() -> None:
    assert seconds_typed((12.0, 40.5)) == "12, 40.5"
    assert ranges_typed((Range(12, 18), Range(40, None))) == "12-18, 40-"
    assert covers_typed((Cover(WHOLE, Box(0, 0.25, 1, 0.5)),)) == "0,0.25,1,0.5"


def test_lines_of_speech_are_read() -> None:
    text = "12-18 | 执法人员 | 请出示证件。\n\n0:20 – 0:25.5 ｜｜ 不在 | 家里"
    assert read_lines(text) == [(12, 18, "执法人员", "请出示证件。"), (20, 25.5, "", "不在 | 家里")]
    assert read_lines(lines_typed([list(one) for one in read_lines(text)])) == read_lines(text)


def test_imported_lines_are_shown_each_on_one_line() -> None:
    assert lines_typed([[1.0, 2.5, "甲|乙", "第一行\n第二行"]]) == "1-2.5 | 甲/乙 | 第一行 第二行"


@pytest.mark.parametrize(
    "line", ["请出示证件", "12-18 | 执法人员", "12-18 | 执法人员 | ", "12- | 甲 | 好", "x-y | 甲 | 好"]
)
def test_a_line_that_is_none_is_quoted(line: str) -> None:
    with pytest.raises(FieldDenied) as denied:
        read_lines(f"1-2 | 甲 | 好\n{line}")
    assert denied.value.field == "lines"
    assert line.strip()[:3] in denied.value.message


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("\ufeffWEBVTT\n", "vtt"),
        (' {"lines": []}', "json"),
        ("1\n00:00:01,000 --> 00:00:02,000\n好", "srt"),
        ("1-2 | 甲 | 好", None),
    ],
)
def test_the_form_of_what_was_pasted_is_seen(text: str, form: str | None) -> None:
    assert form_of(text) == form


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        ("It must be 1 to 2: so many copies were granted.", "份数须为 1 至 2，不超过授权的份数。"),
        ("A conversion that is draft cannot be signed.", "证据转换目前的状态不能办理此事项。"),
        ("There is no second 70.0 in what is asked for.", "所选范围内没有第 70.0 秒。"),
        ("Copies 1 to 2 were issued.", "只签发了 2 份。"),
        ("The statement does not say: 提取人 extractor.", "附文字说明尚缺：提取人 extractor。"),
        ("A line has 1 to 2000 characters: second 3.", "第 3 秒的一行须为 1 至 2000 字。"),
        ("Line 3, start: It is no time.", "第 3 行（start）不能读取：It is no time."),
    ],
)
def test_what_is_refused_with_numbers_is_said_in_chinese(message: str, chinese: str) -> None:
    assert said(ActionDenied(message), "zh") == chinese
