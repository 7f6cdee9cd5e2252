"""A disposal list at the desk: gone through by identified people, each in their place, and by nobody else (Art. 18)."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from registry.transitions import disposal
from regulation.disposal_states import ItemState, ListState
from regulation.retention import Kept
from tests.fixtures.counter import BASE, Browser
from tests.fixtures.custody import sha
from tests.fixtures.disposal import DisposalDesk
from tests.fixtures.papers import told_by

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BAD = "<script>alert(1)</script>"


def step_in(page: str) -> str:
    found = re.search(r'name="step" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def appraise_all(administrator: Browser, number: str) -> str:
    administrator.open(f"/disposals/{number}")
    said = {"scope": "all", "appraisal": "dispose", "reason": "保存期满，无继续保存价值"}
    return administrator.press(f"/disposals/{number}", do="appraise", **said)


def approve(desk: DisposalDesk, number: str, **more: str) -> str:
    leader = desk.browser("L3")
    page = leader.open(f"/disposals/{number}")
    said = {"step": step_in(page), "witness-1": "A1", "witness-2": "A2", "reason": "同意销毁"} | more
    return leader.press(f"/disposals/{number}", do="approve", **said)


def handed_in(desk: DisposalDesk) -> str:
    """A list that waits for the leader."""
    number, administrator = desk.open_list(), desk.browser("A3")
    appraise_all(administrator, number)
    assert "待批准" in administrator.press(f"/disposals/{number}", do="submit", reason="已逐条鉴定")
    return number


def test_a_list_is_gone_through_at_the_desk(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    administrator, leader = disposal_desk.browser("A3"), disposal_desk.browser("L3")
    assert number in administrator.open("/inbox")
    assert number not in leader.open("/inbox")
    page = administrator.open(f"/disposals/{number}")
    assert "还有 2 条资料尚未鉴定" in page
    assert "2027-05-23" in page
    assert "提交批准" in appraise_all(administrator, number)
    administrator.press(f"/disposals/{number}", do="submit", reason="已逐条鉴定")
    assert number not in administrator.open("/inbox")
    assert number in leader.open("/inbox")
    page = leader.open(f"/disposals/{number}")
    assert '<option value="A1">' in page
    assert '<option value="A3">' not in page, "who appraised does not witness"
    said = {"step": step_in(page), "witness-1": "A1", "witness-2": "A2", "reason": "同意销毁"}
    assert "待监销确认" in leader.press(f"/disposals/{number}", do="approve", **said)
    for who in ("A1", "A2"):
        witness = disposal_desk.browser(who)
        assert number in witness.open("/inbox")
        page = witness.open(f"/disposals/{number}")
        page = witness.press(f"/disposals/{number}", do="witness", step=step_in(page), reason="已核对清册")
        assert number not in witness.open("/inbox")
    assert "等待期" in leader.open(f"/disposals/{number}")
    assert disposal_desk.disposal.state() is ListState.GRACE


def test_what_is_kept_leaves_the_list(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    place = f"/disposals/{number}"
    administrator.open(place)
    said = {"scope": "chosen", "appraisal": "extend", "keep_until": "2028-06-01", "reason": "典型案例"}
    page = administrator.press(place, do="appraise", recording=disposal_desk.recording("old"), **said)
    assert disposal_desk.disposal.listed() == {"older"}
    assert "典型案例" in page
    said = {"scope": "unappraised", "appraisal": "keep", "reason": "长期保存"}
    administrator.press(place, do="appraise", **said)
    assert disposal_desk.disposal.state() is ListState.EMPTIED


def test_the_leader_refuses_and_all_of_it_is_kept(disposal_desk: DisposalDesk) -> None:
    number, leader = handed_in(disposal_desk), disposal_desk.browser("L3")
    step = step_in(leader.open(f"/disposals/{number}"))
    page = leader.press(f"/disposals/{number}", do="refuse", step=step, reason="尚有争议", keep_until="2028-01-01")
    assert "未获批准" in page
    assert "尚有争议" in page
    assert {one.state for one in disposal_desk.disposal.items()} == {ItemState.DROPPED}


def test_another_witness_is_named_and_things_are_taken_off_in_time(disposal_desk: DisposalDesk) -> None:
    number, place = handed_in(disposal_desk), ""
    place = f"/disposals/{number}"
    approve(disposal_desk, number)
    leader, first, other = (disposal_desk.browser(who) for who in ("L3", "A1", "L2"))
    step = step_in(leader.open(place))
    assert leader.fill(place, do="name-witness", step=step, other="X9").status_code == 422
    assert "L2" in leader.press(place, do="name-witness", step=step, other="L2")
    assert place.removeprefix("/disposals/") not in first.open("/inbox")
    page = other.open(place)
    other.press(place, do="witness", step=step_in(page), reason="已核对")
    second = disposal_desk.browser("A2")
    second.press(place, do="witness", step=step_in(second.open(place)), reason="已核对")
    assert disposal_desk.disposal.state() is ListState.GRACE
    disposal_desk.disposal.city.wait(minutes=1)
    said = {"scope": "chosen", "reason": "当事人申请复议"}
    second.press(place, do="restore", recording=disposal_desk.recording("old"), **said)
    assert disposal_desk.disposal.listed() == {"older"}
    disposal_desk.disposal.later(disposal_desk.disposal.city.now + timedelta(days=8))
    disposal_desk.disposal.begin()
    leader = disposal_desk.browser("L3")
    leader.open(place)
    answer = leader.fill(place, do="restore", scope="all", reason="太晚")
    assert (answer.status_code, "不能再撤出" in answer.text) == (422, True)


def test_another_units_list_is_as_if_there_were_none(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    strangers = {who: disposal_desk.browser(who) for who in ("J3", "A1", "L1")}
    strangers["J3"].open("/tokens")
    for who in ("J3", "A1"):
        browser = strangers[who]
        browser.open("/tokens")
        assert number not in browser.open("/disposals")
        browser.open("/tokens")
        for place in ("", "/items.csv", "/items.xlsx", "/list.pdf", "/certificate.json", "/certificate.pdf"):
            shown = browser.get(f"/disposals/{number}{place}")
            none = browser.get(f"/disposals/DL-none{place}")
            assert (shown.status_code, shown.text) == (404, none.text)
        answer = browser.fill(f"/disposals/{number}", do="restore", scope="all", reason="x")
        assert (answer.status_code, answer.text) == (404, browser.get("/disposals/DL-none").text)
    assert number not in strangers["J3"].open("/disposals/register")
    assert strangers["A1"].get("/disposals/register").status_code == 403


def test_only_the_seat_appraises_approves_and_witnesses(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    place, leader = f"/disposals/{number}", disposal_desk.browser("L3")
    page = leader.open(place)
    assert "登记鉴定意见" not in page
    said = {"scope": "all", "appraisal": "dispose", "reason": "x"}
    assert "由本单位的执法记录仪管理员鉴定" in leader.fill(place, do="appraise", **said).text
    administrator = disposal_desk.browser("A3")
    appraise_all(administrator, number)
    administrator.press(place, do="submit", reason="已逐条鉴定")
    step = step_in(leader.open(place))
    named = {"step": step, "witness-1": "A1", "witness-2": "A2", "reason": "x"}
    administrator.open(place)
    answer = administrator.fill(place, do="approve", **named)
    assert (answer.status_code, "您不是本环节的审批人" in answer.text) == (422, True)
    leader.press(place, do="approve", **named)
    witness = disposal_desk.browser("A1")
    step = step_in(witness.open(place))
    answer = leader.fill(place, do="witness", step=step, reason="x")
    assert "只有被指定的监销人本人可以确认" in answer.text
    assert disposal_desk.disposal.state() is ListState.WITNESSING


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("A1", "A1", "两名不同"), ("A1", "A3", "不能监销"), ("L3", "A1", "不能监销"), ("A1", "X9", "没有使用该执法证号")],
)
def test_witnesses_who_may_not_be_are_said_beside_the_field(
    disposal_desk: DisposalDesk, first: str, second: str, said: str
) -> None:
    number, leader = handed_in(disposal_desk), disposal_desk.browser("L3")
    fields = {
        "step": step_in(leader.open(f"/disposals/{number}")),
        "witness-1": first,
        "witness-2": second,
        "reason": BAD,
    }
    answer = leader.fill(f"/disposals/{number}", do="approve", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert re.search(r'id="wrong-witness(es|-2)"', answer.text)
    assert f'value="{first}"' in answer.text
    assert "&lt;script&gt;" in answer.text, "what was typed is there, and is text"
    assert BAD not in answer.text
    assert disposal_desk.disposal.state() is ListState.APPROVAL


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    place, old = f"/disposals/{number}", disposal_desk.recording("old")
    administrator.open(place)
    good = {"scope": "chosen", "appraisal": "extend", "keep_until": "2028-01-01", "reason": "典型", "recording": old}
    for change, field in (
        ({"keep_until": ""}, "keep_until"),
        ({"keep_until": "2020-01-01"}, "keep_until"),
        ({"keep_until": "昨天"}, "keep_until"),
        ({"reason": " "}, "reason"),
        ({"appraisal": "burn"}, "appraisal"),
        ({"recording": "x"}, "recordings"),
    ):
        answer = administrator.fill(place, do="appraise", **(good | change))
        assert answer.status_code == 422, change
        assert f'id="wrong-{field}"' in answer.text, change
        if "recording" not in change:
            assert re.search(rf'value="{old}" checked', answer.text)
    nothing = {name: value for name, value in good.items() if name != "recording"}
    assert "请至少选择一条资料" in administrator.fill(place, do="appraise", **nothing).text
    foreign = administrator.fill(place, do="appraise", **(good | {"recording": disposal_desk.recording("video")}))
    assert "不在清册上" in foreign.text
    assert administrator.fill(place, do="submit", reason="x").status_code == 422
    assert administrator.fill(place, do="burn").status_code == 400
    assert disposal_desk.disposal.listed() == {"old", "older"}


def test_a_second_press_and_an_old_page_change_nothing(disposal_desk: DisposalDesk) -> None:
    number, leader = handed_in(disposal_desk), disposal_desk.browser("L3")
    place = f"/disposals/{number}"
    fields = {"step": step_in(leader.open(place)), "witness-1": "A1", "witness-2": "A2", "reason": "同意"}
    leader.press(place, do="approve", **fields)
    answer = leader.fill(place, do="approve", **fields)
    assert (answer.status_code, "本环节已作出决定" in answer.text) == (422, True)
    for step in (str(uuid4()), "", "x"):
        assert leader.fill(place, do="approve", **(fields | {"step": step})).status_code == 422
    assert leader.fill(place, do="refuse", **fields).status_code == 422
    assert disposal_desk.disposal.state() is ListState.WITNESSING


def test_a_step_of_another_list_is_none_of_this_one(disposal_desk: DisposalDesk) -> None:
    """The step's id is looked for on the list of the address and nowhere else."""
    first = handed_in(disposal_desk)
    step = step_in(disposal_desk.browser("L3").open(f"/disposals/{first}"))
    disposal_desk.disposal.seal_filed("xf-1", "newer")
    disposal_desk.disposal.city.settle_duties()
    disposal_desk.disposal.later(disposal_desk.disposal.city.now + timedelta(days=300))
    second = disposal_desk.open_list()
    leader = disposal_desk.browser("L3")
    leader.open(f"/disposals/{second}")
    fields = {"step": step, "witness-1": "A1", "witness-2": "A2", "reason": "同意"}
    answer = leader.fill(f"/disposals/{second}", do="approve", **fields)
    assert (answer.status_code, "本环节" in answer.text) == (422, True)
    assert disposal_desk.disposal.state(disposal_desk.disposal.list_id(first)) is ListState.APPROVAL


