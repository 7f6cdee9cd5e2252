"""Holds at the desk: placed by whoever stands near, lifted by the principal leader alone (Art. 18)."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.counter import BASE, Browser
from tests.fixtures.disposal import DisposalDesk

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BAD = "<b>复议</b>"


def place_hold(desk: DisposalDesk, browser: Browser, *names: str, **more: str) -> str:
    """Hold recordings back by the form; gives the hold's number."""
    browser.open("/holds/new?activity=xf-1")
    said = {"kind": "legal", "reason": "行政复议", "recording": [desk.recording(one) for one in names]}
    answer = browser.fill("/holds/new", **(said | more))
    assert answer.status_code == 303, answer.text[-900:]
    return str(answer.headers["Location"]).removeprefix("/holds/")


def test_chosen_footage_is_held_and_leaves_its_list_until_the_leader_lifts(disposal_desk: DisposalDesk) -> None:
    disposal_desk.open_list()
    administrator, leader = disposal_desk.browser("A3"), disposal_desk.browser("L3")
    number = place_hold(disposal_desk, administrator, "old", reason=BAD, document="复〔2027〕1号")
    assert disposal_desk.disposal.listed() == {"older"}
    page = administrator.get(f"/holds/{number}").text
    assert "&lt;b&gt;复议" in page
    assert BAD not in page
    assert "解除暂停处置" not in page
    administrator.open("/holds")
    answer = administrator.fill(f"/holds/{number}", do="lift", reason="已结")
    assert (answer.status_code, "只有主要领导可以解除暂停处置" in answer.text) == (422, True)
    assert number in leader.open("/holds")
    leader.open(f"/holds/{number}")
    assert 'id="wrong-reason"' in leader.fill(f"/holds/{number}", do="lift", reason=" ").text
    assert "已解除" in leader.press(f"/holds/{number}", do="lift", reason="复议已结")
    assert "或者已经解除" in leader.fill(f"/holds/{number}", do="lift", reason="再来").text
    assert number not in leader.open("/holds")
    assert number in leader.open("/holds?lifted=1")
    assert number in leader.open("/holds?lifted=1&words=2027")
    assert number not in leader.open("/holds?lifted=1&words=nothing")


def test_a_recording_and_its_case_are_held_from_its_page(disposal_desk: DisposalDesk) -> None:
    disposal_desk.disposal.case("案〔2026〕3号")
    disposal_desk.disposal.settle()
    officer, place = disposal_desk.browser("A1"), f"/recordings/{disposal_desk.recording('old')}"
    assert "待列入销毁清册" in officer.open(place)
    said = {"kind": "case", "reason": "案件需要", "case_number": "案〔2026〕3号"}
    page = officer.press(place, do="hold", **said)
    assert "已被暂停处置" in page
    [shown] = re.findall(r'href="/holds/(HD-[^"]+)"', officer.open("/holds"))
    assert "案〔2026〕3号" in officer.open(f"/holds/{shown}")
    for change, field in (
        ({"kind": "x"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"case_number": "无"}, "case_number"),
    ):
        answer = officer.fill(place, do="hold", **(said | change))
        assert (answer.status_code, f'id="wrong-{field}"' in answer.text) == (422, True), field
    assert "案件需要</textarea>" in officer.fill(place, do="hold", **(said | {"kind": "x"})).text


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(disposal_desk: DisposalDesk) -> None:
    administrator, old = disposal_desk.browser("A3"), disposal_desk.recording("old")
    administrator.open("/holds/new?activity=xf-1")
    good = {"kind": "legal", "reason": "行政复议", "recording": old, "activity": "xf-1"}
    for change, said in (
        ({"recording": "x"}, "没有这条资料"),
        ({"recording": ""}, "没有这条资料"),
        ({"kind": ""}, "请选择一项"),
        ({"reason": " "}, "请填写"),
        ({"case_number": "无"}, "没有该编号的案卷"),
        ({"recording": disposal_desk.recording("other")}, "只有拍摄人或者对该资料负有职责的人员可以暂停处置"),
    ):
        answer = administrator.fill("/holds/new", **(good | change))
        assert (answer.status_code, said in answer.text) == (422, True), change
        assert f'value="{old}"' in answer.text, "the choice is still offered"
    nothing = {name: value for name, value in good.items() if name != "recording"}
    assert "请选择资料" in administrator.fill("/holds/new", **nothing).text
    assert "共 0 条" in administrator.open("/holds")


def test_another_units_holds_and_footage_are_as_if_there_were_none(disposal_desk: DisposalDesk) -> None:
    number = place_hold(disposal_desk, disposal_desk.browser("A3"), "old")
    disposal_desk.disposal.case("案〔2026〕3号")
    stranger, officer = disposal_desk.browser("J3"), disposal_desk.browser("A2")
    for browser in (stranger, officer):
        browser.open("/tokens")
        assert browser.get(f"/holds/{number}").status_code == 404
        assert browser.fill(f"/holds/{number}", do="lift", reason="x").status_code == 404
        assert number not in browser.open("/holds")
        assert disposal_desk.recording("old") not in browser.open("/holds/new?activity=xf-1")
        answer = browser.fill("/holds/new", kind="case", reason="x", case_number="案〔2026〕3号")
        assert (answer.status_code, "没有该编号的案卷" in answer.text) == (422, True)


def test_nothing_is_held_or_lifted_without_its_key(disposal_desk: DisposalDesk) -> None:
    administrator = disposal_desk.browser("A3")
    administrator.open("/holds/new?activity=xf-1")
    said = {"kind": "legal", "reason": "x", "recording": disposal_desk.recording("old")}
    assert administrator.post("/holds/new", data=said, headers={"Origin": BASE}).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    key = {"form_key": administrator.key()}
    assert administrator.post("/holds/new", data=said | key, headers=foreign).status_code == 403
    assert "共 0 条" in administrator.open("/holds")


def test_every_page_is_there_in_both_languages(disposal_desk: DisposalDesk) -> None:
    number, leader = place_hold(disposal_desk, disposal_desk.browser("A3"), "old"), disposal_desk.browser("L3")
    for place in ("/holds", "/holds/new?activity=xf-1", f"/holds/{number}"):
        join = "&" if "?" in place else "?"
        assert '<html lang="zh-CN">' in leader.open(place)
        assert '<html lang="en">' in leader.open(f"{place}{join}lang=en")
