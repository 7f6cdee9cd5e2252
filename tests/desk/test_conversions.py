"""An evidence conversion at the desk: written down, extracted, checked, signed, each by whom it is theirs (Art. 19)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from deployments.drafts import unshowable
from registry.tables import Origin
from registry.transitions import conversion
from registry.transitions.conversion import Output, enter_reading
from regulation.access_terms import Range
from regulation.conversion import MOST_ITEMS, Asked, Carrier
from regulation.conversion_states import ConversionState
from tests.fixtures.access import Access
from tests.fixtures.conversion import with_grant
from tests.fixtures.conversion_desk import ConversionDesk, open_conversion_desk, step_in
from tests.fixtures.counter import BASE, Browser, Counter

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BAD = "<script>alert(1)</script>"


def new_page(desk: ConversionDesk, browser: Browser) -> str:
    return browser.open(f"/conversions/new?grant={desk.converting.grant_id}")


def answer(browser: Browser, place: str, do: str, reason: str) -> str:
    return browser.press(place, do=do, step=step_in(browser.open(place)), reason=reason)


def test_a_conversion_is_gone_through_at_the_desk(conversion_desk: ConversionDesk) -> None:
    officer, checker, leader = (conversion_desk.browser(who) for who in ("A1", "A2", "L2"))
    page = new_page(conversion_desk, officer)
    assert '<option value="案-2026-7">' in page
    assert 'value="A1"' in page, "the extractor is usually who asks"
    page = officer.press("/conversions/new", **conversion_desk.fields("video", "photo", do="submit"))
    (one,) = conversion_desk.converting.all()
    place = f"/conversions/{one.number}"
    assert one.state is ConversionState.EXTRACTION
    assert conversion_desk.followed == [one.number]
    assert one.number in officer.open("/inbox")
    assert one.number not in checker.open("/inbox")
    assert "制作中" in answer(officer, place, "extract", "从保管库原件提取")
    conversion_desk.made(one.id)
    assert one.number in checker.open("/inbox")
    assert one.number in checker.open("/conversions")
    assert "待签发" in answer(checker, place, "check", "与原件一致")
    assert one.number not in checker.open("/inbox")
    assert one.number in leader.open("/inbox")
    page = leader.open(place)
    assert "部门负责人：职位空缺" in page, "seats that were passed over are shown"
    assert "第十九条" in page
    assert "封装中" in answer(leader, place, "sign", "同意")
    conversion_desk.pack(one.id)
    page = officer.open(place)
    assert "已签发" in page
    assert "从保管库原件提取" in page
    assert conversion_desk.followed == [one.number] * 4
    assert conversion_desk.converting.problems() == []


def test_a_draft_is_nobodys_until_it_is_handed_in(conversion_desk: ConversionDesk) -> None:
    officer = conversion_desk.browser("A1")
    new_page(conversion_desk, officer)
    page = officer.press("/conversions/new", **conversion_desk.fields())
    assert "草稿" in page
    assert conversion_desk.followed == [], "a draft has no run"
    number = conversion_desk.converting.all()[0].number
    assert number not in conversion_desk.browser("A2").open("/conversions")
    officer.press(f"/conversions/{number}", do="submit")
    assert conversion_desk.followed == [number]
    assert number in conversion_desk.browser("A2").open("/conversions")


def test_every_mark_that_is_typed_is_asked_for(conversion_desk: ConversionDesk) -> None:
    officer, one = conversion_desk.browser("A1"), conversion_desk.recording("video")
    new_page(conversion_desk, officer)
    marks = {
        f"start-{one}": "0:05", f"end-{one}": "50", f"sound-{one}": "1", f"stills-{one}": "12, 40.5",
        f"muted-{one}": "12-18, 40-44.5", f"covered-{one}": "12-18:0.1,0.2,0.3,0.3",
    }  # fmt: skip
    page = officer.press("/conversions/new", **conversion_desk.fields(**marks))
    (item,) = conversion_desk.converting.items(conversion_desk.converting.all()[0].id)
    assert (item.original, item.start_second, item.end_second) == (True, 5.0, 50.0)
    assert item.marks == {
        "sound": True,
        "stills": [12.0, 40.5],
        "muted": [[12.0, 18.0], [40.0, 44.5]],
        "covered": [[12.0, 18.0, 0.1, 0.2, 0.3, 0.3]],
    }
    assert "消音 12-18, 40-44.5" in page
    number = conversion_desk.converting.all()[0].number
    page = officer.open(f"/conversions/{number}/edit")
    for typed in ("12, 40.5", "12-18, 40-44.5", "12-18:0.1,0.2,0.3,0.3"):
        assert typed in page, "what was asked stands in the form"


def test_as_much_as_one_conversion_takes_is_typed_and_handed_in(conversion_desk: ConversionDesk) -> None:
    officer, one = conversion_desk.browser("A1"), conversion_desk.recording("video")
    new_page(conversion_desk, officer)
    keys = [f"{one}.{number}" if number else str(one) for number in range(MOST_ITEMS)]
    typed = {f"{name}-{key}": "" for key in keys for name in ("original", "sound", "stills", "muted", "covered")}
    spans = {f"start-{key}": f"{number / 10}" for number, key in enumerate(keys)}
    spans |= {f"end-{key}": f"{number / 10 + 1}" for number, key in enumerate(keys)}
    proves = {f"proves-{key}": f"第 {number} 处占道经营的情况，以及当事人的陈述" for number, key in enumerate(keys)}
    fields = conversion_desk.fields(item=keys, recording=keys, do="submit", **typed, **spans, **proves)
    officer.press("/conversions/new", **fields)
    (made,) = conversion_desk.converting.all()
    assert made.state is ConversionState.EXTRACTION
    assert len(conversion_desk.converting.items(made.id)) == MOST_ITEMS


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"case": "没有"}, "case", "没有该编号的案卷"),
        ({"cause": " "}, "cause", "请填写"),
        ({"checker": "A1"}, "checker", "复核人不能是申请人或者提取人"),
        ({"checker": "X9"}, "checker", "没有使用该执法证号的人员"),
        ({"extractor": ""}, "extractor", "没有使用该执法证号的人员"),
        ({"copies": "3"}, "copies", "份数须为 1 至 2"),
        ({"copies": "两份"}, "copies", "数字不正确"),
        ({"carrier": "磁带"}, "carrier", "请选择一项"),
        ({"recording": [], "proves-?": ""}, "recordings", "请选择资料"),
        ({"recording": []}, "proves-?", "没有勾选这条资料"),
        ({"proves-?": "", "proves": ""}, "proves-?", "请填写"),
        ({"proves-?": "已整改😀"}, "proves-?", "😀 (U+1F600)"),
        ({"proves-?": "", "proves": "已整改😀"}, "proves", "😀 (U+1F600)"),
        ({"cause": "占道\u202e经营"}, "cause", "U+202E"),
        ({"stills-?": "第三秒"}, "stills-?", "“第三秒”：时间写作"),
        ({"stills-?": "5", "start-?": "10"}, "stills-?", "所选范围内没有第 5.0 秒"),
        ({"muted-?": "18"}, "muted-?", "“18”：时段写作"),
        ({"muted-?": "50-70", "end-?": "60"}, "muted-?", "时段超出了授权或者所选片段的范围"),
        ({"covered-?": "12-18"}, "covered-?", "“12-18”：遮挡写作"),
        ({"covered-?": "12-18:0.9,0.2,0.3,0.3"}, "covered-?", "遮挡位置超出了画面"),
        ({"start-?": "70"}, "range-?", "起始时间超过了资料的时长"),
        ({"start-?": "9", "end-?": "3"}, "range-?", "起止时间不正确"),
        ({"original-?": "no"}, "original-?", "请选择提交原件，或者填写片段的起止时间"),
        ({"stills-?": ", ".join(map(str, [*range(50), *range(51)]))}, "marks-?", "合计不超过 100 处"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_everything_typed_is_still_there(
    conversion_desk: ConversionDesk, more: dict[str, Any], field: str, sentence: str
) -> None:
    officer, one = conversion_desk.browser("A1"), conversion_desk.recording("video")
    new_page(conversion_desk, officer)
    typed = {name.replace("?", one): value for name, value in more.items()}
    typed = {"cause": BAD, f"proves-{one}": "当事人拒不改正", "carrier": "bd-r"} | typed
    refused = officer.fill("/conversions/new", **conversion_desk.fields(**typed))
    assert refused.status_code == 422
    place = field.replace("?", one)
    assert f'id="wrong-{place}"' in refused.text
    assert sentence in refused.text.partition(f'id="wrong-{place}"')[2][:200]
    assert f'aria-describedby="wrong-{place}"' in refused.text or field.startswith(("marks", "recordings"))
    assert BAD not in refused.text
    for name, value in typed.items():
        if isinstance(value, str) and value.strip() and name not in ("cause", "carrier"):
            assert value in refused.text, name
    assert conversion_desk.converting.all() == []


def test_lines_are_kept_as_lines_and_tabs_as_blanks(conversion_desk: ConversionDesk) -> None:
    officer, one = conversion_desk.browser("A1"), conversion_desk.recording("video")
    new_page(conversion_desk, officer)
    officer.press("/conversions/new", **conversion_desk.fields(**{f"proves-{one}": "占道经营；\r\n拒不改正\t（两次）"}))
    [made] = conversion_desk.converting.all()
    kept = conversion_desk.converting.items(made.id)[0].proves
    assert kept == "占道经营；\n拒不改正 （两次）"
    assert unshowable(None, kept) == ""


def test_a_name_that_no_paper_can_show_is_told_before_anybody_signs(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    officer, place = conversion_desk.browser("A1"), conversion_desk.place(one)
    assert "纸质文件无法显示的字符" not in officer.open(place)
    conversion_desk.converting.city.tamper("person", "UPDATE person SET name = '王𪚥' WHERE number = 'A2'")
    page = officer.open(place)
    assert "纸质文件无法显示的字符" in page
    assert "U+2A6A5" in page
    conversion_desk.doors(unshowable=lambda _text: "")
    assert "U+2A6A5" not in officer.open(place), "once a font has it"


def test_a_reason_that_no_paper_can_show_is_refused_where_it_is_typed(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    officer, place = conversion_desk.browser("A1"), conversion_desk.place(one)
    refused = officer.fill(place, do="extract", step=step_in(officer.open(place)), reason="提取完毕😀")
    assert refused.status_code == 422
    assert "无法显示“😀 (U+1F600)”" in refused.text
    assert conversion_desk.converting.row(one).state is ConversionState.EXTRACTION


def test_two_parts_of_one_recording(conversion_desk: ConversionDesk) -> None:
    officer, one = conversion_desk.browser("A1"), conversion_desk.recording("video")
    new_page(conversion_desk, officer)
    fields = conversion_desk.fields(more=one, cause="占道经营现场")
    shown = officer.fill("/conversions/new", **fields)
    assert shown.status_code == 200
    assert f'id="start-{one}.2"' in shown.text
    assert "占道经营现场" in shown.text
    second = {f"{name}-{one}.2": text for name, text in (("start", "5"), ("end", "9"), ("proves", "拒不改正"))}
    both = [one, f"{one}.2"]
    officer.press("/conversions/new", **conversion_desk.fields(item=both, recording=both, **second))
    items = conversion_desk.converting.items(conversion_desk.converting.all()[0].id)
    assert [(item.original, item.start_second, item.end_second) for item in items] == [(True, 0, None), (False, 5, 9)]
    page = officer.open(f"/conversions/{conversion_desk.converting.all()[0].number}/edit")
    assert f'id="start-{one}.2"' in page


def test_a_part_that_was_granted_is_all_that_can_be_asked_for(
    access_city: Access, counter: Counter, tmp_path: Any
) -> None:
    converting = with_grant(access_city, "video", parts={"video": Range(10, 40)})
    desk = open_conversion_desk(converting, counter, tmp_path / "packages")
    officer, one = desk.browser("A1"), desk.recording("video")
    page = new_page(desk, officer)
    assert f"original-{one}" not in page, "the original is not offered"
    assert "授权部分：10–40" in page
    refused = officer.fill("/conversions/new", **desk.fields(**{f"original-{one}": "yes"}))
    assert "该资料只获部分授权，不能提交原件" in refused.text
    officer.press("/conversions/new", **desk.fields(**{f"original-{one}": ""}))
    (item,) = converting.items(converting.all()[0].id)
    assert (item.start_second, item.end_second) == (10, 40)


def test_it_is_sent_back_changed_and_handed_in_again(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    place, officer = conversion_desk.place(one), conversion_desk.browser("A1")
    conversion_desk.converting.extract(one)
    conversion_desk.made(one)
    checker = conversion_desk.browser("A2")
    assert checker.fill(place, do="send-back", step=step_in(checker.open(place)), reason=" ").status_code == 422
    page = answer(checker, place, "send-back", "案由有误")
    assert "草稿" in page
    assert "已退回，待修改" in officer.open("/conversions")
    assert "案由有误" in officer.open(place)
    officer.open(f"{place}/edit")
    fields = conversion_desk.fields(cause="擅自占道", do="submit")
    page = officer.press(f"{place}/edit", **fields)
    assert conversion_desk.converting.state(one) is ConversionState.EXTRACTION
    assert "擅自占道" in page
    assert "第 1 稿" in page, "what was said before is history"


def test_an_old_page_answers_no_new_question(conversion_desk: ConversionDesk) -> None:
    one, other = conversion_desk.to_sign("video"), conversion_desk.to_sign("photo")
    place, leader = conversion_desk.place(one), conversion_desk.browser("L2")
    step = step_in(leader.open(place))
    answer(leader, place, "sign", "同意")
    assert leader.fill(place, do="sign", step=step, reason="同意").status_code == 422
    elsewhere = step_in(leader.open(conversion_desk.place(other)))
    assert leader.fill(place, do="sign", step=elsewhere, reason="同意").status_code == 422
    assert conversion_desk.converting.state(other) is ConversionState.SIGNING
    assert leader.fill(place, do="forge", reason="同意").status_code == 400


def test_a_form_of_another_site_and_one_without_its_key_do_nothing(conversion_desk: ConversionDesk) -> None:
    one, leader = conversion_desk.to_sign("video"), conversion_desk.browser("L2")
    place = conversion_desk.place(one)
    step = step_in(leader.open(place))
    fields = {"do": "sign", "step": step, "reason": "同意", "form_key": leader.key()}
    assert leader.post(place, data=fields, headers={"Origin": "https://other.example"}).status_code == 403
    assert leader.post(place, data=fields | {"form_key": "0" * 64}, headers={"Origin": BASE}).status_code == 403
    assert conversion_desk.converting.state(one) is ConversionState.SIGNING


def test_nobody_does_what_is_anothers(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.to_sign("video")
    place, step = conversion_desk.place(one), str(conversion_desk.converting.step(one))
    for who in ("A1", "A2", "A3"):
        browser = conversion_desk.browser(who)
        assert 'name="step"' not in browser.open(place)
        assert browser.fill(place, do="sign", step=step, reason="同意").status_code == 422
    assert browser.fill(place, do="withdraw").status_code == 422
    assert browser.get(f"{place}/edit").status_code == 403
    assert conversion_desk.converting.state(one) is ConversionState.SIGNING


@pytest.mark.parametrize("stage", ["draft", "issued"])
def test_to_strangers_it_is_not_there(conversion_desk: ConversionDesk, stage: str) -> None:
    one = conversion_desk.issued("video") if stage == "issued" else conversion_desk.converting.draft("video")
    place, stranger = conversion_desk.place(one), conversion_desk.browser("B1")
    recording = conversion_desk.recording("video")
    for where in ("", "/edit", "/statement.zh.pdf", "/statement.json", f"/transcripts/{recording}", "/discs/1/x.iso"):
        missing = stranger.get(f"/conversions/EC-none{where}")
        hidden = stranger.get(f"{place}{where}")
        assert (hidden.status_code, hidden.text) == (404, missing.text)
    stranger.open("/conversions")
    assert stranger.fill(place, do="recall", reason="x").status_code == 404
    register = stranger.open("/conversions/register")
    assert conversion_desk.number(one) not in register, "another unit's register"


def test_who_signs_sees_it_while_it_waits_and_after_they_spoke(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    for who in ("L2", "L3", "S1", "A3"):
        conversion_desk.browser(who).open(conversion_desk.place(one))
    assert conversion_desk.browser("L1").get(conversion_desk.place(one)).status_code == 404, "a department below"


def test_only_ones_own_grant_opens_the_form(conversion_desk: ConversionDesk) -> None:
    grant = conversion_desk.converting.grant_id
    other = conversion_desk.browser("A2")
    assert other.get(f"/conversions/new?grant={grant}").status_code == 404
    assert other.get(f"/conversions/new?grant={uuid4()}").status_code == 404
    assert other.get("/conversions/new?grant=x").status_code == 404
    other.open("/conversions")
    assert other.fill("/conversions/new", **conversion_desk.fields()).status_code == 404


def test_a_grant_that_is_over_converts_nothing_and_keeps_what_was_typed(conversion_desk: ConversionDesk) -> None:
    officer = conversion_desk.browser("A1")
    new_page(conversion_desk, officer)
    conversion_desk.converting.city.wait(days=8)
    conversion_desk.counter.sign_in(officer, "A1")
    page = new_page(conversion_desk, officer)
    assert "该授权已经失效" in page
    refused = officer.fill("/conversions/new", **conversion_desk.fields(cause="占道经营现场"))
    assert refused.status_code == 422
    assert "占道经营现场" in refused.text
    assert "您目前没有准予复制的有效授权" in officer.open("/conversions/new")


def test_the_request_leads_to_it_while_its_grant_is_live(conversion_desk: ConversionDesk) -> None:
    officer, grant = conversion_desk.browser("A1"), conversion_desk.converting.grant_id
    number = officer.open("/requests").partition('href="/requests/')[2].partition('"')[0]
    assert f"/conversions/new?grant={grant}" in officer.open(f"/requests/{number}")
    assert str(grant) in officer.open("/conversions")
    assert str(grant) in officer.open("/conversions/new")
    assert f"/conversions/new?grant={grant}" not in conversion_desk.browser("L2").open(f"/requests/{number}")
    conversion_desk.converting.city.wait(days=8)
    conversion_desk.counter.sign_in(officer, "A1")
    assert f"/conversions/new?grant={grant}" not in officer.open(f"/requests/{number}")


def test_a_correction_takes_the_place_of_what_it_corrects(conversion_desk: ConversionDesk) -> None:
    one, officer = conversion_desk.issued("video"), conversion_desk.browser("A1")
    place, number = conversion_desk.place(one), conversion_desk.number(one)
    assert "办理更正" in officer.open(place)
    grant = conversion_desk.converting.grant_id
    page = officer.open(f"/conversions/new?grant={grant}&supersedes={number}")
    assert "现场执法过程" in page, "what was asked before stands in the form"
    refused = officer.fill("/conversions/new", **conversion_desk.fields(supersedes=number))
    assert 'id="wrong-correction"' in refused.text
    page = officer.press("/conversions/new", **conversion_desk.fields(supersedes=number, correction="案由有误"))
    assert number in page
    later = next(row for row in conversion_desk.converting.all() if row.id != one)
    officer.open(f"/conversions/{later.number}/edit")
    amended = conversion_desk.fields(correction="案由写错", do="submit")
    officer.press(f"/conversions/{later.number}/edit", **amended)
    assert conversion_desk.converting.row(later.id).correction == "案由写错"
    conversion_desk.converting.extract(later.id)
    conversion_desk.made(later.id)
    conversion_desk.converting.check(later.id)
    conversion_desk.converting.sign(later.id)
    conversion_desk.pack(later.id)
    page = officer.open(place)
    assert "本件已更正，以此为准" in page
    assert later.number in page
    assert number in officer.open(f"/conversions/{later.number}")
    assert conversion_desk.browser("A2").get(f"/conversions/new?supersedes={number}").status_code == 403


def test_more_copies_and_a_recall_are_the_signatorys(conversion_desk: ConversionDesk) -> None:
    one, leader = conversion_desk.issued("video"), conversion_desk.browser("L2")
    place = conversion_desk.place(one)
    leader.open(place)
    refused = leader.fill(place, do="reissue", copies="99", reason="法院要求")
    assert 'id="wrong-copies"' in refused.text
    assert "法院要求" in refused.text
    page = leader.press(place, do="reissue", copies="1", reason="法院要求")
    assert "3 份" in page
    assert leader.fill(place, do="recall", reason="").status_code == 422
    page = leader.press(place, do="recall", reason="内容有误")
    assert "已收回" in page
    assert "内容有误" in page
    assert conversion_desk.converting.state(one) is ConversionState.WITHDRAWN
    assert "已收回" in conversion_desk.browser("A1").open("/conversions")


def test_what_was_made_and_what_was_not_is_shown(conversion_desk: ConversionDesk) -> None:
    asked = Asked(conversion_desk.converting.recording("video"), BAD, True, Range(10, 20), True, (12.0,))
    one = conversion_desk.converting.submitted(items=[asked])
    conversion_desk.converting.extract(one)
    (item,) = conversion_desk.converting.items(one)
    clip = {
        "asked": [10, 20],
        "actual": [9.6, 20.4],
        "form": "mp4",
        "tool": "PyAV 15",
        "streams": [[0, "h264", 3, "a" * 64]],
    }
    conversion_desk.made(
        one,
        Output(item.id, "clip", 1, clip, 7_000_000, "c" * 64),
        Output(item.id, "still", 1, {"second": 12.04, "form": "png"}, 70_000, "d" * 64),
        Output(item.id, "sound", 1, {"asked": [10, 20]}, problem="there is no sound in this part of it"),
    )
    browser = conversion_desk.browser("A2")
    page = browser.open(conversion_desk.place(one))
    assert BAD not in browser.shown
    for told in ("要求 10–20 秒", "实际 9.6–20.4 秒", "第 12.04 秒", "未制作：该时段没有声音", "c" * 64, "PyAV 15"):
        assert told in page
    assert "there is no sound" not in page
    assert "there is no sound in this part of it" in browser.open(f"{conversion_desk.place(one)}?lang=en")


@pytest.mark.parametrize(
    ("kept", "chinese"),
    [
        ("7f: It is not what was taken in. (Art. 7)", "7f：内容与入库时不一致（第七条）"),
        (
            "data/originals/001 大.jpg: It has 838,860,800 bytes and does not fit onto CD-R 700 MB; the smallest "
            "medium that takes it is DVD±R 4.7 GB (dvd-r). (Art. 19)",
            "data/originals/001 大.jpg：文件有 838,860,800 字节，CD-R 700 MB 放不下；"
            "能够存放的最小载体为 DVD±R 4.7 GB（dvd-r）（第十九条）",
        ),
        ("It was marked or destroyed since.", "有资料授权后已加标记或者已销毁，需重新申请调阅"),
        ("x: It has 3 instead of 4 bytes. (Art. 7)", "x：应为 4 字节，实际为 3 字节（第七条）"),
        ("The moon was in the way.", "The moon was in the way."),
    ],
)
def test_why_a_run_sent_it_back_is_said_in_the_readers_language(
    conversion_desk: ConversionDesk, kept: str, chinese: str
) -> None:
    one = conversion_desk.converting.submitted("video")
    conversion_desk.converting.extract(one)
    with conversion_desk.converting.city.act() as act:
        conversion.give_up(act, one, kept)
    browser = conversion_desk.browser("A1")
    assert chinese in browser.open(conversion_desk.place(one))
    assert kept in browser.open(f"{conversion_desk.place(one)}?lang=en")


def test_the_checker_is_told_what_the_statement_does_not_say(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    conversion_desk.converting.extract(one)
    conversion_desk.made(one)
    video = conversion_desk.recording("video").replace("-", "")
    conversion_desk.converting.city.tamper("recording", f"UPDATE recording SET officer_id = NULL WHERE id = '{video}'")
    checker, place = conversion_desk.browser("A2"), conversion_desk.place(one)
    page = checker.open(place)
    assert "附文字说明还缺" in page
    assert "资料1：制作人" in page
    refused = checker.fill(place, do="check", step=step_in(page), reason="已核对")
    assert refused.status_code == 422
    assert "附文字说明尚缺" in refused.text
    assert "已核对" in refused.text


def test_the_register_is_searched_and_taken_along(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    other = conversion_desk.converting.submitted("photo", cause="=HYPERLINK(1)")
    draft = conversion_desk.converting.draft("video")
    with conversion_desk.converting.city.act() as act:
        enter_reading(act, one, 1, 1, is_same=True, problem=None)
        enter_reading(act, one, 1, 2, is_same=False, problem="x")
    keeper = conversion_desk.browser("A3")
    page = keeper.open("/conversions/register")
    assert {number in page for number in map(conversion_desk.number, (one, other))} == {True}
    assert conversion_desk.number(draft) not in page
    assert "1 / 2 已核验，1 不符" in page
    for words, found in (
        ("占道", True),
        (conversion_desk.number(one), True),
        ("案-2026", True),
        ("A1", True),
        ("无", False),
    ):
        assert (conversion_desk.number(one) in keeper.open(f"/conversions/register?words={words}")) is found, words
    assert conversion_desk.number(other) not in keeper.open("/conversions/register?state=issued")
    day = f"{conversion_desk.converting.city.now + timedelta(days=2):%Y-%m-%d}"
    assert conversion_desk.number(one) not in keeper.open(f"/conversions/register?since={day}")
    assert conversion_desk.number(one) in keeper.open(f"/conversions/register?until={day}")
    keeper.open("/conversions/register?since=soon", 400)
    lines = list(csv.reader(io.StringIO(keeper.get("/conversions/register.csv").content.decode("utf-8-sig"))))
    assert lines[0] == [
        "编号", "案件编号", "案由", "申请人", "提取人", "复核人", "签发人", "载体", "份数", "资料条数", "签发时间",
        "状态", "介质核验",
    ]  # fmt: skip
    assert len(lines) == 3
    assert "'=HYPERLINK(1)" in lines[1]
    sheet = load_workbook(io.BytesIO(keeper.get("/conversions/register.xlsx?state=issued").content)).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [conversion_desk.number(one)]
    officer = conversion_desk.browser("A1")
    officer.open("/conversions/register", 403)
    assert "/conversions/register" not in officer.open("/conversions")


def test_it_is_all_there_in_english(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.to_sign("video", "photo")
    later = conversion_desk.issued("video", carrier=Carrier.ZIP)
    place = conversion_desk.place(one)
    for who in ("A1", "A2", "L2", "L3"):
        browser = conversion_desk.browser(who)
        assert "Waiting for you" in browser.open("/conversions?lang=en") or who in ("A1", "A2", "L3")
        assert "Art. 19" in browser.open(f"{place}?lang=en")
        assert "Tag manifest" in browser.open(f"{conversion_desk.place(later)}?lang=en")
    assert "Extractor" in conversion_desk.browser("A1").open(
        f"/conversions/new?grant={conversion_desk.converting.grant_id}&lang=en"
    )
    assert "Read back" in conversion_desk.browser("L3").open("/conversions/register?lang=en")


def test_a_transcript_that_waits_says_so_on_the_page(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    conversion_desk.converting.transcribe(one, "video", (1.0, 2.0, "甲", "好"), origin=Origin.MACHINE)
    page = conversion_desk.browser("A2").open(conversion_desk.place(one))
    assert "机器识别" in page
    assert "未经人确认" in page


def test_the_page_of_a_recording_names_its_conversions(conversion_desk: ConversionDesk) -> None:
    one, draft = conversion_desk.issued("video"), conversion_desk.converting.draft("video")
    page = conversion_desk.browser("A3").open(f"/recordings/{conversion_desk.recording('video')}")
    assert f"/conversions/{conversion_desk.number(one)}" in page
    assert conversion_desk.number(draft) not in page


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("../../etc/passwd", "没有这条资料"),
        ("5c78f6ed-a2f9-4197-986c-2c7b93cd85e4", "没有这条已封存的资料"),
        ("sound", "没有这条已封存的资料"),
    ],
)
def test_what_no_grant_opens_is_not_asked_for_by_a_form(
    conversion_desk: ConversionDesk, item: str, sentence: str
) -> None:
    officer = conversion_desk.browser("A1")
    new_page(conversion_desk, officer)
    key = conversion_desk.recording(item) if item == "sound" else item
    fields = {"item": [key], "recording": [key], f"original-{key}": "yes", f"proves-{key}": "现场执法过程"}
    refused = officer.fill("/conversions/new", **conversion_desk.fields(**fields))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert officer.fill("/conversions/new", **conversion_desk.fields(more=item)).status_code == 200
    assert conversion_desk.converting.all() == []