def test_other_sites_and_old_keys_do_nothing(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    place = f"/disposals/{number}"
    administrator.open(place)
    said = {"do": "appraise", "scope": "all", "appraisal": "dispose", "reason": "x"}
    key = administrator.key()
    foreign = administrator.post(place, data=said | {"form_key": key}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert administrator.post(place, data=said, headers={"Origin": BASE}).status_code == 403
    assert administrator.get(f"{place}?do=appraise&scope=all&appraisal=dispose&reason=x").status_code == 200
    assert {one.appraisal for one in disposal_desk.disposal.items()} == {None}


def test_an_expired_session_keeps_what_was_typed(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    administrator.open(f"/disposals/{number}")
    disposal_desk.disposal.city.wait(hours=13)
    said = {"scope": "all", "appraisal": "dispose", "reason": "保存期满，已核对"}
    answer = administrator.fill(f"/disposals/{number}", do="appraise", **said)
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept is not None
    disposal_desk.counter.access.city.wait(seconds=30)
    fields = {"number": "A3", "password": "correct horse battery staple", "code": disposal_desk.counter.code("A3")}
    signed = administrator.post("/sign-in", data=fields | {"to": f"/disposals/{number}", "kept": kept[1]})
    assert "保存期满，已核对" in signed.text or "保存期满，已核对" in administrator.open(signed.headers["Location"])


def test_the_items_are_sought_and_taken_along(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    administrator.open(f"/disposals/{number}")
    old = disposal_desk.recording("old")
    said = {"scope": "chosen", "appraisal": "dispose", "reason": "=HYPERLINK(1)"}
    administrator.press(f"/disposals/{number}", do="appraise", recording=old, **said)
    for query, found in (
        ("", 2),
        ("?unappraised=1", 1),
        ("?words=xf-1", 2),
        ("?words=nothing", 0),
        ("?class=routine", 2),
        ("?class=evidence", 0),
        ("?state=dropped", 0),
        ("?state=nonsense&class=nonsense&page=x", 2),
        ("?words=%25", 0),
    ):
        assert f"共 {found} 条" in administrator.open(f"/disposals/{number}{query}"), query
    exported = administrator.get(f"/disposals/{number}/items.csv")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    lines = exported.text.splitlines()
    assert len(lines) == 3
    assert "'=HYPERLINK(1)" in exported.text
    book = load_workbook(io.BytesIO(administrator.get(f"/disposals/{number}/items.xlsx").content))
    assert len(list(book["register"].rows)) == 3
    assert administrator.get(f"/disposals/{number}/items.exe").status_code == 422


def test_the_register_names_who_and_how_many(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.destroy()
    leader = disposal_desk.browser("L3")
    page = leader.open("/disposals/register")
    for text in (number, "销毁完毕", "A1", "A2", "L3"):
        assert text in page
    line = leader.get("/disposals/register.csv").text.splitlines()[1]
    assert ",2,2027-06-09" in line
    assert leader.get("/disposals/register.xlsx").content.startswith(b"PK")
    for query, found in (
        ("words=DL-xf", 1),
        ("words=none", 0),
        ("state=done", 1),
        ("state=grace", 0),
        ("since=2027-06-01&until=2027-06-01", 1),
        ("until=2027-05-31", 0),
        ("since=2027-06-02", 0),
    ):
        assert f"共 {found} 条" in leader.open(f"/disposals/register?{query}"), query
    assert leader.get("/disposals/register?since=x").status_code == 400


def test_the_certificate_is_taken_along_once_there_is_one(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.destroy()
    leader, paper = disposal_desk.browser("L3"), b"%PDF-1.7 of this test"
    assert "销毁证明尚未出具" in leader.open(f"/disposals/{number}")
    for form in ("json", "pdf"):
        assert leader.get(f"/disposals/{number}/certificate.{form}").status_code == 404
    with disposal_desk.disposal.city.act() as act:
        disposal.certify(
            act,
            disposal_desk.disposal.list_id(),
            document='{"list":"一"}',
            key_id="k1",
            signature="c2ln",
            paper_key="papers/one.pdf",
            paper_sha256=sha256(paper).hexdigest(),
        )
    assert number.replace("DL-", "DC-") in leader.open(f"/disposals/{number}")
    signed = json.loads(leader.get(f"/disposals/{number}/certificate.json").content)
    assert (signed["document"], signed["signature"]) == ('{"list":"一"}', "c2ln")
    disposal_desk.counter.vault.held["papers/one.pdf"] = paper
    answer = leader.get(f"/disposals/{number}/certificate.pdf")
    assert (answer.status_code, answer.content) == (200, paper)
    disposal_desk.counter.vault.held["papers/one.pdf"] = b"another"
    assert leader.get(f"/disposals/{number}/certificate.pdf").status_code == 409
    assert number.replace("DL-", "DC-") in leader.open("/disposals/register")


def test_the_list_is_a_paper_of_what_stands_on_it(disposal_desk: DisposalDesk) -> None:
    number, administrator = disposal_desk.open_list(), disposal_desk.browser("A3")
    place = f"/disposals/{number}"
    administrator.open(place)
    said = {"do": "appraise", "scope": "chosen", "recording": disposal_desk.recording("old")}
    administrator.press(place, **said, appraisal="keep", reason="重点案件续存")
    appraise_all(administrator, number)
    administrator.press(place, do="submit", reason="已逐条鉴定")
    assert f"{place}/list.pdf" in administrator.open(place)
    answer = administrator.get(f"{place}/list.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    told = told_by(answer.content)
    for text in (
        number,
        "执法音像资料销毁清册",
        "第十八条",
        "2027-05-23",
        sha("older"),
        "鉴定完毕，提交批准",
        "监销人（签名）",
    ):
        assert text in told, text
    for text in (sha("old"), "重点案件续存"):
        assert text not in told, "it was taken off"
    english = told_by(disposal_desk.browser("L3").get(f"{place}/list.pdf?lang=en").content)
    assert "Disposallistoffootage" in english


def test_every_page_is_there_in_both_languages(disposal_desk: DisposalDesk) -> None:
    number = handed_in(disposal_desk)
    leader = disposal_desk.browser("L3")
    for state in range(3):
        for place in ("/inbox", "/disposals", f"/disposals/{number}", "/disposals/register"):
            assert '<html lang="zh-CN">' in leader.open(place)
            assert '<html lang="en">' in leader.open(f"{place}?lang=en")
        if state == 0:
            approve(disposal_desk, number)
            leader = disposal_desk.browser("L3")
        if state == 1:
            disposal_desk.disposal.hold("old")
            page = leader.open(f"/disposals/{number}?lang=en")
            assert "it is held back" in page
    assert [one.dropped_why for one in disposal_desk.disposal.items() if one.dropped_at] == [Kept.HELD]
