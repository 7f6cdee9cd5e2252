"""What is said in a recording is written down at the desk, and what a machine wrote is confirmed by somebody
(Art. 19; 法释〔2002〕21号 第十二条)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from registry.queries.conversion import lines_of, transcripts_of
from registry.tables import Origin
from tests.fixtures.conversion_desk import ConversionDesk
from tests.fixtures.counter import Browser

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)

SRT = "1\n00:00:12,000 --> 00:00:18,000\n请出示证件。\n\n2\n00:00:20,500 --> 00:00:22,000\n没有带。\n"
VTT = "WEBVTT\n\n00:12.000 --> 00:18.000\n<v 执法人员>请出示证件。\n"
JSON = '{"lines": [{"start": 1, "end": 2.5, "speaker": "甲", "text": "好"}]}'


@pytest.fixture
def one(conversion_desk: ConversionDesk) -> UUID:
    """A conversion that waits for its extraction."""
    return conversion_desk.converting.submitted("video")


def place_of(desk: ConversionDesk, one: UUID) -> str:
    return f"{desk.place(one)}/transcripts/{desk.recording('video')}"


def written(desk: ConversionDesk, one: UUID) -> Any:
    with desk.converting.city.registry.reading() as reading:
        return transcripts_of(reading.connection(), one).get(desk.converting.recording("video"))


def write(browser: Browser, place: str, text: str, **more: str) -> str:
    browser.open(place)
    return browser.press(place, do="write", text=text, **more)


def test_lines_are_typed_and_vouched_for_at_once(conversion_desk: ConversionDesk, one: UUID) -> None:
    officer = conversion_desk.browser("A1")
    place = place_of(conversion_desk, one)
    page = write(officer, place, "0:12-18 | 执法人员 | 请出示证件。\n20-22 | | <b>没有带</b>")
    assert "已确认" in page
    assert "人工记录" in page
    assert "<b>没有带</b>" not in officer.shown
    found = written(conversion_desk, one)
    assert found.origin is Origin.WRITTEN
    assert list(lines_of(found)) == [[12.0, 18.0, "执法人员", "请出示证件。"], [20.0, 22.0, "", "<b>没有带</b>"]]
    assert "12-18 | 执法人员 | 请出示证件。" in page, "it stands in the form to be put right"


@pytest.mark.parametrize(("text", "lines"), [(SRT, 2), (VTT, 1), (JSON, 1)])
def test_what_is_pasted_waits_for_somebody_to_confirm_it(
    conversion_desk: ConversionDesk, one: UUID, text: str, lines: int
) -> None:
    place = place_of(conversion_desk, one)
    page = write(conversion_desk.browser("A1"), place, text)
    assert "未经人确认" in page
    assert "导入" in page
    assert len(list(lines_of(written(conversion_desk, one)))) == lines
    checker = conversion_desk.browser("A2")
    page = checker.open(place)
    shown = re.search(r'name="transcript" value="([^"]+)"', page)
    assert shown is not None
    page = checker.press(place, do="confirm", transcript=shown[1])
    assert "已确认" in page
    assert written(conversion_desk, one).confirmed_by_id == conversion_desk.converting.person("A2")


@pytest.mark.parametrize("text", ["0:12-18 | 甲 | 好😀", "0:12-18 | 甲😀 | 好", JSON.replace("好", "好😀")])
def test_what_no_paper_can_show_is_refused_where_it_is_typed(
    conversion_desk: ConversionDesk, one: UUID, text: str
) -> None:
    officer, place = conversion_desk.browser("A1"), place_of(conversion_desk, one)
    officer.open(place)
    refused = officer.fill(place, do="write", text=text)
    assert refused.status_code == 422
    assert "无法显示“😀 (U+1F600)”" in refused.text
    assert written(conversion_desk, one) is None


def test_what_was_entered_meanwhile_is_not_confirmed(conversion_desk: ConversionDesk, one: UUID) -> None:
    place, checker = place_of(conversion_desk, one), conversion_desk.browser("A2")
    write(checker, place, SRT)
    seen = str(written(conversion_desk, one).id)
    conversion_desk.converting.city.wait(seconds=1)
    write(conversion_desk.browser("A1"), place, VTT)
    assert checker.fill(place, do="confirm", transcript=seen).status_code == 422
    assert written(conversion_desk, one).confirmed_at is None


def test_a_machines_words_are_marked_so(conversion_desk: ConversionDesk, one: UUID) -> None:
    page = write(conversion_desk.browser("A1"), place_of(conversion_desk, one), "1-2 | 甲 | 好", machine="1")
    assert "机器识别" in page
    assert written(conversion_desk, one).confirmed_at is None


def test_that_nothing_is_said_has_to_be_said(conversion_desk: ConversionDesk, one: UUID) -> None:
    place, officer = place_of(conversion_desk, one), conversion_desk.browser("A1")
    officer.open(place)
    refused = officer.fill(place, do="write", text=" ")
    assert refused.status_code == 422
    assert 'id="wrong-lines"' in refused.text
    page = officer.press(place, do="write", text="", nothing="1")
    assert "声音中没有可记录的语言内容" in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("请出示证件", "“请出示证件”：每行写作：起-止 | 发言人 | 内容。"),
        ("18-12 | 甲 | 好", "起止时间不正确"),
        ("1\n00:00:12,000 --> soon\n好", "第 2 行"),
        ('{"lines": 3}', "transcript"),
        ("1-2 | 甲 | " + "好" * 2001, "字"),
    ],
)
def test_what_cannot_be_read_is_still_there_beside_the_reason(
    conversion_desk: ConversionDesk, one: UUID, text: str, sentence: str
) -> None:
    place, officer = place_of(conversion_desk, one), conversion_desk.browser("A1")
    officer.open(place)
    refused = officer.fill(place, do="write", text=text, machine="1")
    assert refused.status_code == 422
    assert sentence in refused.text
    assert text.splitlines()[-1].replace('"', "&#34;") in refused.text
    assert 'name="machine" value="1" checked' in refused.text
    assert written(conversion_desk, one) is None


def test_a_long_hearing_goes_through_the_form(conversion_desk: ConversionDesk, one: UUID) -> None:
    text = "\n".join(f"{n}-{n + 1} | 执法人员 | 请您说明当时的经过，越详细越好。" for n in range(1500))
    officer, place = conversion_desk.browser("A1"), place_of(conversion_desk, one)
    page = officer.open(place)
    assert 'enctype="multipart/form-data"' in page
    fields = {"form_key": officer.key(), "do": "write", "text": text}
    answer = officer.post(place, files={name: (None, value) for name, value in fields.items()})
    assert answer.status_code == 303, answer.text
    assert len(list(lines_of(written(conversion_desk, one)))) == 1500


def test_others_read_and_do_not_write(conversion_desk: ConversionDesk, one: UUID) -> None:
    place = place_of(conversion_desk, one)
    write(conversion_desk.browser("A1"), place, "1-2 | 甲 | 好")
    leader = conversion_desk.browser("L3")
    page = leader.open(place)
    assert "好" in page
    assert 'name="text"' not in page
    assert leader.fill(place, do="write", text="1-2 | 甲 | 坏").status_code == 422
    other = conversion_desk.recording("photo")
    assert leader.get(f"{conversion_desk.place(one)}/transcripts/{other}").status_code == 404


def test_once_it_is_checked_nothing_is_written_any_more(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.to_sign("video")
    place, officer = place_of(conversion_desk, one), conversion_desk.browser("A1")
    assert 'name="text"' not in officer.open(place)
    assert officer.fill(place, do="write", text="1-2 | 甲 | 好").status_code == 422
