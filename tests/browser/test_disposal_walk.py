"""A disposal list walked through in a real browser, with the keyboard alone, on a phone and at a desk (Art. 18)."""

from __future__ import annotations

from datetime import date

import pytest

from desk.words import Language, say
from registry.transitions import retention
from registry.transitions.fixity import Finding
from regulation.disposal_states import ListState
from regulation.incidents import IncidentKind
from regulation.vocabulary import MediaKind
from tests.fixtures.custody import sha
from tests.fixtures.disposal import Disposal
from tests.fixtures.duties import Duties
from tests.fixtures.fixity import Audits
from tests.fixtures.walking import Walk, Walker

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


@pytest.fixture
def due(disposal_city: Disposal) -> Disposal:
    """A list of what is due, of eight recordings as they are in life."""
    more = ["p1", "p2", "p3", "p4", "p5", "p6"]
    disposal_city.seal_filed("xf-1", *more)
    disposal_city.city.settle_duties()
    for place, name in enumerate(("old", "older", *more)):
        kind = MediaKind.PHOTO if place % 3 == 2 else MediaKind.VIDEO
        facts = f"media_kind = '{kind}', size = {(place + 2) * 37_123_456}, condition = 'whole', duration_seconds = 754"
        disposal_city.city.tamper("recording", f"UPDATE recording SET {facts} WHERE sha256 = '{sha(name)}'")
    disposal_city.later()
    assert disposal_city.list_due().items == 8
    return disposal_city


def to_the_list(walker: Walker) -> None:
    """From the inbox to the list that waits."""
    walker.open("/inbox")
    walker.press("ul.cards a[href^='/disposals/']")


@SIZES
@LANGUAGES
def test_appraised_approved_witnessed_and_waited_for(due: Disposal, walk: Walk, size: str, language: Language) -> None:
    administrator = walk.inside("A3", size, language)
    administrator.open("/inbox")
    administrator.look("disposal-inbox")
    to_the_list(administrator)
    administrator.tick("input[name=recording] >> nth=0")
    administrator.tick("input[name=recording] >> nth=1")
    administrator.reach("input[name=appraisal]")
    administrator.page.keyboard.press("Space")
    administrator.page.keyboard.press("ArrowDown")
    administrator.write("#appraise-reason", "涉及重点场所整治，续存备查")
    administrator.press("#appraise button")
    assert administrator.page.locator("#wrong-keep_until").count() == 1, "a day is missing"
    assert administrator.page.locator("input[name=recording]:checked").count() == 2
    administrator.look("disposal-wrong")
    administrator.page.fill("#appraise-keep_until", "2028-12-31")
    administrator.press("#appraise button")
    administrator.reach("input[name=scope]:checked")
    administrator.page.keyboard.press("ArrowDown")
    administrator.reach("input[name=appraisal]")
    administrator.page.keyboard.press("Space")
    administrator.write("#appraise-reason", "保存期满，无继续保存价值")
    administrator.look("disposal-appraise")
    administrator.press("#appraise button")
    administrator.write("#submit-reason", "已逐条鉴定，拟销毁六条")
    administrator.press("form:has(input[value=submit]) button")
    administrator.see(say("待批准", language))
    leader = walk.inside("L3", size, language)
    to_the_list(leader)
    leader.write("input[name=witness-1]", "A1")
    leader.write("input[name=witness-2]", "A2")
    leader.write("textarea[name=reason]", "同意按规定销毁。")
    leader.look("disposal-approve")
    leader.press("button[value=approve]")
    leader.look("disposal-approved")
    for number in ("A1", "A2"):
        witness = walk.inside(number, size, language)
        to_the_list(witness)
        witness.write("#witness-reason", "已与批准的清册逐条核对，一致。")
        witness.look("disposal-witness")
        witness.press("form:has(input[value=witness]) button")
        assert witness.refused == []
    leader.page.reload()
    leader.see(say("等待期", language))
    leader.look("disposal-grace")
    assert due.state() is ListState.GRACE
    leader.tick("section:has(#restore) summary")
    leader.tick("input[name=recording] >> nth=0")
    due.city.wait(minutes=1)
    leader.write("#restore-reason", "当事人申请复议")
    leader.press("#restore button")
    leader.press("nav.sub a[href='/disposals/register']")
    leader.look("disposal-register")
    leader.press("nav.sub a[href='/disposals']")
    leader.look("disposals")
    assert len(administrator.refused) == 1, "the form that was shown again"
    assert leader.refused == []


def damaged(due: Disposal) -> str:
    """The number of an incident: an audit found other bytes of one recording than were verified."""
    audits = Audits(Duties(due.city))
    audits.enrol()
    finding = Finding(IncidentKind.DIFFERENT, due.city.unit_id("xf"), due.recording("p5"), "key", "sha256")
    audits.found(audits.begin(), finding)
    return audits.incidents()[0].number


@SIZES
@LANGUAGES
def test_holds_cases_terms_and_the_page_of_what_is_gone(
    due: Disposal, walk: Walk, size: str, language: Language
) -> None:
    due.case("京城罚〔2026〕12号", date(2027, 5, 1), 10)
    due.use("京城罚〔2026〕12号", "p6")
    with due.city.act() as act:
        retention.settle_terms(act, [due.recording("p6")], due.rules)
    number = damaged(due)
    administrator = walk.inside("A3", size, language)
    administrator.open("/holds/new?activity=xf-1")
    administrator.tick("input[name=recording] >> nth=0")
    administrator.write("textarea[name=reason]", "行政复议期间，资料不得销毁")
    administrator.look("new-hold")
    administrator.press("form[method=post][action='/holds/new'] button")
    administrator.look("hold")
    for place, name in (
        ("/holds", "holds"),
        ("/cases", "cases"),
        ("/cases/new", "new-case"),
        ("/terms/changes", "term-changes"),
        ("/terms/review", "term-review"),
        ("/incidents", "incidents"),
        (f"/incidents/{number}", "incident"),
        (f"/recordings/{due.recording('p6')}", "kept"),
    ):
        administrator.open(place)
        administrator.look(name)
    administrator.open("/cases")
    administrator.press("ul.cards a")
    administrator.look("case")
    due.decide_all()
    due.city.wait(days=8)
    due.finish(due.begin())
    administrator = walk.inside("A3", size, language)
    administrator.open(f"/recordings/{due.recording('p1')}")
    administrator.see(say("业已销毁", language))
    administrator.look("tombstone")
    assert administrator.refused == []
