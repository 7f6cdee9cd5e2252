"""Case files at the desk, and what is used as evidence in them (Art. 18)."""

from __future__ import annotations

import pytest

from regulation.retention import Kept
from tests.fixtures.counter import BASE, Browser
from tests.fixtures.disposal import DisposalDesk

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
NUMBER = "京城罚〔2026〕12/1号"
BAD = "<i>结案审批表</i>"


def enter(browser: Browser, **more: str) -> str:
    """Enter a case file by the form; gives its page's address."""
    browser.open("/cases/new")
    answer = browser.fill("/cases/new", **({"number": NUMBER, "unit": "xf"} | more))
    assert answer.status_code == 303, answer.text[-900:]
    return str(answer.headers["Location"])


def test_a_case_is_entered_closed_and_opened_again(disposal_desk: DisposalDesk) -> None:
    administrator = disposal_desk.browser("A3")
    place = enter(administrator)
    assert "未结案" in administrator.open(place)
    closed = {"closed_on": "2027-05-01", "keep_years": "10", "document": BAD}
    page = administrator.press(place, **closed)
    assert "保存 10 年" in page
    assert BAD in page
    assert BAD not in administrator.get(place).text, "as text"
    assert "已结案" in administrator.open("/cases?words=京城罚")
    assert NUMBER not in administrator.open("/cases?words=nothing")
    assert "永久保存" in administrator.press(place, permanent="1", document="永久保存决定")
    assert "未结案" in administrator.open(place)


def test_evidence_is_kept_as_its_case_is(disposal_desk: DisposalDesk) -> None:
    administrator = disposal_desk.browser("A3")
    case = enter(administrator)
    place = f"/recordings/{disposal_desk.recording('old')}"
    administrator.open(place)
    page = administrator.press(place, do="use", case_number=NUMBER, reason="作为主要证据")
    assert "作为主要证据" in page
    assert "今夜重新核定" in page
    disposal_desk.disposal.settle()
    assert disposal_desk.disposal.term("old").kept is Kept.CASE_OPEN
    assert "所属案件未结" in administrator.open(place)
    assert disposal_desk.recording("old") in administrator.open(case)
    for change, field in (({"case_number": "无"}, "case_number"), ({"reason": ""}, "reason")):
        said = {"case_number": NUMBER, "reason": "再用"} | change
        answer = administrator.fill(place, do="use", **said)
        assert (answer.status_code, f'id="wrong-{field}"' in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "长" * 65}, "number"),
        ({"unit": "nowhere"}, "unit"),
        ({"closed_on": "2999-01-01", "document": "表"}, "closed_on"),
        ({"closed_on": "昨天", "document": "表"}, "closed_on"),
        ({"closed_on": "2027-01-01"}, "document"),
        ({"keep_years": "0", "document": "表"}, "keep_years"),
        ({"keep_years": "x", "document": "表"}, "keep_years"),
        ({"keep_years": "5", "permanent": "1", "document": "表"}, "keep_years"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    disposal_desk: DisposalDesk, fields: dict[str, str], field: str
) -> None:
    administrator = disposal_desk.browser("A3")
    administrator.open("/cases/new")
    answer = administrator.fill("/cases/new", **({"number": NUMBER, "unit": "xf", "document": ""} | fields))
    assert (answer.status_code, f'id="wrong-{field}"' in answer.text) == (422, True)
    typed = fields.get("number", NUMBER)
    assert f'value="{typed}"' in answer.text
    assert NUMBER not in administrator.open("/cases")


def test_entering_it_twice_changes_nothing(disposal_desk: DisposalDesk) -> None:
    administrator = disposal_desk.browser("A3")
    place = enter(administrator, closed_on="2027-05-01", keep_years="10", document="表")
    administrator.open("/cases/new")
    answer = administrator.fill("/cases/new", number=NUMBER, unit="xf")
    assert (answer.status_code, "已经登记" in answer.text) == (422, True)
    assert "已结案" in administrator.open(place)


def test_case_files_are_their_units_own(disposal_desk: DisposalDesk) -> None:
    place = enter(disposal_desk.browser("A3"))
    stranger, officer, leader = (disposal_desk.browser(who) for who in ("J3", "A1", "L2"))
    for browser, all_of_them in ((stranger, 200), (officer, 403), (leader, 200)):
        browser.open("/tokens")
        assert browser.get("/cases").status_code == all_of_them
        assert browser.get(place).status_code == (200 if browser is leader else 404)
        answer = browser.fill(place, permanent="1", document="x")
        assert answer.status_code == (422 if browser is leader else 404)
    assert NUMBER not in stranger.open("/cases")
    assert "结案、重新立案" not in leader.open(place), "a supervising leader keeps no case files"
    stranger.open("/cases/new")
    assert stranger.fill("/cases/new", number="另案", unit="xf").status_code == 422
    assert officer.post(place, data={"permanent": "1"}, headers={"Origin": BASE}).status_code == 403


def test_every_page_is_there_in_both_languages(disposal_desk: DisposalDesk) -> None:
    administrator = disposal_desk.browser("A3")
    places = ["/cases", "/cases/new", enter(administrator, closed_on="2027-05-01", keep_years="10", document="表")]
    for place in (*places, f"/recordings/{disposal_desk.recording('old')}"):
        assert '<html lang="zh-CN">' in administrator.open(place)
        assert '<html lang="en">' in administrator.open(f"{place}?lang=en")
