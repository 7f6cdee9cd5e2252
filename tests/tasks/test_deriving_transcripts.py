"""What was said, in writing: read strictly from outside, written so that it reads back (Art. 19)."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.access_terms import FieldDenied
from regulation.stated import TranscriptLine
from tasks.deriving import transcripts
from tasks.deriving.transcripts import (
    as_json,
    as_srt,
    as_text,
    as_vtt,
    read_json,
    read_srt,
    read_transcript,
    read_vtt,
)

LINES = (
    TranscriptLine(1.0, 2.5, "执法人员", "请出示证件。"),
    TranscriptLine(3.25, 5.0, "", "A < B & C\n现在是 10:30"),
    TranscriptLine(3_725.004, 3_726.0, "当事人", "好的"),
)
SRT = "1\n00:00:01,000 --> 00:00:02,500\n请出示证件。\n\n2\n00:00:03,250 --> 00:00:05,000\n<i>现在是</i> 10:30\n好\n"


def test_subrip_is_read_as_it_stands() -> None:
    """A colon makes no speaker: it stands in a time of day as well."""
    lines = read_transcript(SRT.encode())
    assert lines == (
        TranscriptLine(1.0, 2.5, "", "请出示证件。"),
        TranscriptLine(3.25, 5.0, "", "现在是 10:30\n好"),
    )
    assert read_srt(SRT.replace("\n", "\r\n").encode("utf-8-sig")) == lines
    assert read_transcript(SRT.encode("utf-16")) == lines


def test_webvtt_is_read_with_its_speakers() -> None:
    vtt = (
        "WEBVTT - a title\nKind: captions\n\nNOTE nobody\nreads this\n\nSTYLE\n::cue {}\n\n"
        "first\n00:01.000 --> 00:02.500 align:start\n<v.loud 甲>你好 &amp; 再见</v>\n<v 乙><b>再见</b>\n\n"
        "01:02:05.004 --> 01:02:06.000\n没有名字\n"
    )
    assert read_transcript(vtt.encode()) == (
        TranscriptLine(1.0, 2.5, "甲", "你好 & 再见"),
        TranscriptLine(1.0, 2.5, "乙", "再见"),
        TranscriptLine(3_725.004, 3_726.0, "", "没有名字"),
    )


def test_json_and_webvtt_read_back_what_was_written() -> None:
    assert read_transcript(as_json(LINES).encode()) == LINES
    assert read_transcript(as_vtt(LINES).encode()) == LINES


def test_subrip_reads_back_every_word() -> None:
    lines = read_transcript(as_srt(LINES).encode())
    assert [(one.start, one.end) for one in lines] == [(one.start, one.end) for one in LINES]
    assert [one.text for one in lines] == ["执法人员：请出示证件。", LINES[1].text, "当事人：好的"]


def test_plain_text_has_a_line_for_each() -> None:
    assert as_text(LINES).splitlines() == [
        "[00:00:01.000] 执法人员：请出示证件。",
        "[00:00:03.250] A < B & C 现在是 10:30",
        "[01:02:05.004] 当事人：好的",
    ]


def test_lines_come_in_the_order_of_their_starts() -> None:
    later, sooner = {"start": 5, "end": 6, "text": "b"}, {"start": 1, "end": 9, "text": "a"}
    assert [one.text for one in read_json(json.dumps({"lines": [later, sooner]}).encode())] == ["a", "b"]


def test_nothing_said_is_a_transcript_too() -> None:
    assert read_transcript(b'{"lines": []}') == read_transcript(b"WEBVTT\n") == read_transcript(b"") == ()


def one(**changed: object) -> bytes:
    return json.dumps({"lines": [{"start": 0, "end": 1, "text": "好"} | changed]}).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\x00\x00", "UTF-8"),
        (b"{", "Line 1, transcript: It is not JSON"),
        (b'{"lines": {}}', "a list"),
        (b'{"lines": [], "more": 1}', "one entry"),
        (b"[]", "one entry"),
        (b'{"lines": [3]}', "Line 1, line: It is an object"),
        (b"[" * 200_000, "JSON"),
        (b'{"lines": [{"start": NaN, "end": 1, "text": "a"}]}', "not JSON"),
        (one(start="0"), "Line 1, start: It is a number"),
        (one(start=True), "Line 1, start: It is a number"),
        (one(end=1e999), "JSON|end"),
        (one(start=-1), "Line 1, start: It is 0 or later"),
        (one(end=0), "Line 1, end: It is after the start"),
        (one(end=10**400), "Line 1, end: It is a number"),
        (one(text=""), "Line 1, text: It has 1 to"),
        (one(text="x" * 2_001), "Line 1, text: It has 1 to"),
        (one(text=None), "Line 1, text: It is a text"),
        (one(text="a\x00b"), "Line 1, text: There is a control character"),
        (one(text="a\u202eb"), "Line 1, text: There is a control character"),
        (b'{"lines": [{"start": 0, "end": 1, "text": "\\ud800"}]}', "Line 1, text: There is a control character"),
        (one(speaker="a\nb"), "Line 1, speaker"),
        (one(speaker="x" * 101), "Line 1, speaker: It has at most"),
        (one(colour="red"), "Line 1, colour: There is no such field"),
        (b"1\nhello\n", "Line 1, time"),
        (b"1\n\n00:00:01,000 --> 00:00:02,000\nx\n", "Line 1, time"),
        (b"\n\n7\n00:00:01,000 -> 00:00:02,000\nx\n", "Line 3, time"),
        (b"1\n00:00:61,000 --> 00:01:02,000\nx\n", "Line 2, start: '00:00:61,000' is no time"),
        (b"1\n00:00:01,000 --> tomorrow\nx\n", "Line 2, end: 'tomorrow' is no time"),
        (b"1\n00:00:02,000 --> 00:00:01,000\nx\n", "Line 2, end: It is after the start"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "Line 2, text: It has 1 to"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>\n", "Line 3, text"),
        (b"WEBVTT\n\n\xe4\xb8\xad --> 00:02.000\nx\n", "Line 3, start"),
    ],
)
def test_what_cannot_be_read_is_refused_by_line_and_field(content: bytes, said: str) -> None:
    with pytest.raises(FieldDenied, match=said) as refused:
        read_transcript(content)
    assert refused.value.diagnostics()["article"] == "Art. 19"
    assert refused.value.field == "transcript"


def test_a_form_that_is_asked_for_is_insisted_on() -> None:
    for read in (read_json, read_vtt):
        with pytest.raises(FieldDenied):
            read(SRT.encode())


def test_sizes_are_limited() -> None:
    with pytest.raises(FieldDenied, match="larger than 5 MB"):
        read_transcript(b" " * (transcripts.MOST_BYTES + 1))
    many = [{"start": 0, "end": 1, "text": "a"}] * (transcripts.MOST_LINES + 1)
    with pytest.raises(FieldDenied, match="more than 20000 lines"):
        read_json(json.dumps({"lines": many}).encode())
    assert len(read_json(json.dumps({"lines": many[1:]}).encode())) == transcripts.MOST_LINES


@pytest.mark.parametrize(
    "unit", [b"<v ", b"<", b"&amp", b"{\\", b"1\n", b"\n", b"00:00:01,000 --> ", b"WEBVTT\n\n<v a", b"-->"]
)
def test_hostile_text_is_answered_in_time(unit: bytes) -> None:
    """The limit is the suite's own: what takes the square of its length takes hours here."""
    for head in (b"", b"WEBVTT\n\n00:01.000 --> 00:02.000\n", b"1\n00:00:01,000 --> 00:00:02,000\n"):
        with contextlib.suppress(FieldDenied):
            read_transcript(head + unit * (4_900_000 // len(unit)))


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1, max_size=60)
KEPT = TEXTS.map(str.strip).filter(bool)
WRITTEN = st.builds(
    lambda start, length, speaker, text: TranscriptLine(start / 1_000, (start + length) / 1_000, speaker, text),
    st.integers(0, 400_000_000),
    st.integers(1, 60_000),
    KEPT | st.just(""),
    KEPT,
)


@given(st.lists(WRITTEN, max_size=6))
def test_whatever_was_said_reads_back(lines: list[TranscriptLine]) -> None:
    ordered = tuple(sorted(lines, key=lambda line: line.start))
    assert read_json(as_json(ordered).encode()) == ordered
    assert read_vtt(as_vtt(ordered).encode()) == ordered


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused(content: bytes) -> None:
    for read in (read_transcript, read_srt, read_vtt, read_json):
        try:
            read(content)
        except FieldDenied as refused:
            assert str(refused)
