"""Activities at the desk: what was not recorded is explained, exempted and seen, each by whom it is theirs.

Art. 9, 10, 12, 13.
"""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from deployments.notice_sheets import lay_out
from registry.queries.notices import notice_view
from regulation.unrecorded import Review
from tests.fixtures.counter import Browser, Counter
from tests.fixtures.unrecorded import Silence

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BAD = "<script>alert(1)</script>"


def place_of(quiet: Silence) -> str:
    return f"/activities/{quiet.activity}"


def options(page: str, name: str) -> list[str]:
    """What can be chosen of a form's choice."""
    choice = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert choice is not None
    return re.findall(r'<option value="([^"]+)"', choice[0])


def explain(browser: Browser, quiet: Silence, reason: str) -> str:
    page = browser.open(place_of(quiet))
    gap = options(page, "gap")[0]
    return browser.press(place_of(quiet), do="report", gap=gap, manner="written", reason=reason)


def test_an_interruption_is_explained_and_seen(counter: Counter, quiet: Silence) -> None:
    officer, leader, principal = (counter.browser(who) for who in ("A1", "L2", "L3"))
    assert "xf-1" in officer.open("/activities")
    page = explain(officer, quiet, BAD)
    assert BAD in page
    assert BAD not in officer.get(place_of(quiet)).text, "as text"
    assert "待阅" in page
    assert "xf-1" in leader.open("/inbox")
    assert "xf-1" not in principal.open("/inbox")
    assert "xf-1" not in officer.open("/inbox")
    page = leader.open(place_of(quiet))
    assert "说明中断原因" not in page, "who was not there says nothing"
    report = re.search(r'name="of" value="([^"]+)"', page)
    assert report is not None
    page = leader.press(place_of(quiet), do="acknowledge", of=report[1])
    assert "分管领导 领导 L2" in page
    assert "xf-1" not in leader.open("/inbox")
    assert "分管领导" in officer.open(place_of(quiet))
    answer = leader.fill(place_of(quiet), do="acknowledge", of=report[1])
    assert answer.status_code == 422
    assert "已经审阅" in answer.text


def test_an_exemption_is_written_down_and_reviewed(counter: Counter, quiet: Silence) -> None:
    officer, leader = counter.browser("A1"), counter.browser("L3")
    officer.open(place_of(quiet))
    said = {"do": "exempt", "ground": "12(4)", "reason": "当事人住所", "document": "当事人签名的说明"}
    page = officer.press(place_of(quiet), **said)
    assert "待主要领导审核" in page
    answer = officer.fill(place_of(quiet), **said)
    assert (answer.status_code, 'id="wrong-ground"' in answer.text) == (422, True)
    assert "xf-1" in leader.open("/inbox")
    page = leader.open(place_of(quiet))
    exemption = re.search(r'name="of" value="([^"]+)"', page)
    assert exemption is not None
    page = leader.press(place_of(quiet), do="review", of=exemption[1], review="refused", reason="可以另行安排场所")
    assert "不同意免予记录" in page
    assert "可以另行安排场所" in officer.open(place_of(quiet))
    assert quiet.exemptions()[0].review is Review.REFUSED
    assert quiet.problems() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"gap": "2026/2027"}, "gap"),
        ({"gap": "x"}, "gap"),
        ({"gap": ""}, "gap"),
        ({"manner": "sung"}, "manner"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    counter: Counter, quiet: Silence, fields: dict[str, str], field: str
) -> None:
    officer = counter.browser("A1")
    page = officer.open(place_of(quiet))
    said = {"do": "report", "gap": options(page, "gap")[0], "manner": "written", "reason": "更换电池"} | fields
    answer = officer.fill(place_of(quiet), **said)
    assert answer.status_code == 422
    assert f'id="wrong-{field}"' in answer.text
    assert "<details open>" in answer.text
    assert quiet.reports() == []


def test_nothing_was_said_where_recording_never_resumed(counter: Counter, quiet: Silence) -> None:
    officer = counter.browser("A1")
    last = options(officer.open(place_of(quiet)), "gap")[-1]
    answer = officer.fill(place_of(quiet), do="report", gap=last, manner="spoken", reason="电池耗尽")
    assert (answer.status_code, 'id="wrong-manner"' in answer.text) == (422, True)


@pytest.mark.parametrize(("who", "status"), [("A2", 404), ("B1", 404), ("A3", 200), ("L1", 404), ("S1", 200)])
def test_an_activity_is_open_to_who_was_there_and_who_looks_after_it(
    counter: Counter, quiet: Silence, who: str, status: int
) -> None:
    browser = counter.browser(who)
    browser.open(place_of(quiet), status)
    browser.open(f"/activities/{uuid4()}", 404)
    assert ("xf-1" in browser.open("/activities")) == (status == 200)


def test_what_nobody_may_is_refused_whatever_the_form_says(counter: Counter, quiet: Silence) -> None:
    report, exemption = str(quiet.report()), str(quiet.exempt())
    administrator = counter.browser("A3")
    administrator.open(place_of(quiet))
    for fields in (
        {"do": "acknowledge", "of": report},
        {"do": "review", "of": exemption, "review": "approved", "reason": "同意"},
        {"do": "exempt", "ground": "12(4)", "reason": "补"},
    ):
        assert administrator.fill(place_of(quiet), **fields).status_code == 422
    for fields in ({"do": "erase"}, {"do": "acknowledge", "of": "x"}, {}):
        assert administrator.fill(place_of(quiet), **fields).status_code == 400
    assert quiet.reports()[0].seen_at is None
    assert quiet.exemptions()[0].reviewed_at is None


def test_what_was_docked_since_closes_a_gap_and_keeps_what_was_said(counter: Counter, quiet: Silence) -> None:
    officer = counter.browser("A1")
    explain(officer, quiet, "更换电池")
    quiet.recorded(sound=(19, 41))
    page = officer.open(place_of(quiet))
    assert "已由后来入库的资料补齐" in page
    assert "更换电池" in page


def test_pages_and_notices_speak_english_too(counter: Counter, quiet: Silence) -> None:
    quiet.report(), quiet.exempt()
    leader = counter.browser("L2")
    page = leader.open(f"{place_of(quiet)}?lang=en")
    assert "Interruptions" in page
    assert "privacy were touched" in page
    for notice in quiet.access.duties.notices():
        with quiet.city.registry.reading() as reading:
            view = notice_view(reading, notice.number)
        assert view is not None
        if view.unrecorded is not None:
            sheet = lay_out(view, "en", quiet.city.now)
            assert [card.heading for card in sheet.cards] == ["Activity xf-1"]
            assert "涉及" not in str(sheet), "reasons are shown to who signed in"
