"""Incidents at the desk: shown to whoever looks after the footage, settled by them alone (Art. 7)."""

from __future__ import annotations

import pytest

from registry.tables import CheckOutcome, IncidentKind, Resolution
from tests.desk.test_api import of
from tests.fixtures.counter import Counter
from tests.fixtures.duties import Duties
from tests.fixtures.fixity import Audits

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.fixture
def audits(counter: Counter) -> Audits:
    """Audits of the small city's footage."""
    made = Audits(Duties(counter.access.city))
    made.enrol()
    return made


def damaged(audits: Audits) -> str:
    """The number of an incident: other bytes than were verified."""
    audits.found(audits.begin(), audits.finding("video", IncidentKind.DIFFERENT, "sha256"))
    [incident] = audits.incidents()
    return incident.number


def test_an_administrator_settles_what_can_be_read_again(counter: Counter, audits: Audits) -> None:
    number = damaged(audits)
    administrator, place = counter.browser("A3"), f"/incidents/{number}"
    assert "1 项资料异常待办结" in administrator.open("/inbox")
    assert "内容不符" in administrator.open("/incidents")
    assert "sha256" in administrator.open(place)
    for said, wrong in (
        ({"resolution": "restored", "reason": "已恢复"}, "须先恢复，或者确认灭失"),
        ({"resolution": "lost", "reason": "x"}, "确认灭失须由领导决定"),
        ({"resolution": "nothing", "reason": "x"}, 'id="wrong-resolution"'),
        ({"resolution": "explained", "reason": " "}, 'id="wrong-reason"'),
    ):
        answer = administrator.fill(place, do="settle", **said)
        assert (answer.status_code, wrong in answer.text) == (422, True), said
    audits.city.wait(minutes=1)
    audits.read(audits.begin(), video=CheckOutcome.INTACT)
    page = administrator.press(place, do="settle", resolution="restored", reason="<b>已从备份恢复</b>")
    assert 'name="resolution"' not in page
    assert "&lt;b&gt;已从备份恢复" in administrator.get(place).text
    assert "或者已经办结" in administrator.fill(place, do="settle", resolution="restored", reason="再来").text
    assert "共 0 条" in administrator.open("/incidents")
    assert number in administrator.open("/incidents?settled=1")
    assert "资料异常待办结" not in administrator.open("/inbox")
    assert [one.resolution for one in audits.incidents()] == [Resolution.RESTORED]


def test_a_leader_gives_up_what_is_lost(counter: Counter, audits: Audits) -> None:
    number = damaged(audits)
    leader = counter.browser("L3")
    assert "other bytes than were verified" in leader.open(f"/incidents/{number}?lang=en")
    leader.press(f"/incidents/{number}", do="settle", resolution="lost", reason="两处存储均已损坏")
    assert "确认灭失" in leader.open(f"/incidents/{number}?lang=zh")


def test_it_is_not_shown_to_whoever_has_no_part_in_it(counter: Counter, audits: Audits) -> None:
    number = damaged(audits)
    for stranger, status in (("J3", 200), ("A1", 403)):
        browser = counter.browser(stranger)
        browser.open("/tokens")
        listed = browser.get("/incidents")
        assert (listed.status_code, number in listed.text) == (status, False)
        assert browser.get(f"/incidents/{number}").status_code == 404
        assert browser.fill(f"/incidents/{number}", resolution="lost", reason="x").status_code == 404
    assert [one.closed_at for one in audits.incidents()] == [None]


def test_programs_do_the_same(counter: Counter, audits: Audits) -> None:
    number = damaged(audits)
    administrator, leader = of(counter, "A3"), of(counter, "L3")
    [found] = administrator.get("/incidents").json()["incidents"]
    assert (found["number"], found["kind"], found["recording"]) == (
        number,
        "different",
        str(counter.recording("video")),
    )
    place, lost = f"/incidents/{number}/settle", {"resolution": "lost", "reason": "已损坏"}
    assert administrator.post(place, json=lost).status_code == 409
    assert of(counter, "A1").post(place, json=lost).status_code == 404
    assert of(counter, "A1").get("/incidents").status_code == 403
    assert leader.post(place, json=lost).json()["resolution"] == "lost"
    assert leader.get("/incidents?settled=true").json()["total"] == 1
