"""Changes of terms wait for the principal leader; what is kept beyond its limit is named (Art. 18, 23)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.transitions import retention
from registry.transitions.duties import Rules
from regulation.errors import ConfigurationError
from regulation.expiry import ended_before, expiry_day
from regulation.policy import CITY, Layer, Policy, PolicyLayer, Provision
from tests.fixtures.custody import CITY_RULES
from tests.fixtures.disposal import DisposalDesk

SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)

_OWN = Provision("routine_retention_months", 24, "第3条", date(2022, 5, 23))
LONGER = Rules(
    lambda _unit: Policy([CITY, PolicyLayer(Layer.UNIT, "消防〔2026〕1号", (_OWN,), unit="xf")]),
    CITY_RULES.is_working_day,
)


def shortened(desk: DisposalDesk) -> str:
    """The place of a change: terms of two years by a policy that is no longer there."""
    ids = [desk.disposal.recording(name) for name in ("old", "older")]
    for rules in (LONGER, CITY_RULES):
        with desk.disposal.city.act() as act:
            retention.settle_terms(act, ids, rules)
    found = re.search(r'href="(/terms/changes/[^"]+)"', desk.browser("L3").open("/terms/changes"))
    assert found is not None
    return found[1]


@SQLITE
def test_the_principal_leader_lets_shorter_terms_into_force(disposal_desk: DisposalDesk) -> None:
    place = shortened(disposal_desk)
    leader, administrator = disposal_desk.browser("L3"), disposal_desk.browser("A3")
    assert "1 项期限变更待您决定" in leader.open("/inbox")
    assert "待您决定" not in administrator.open("/inbox")
    page = leader.open(place)
    assert "2028-11-23" in page
    assert "2027-05-23" in page
    assert "同意缩短" not in administrator.open(place)
    administrator.open("/holds/new")
    answer = administrator.fill(place, do="allowed", reason="x")
    assert (answer.status_code, "缩短保存期限须经主要领导同意" in answer.text) == (422, True)
    leader.open(place)
    for change, what in (({"reason": " "}, 'id="wrong-reason"'), ({"do": "x"}, "请选择一项")):
        answer = leader.fill(place, **({"do": "allowed", "reason": "<b>新规</b>"} | change))
        assert (answer.status_code, what in answer.text) == (422, True)
    assert "同意缩短" in leader.press(place, do="allowed", reason="<b>新规</b>")
    shown = leader.get(place).text
    assert "&lt;b&gt;新规" in shown
    leader.open("/holds/new")
    assert "该事项已经办理" in leader.fill(place, do="refused", reason="再来").text
    assert "待您决定" not in leader.open("/inbox")
    disposal_desk.disposal.settle()
    assert disposal_desk.disposal.term("old").due_on == date(2027, 5, 23)


@SQLITE
def test_a_change_is_its_units_own(disposal_desk: DisposalDesk) -> None:
    place = shortened(disposal_desk)
    stranger, officer = disposal_desk.browser("J3"), disposal_desk.browser("A1")
    assert place not in stranger.open("/terms/changes")
    for browser in (stranger, officer):
        browser.open("/holds/new")
        assert browser.get(place).status_code == 404
        assert browser.fill(place, do="allowed", reason="x").status_code == 404
    for page in ("/terms/changes", "/terms/review"):
        assert officer.get(page).status_code == 403


def test_the_review_names_what_is_there_without_a_reason(disposal_desk: DisposalDesk) -> None:
    """Terms that ended on 2027-05-23, reviewed a month later and more."""
    disposal = disposal_desk.disposal
    disposal.settle()
    assert "没有超期保存的资料" in disposal_desk.browser("L3").open("/terms/review")
    disposal.later(datetime(2027, 6, 24, 1, tzinfo=UTC))
    leader = disposal_desk.browser("L3")
    assert "共 2 条" in leader.open("/terms/review")
    assert "未列入" in leader.open("/terms/review")
    assert "共 0 条" in disposal_desk.browser("J3").open("/terms/review")
    hold = disposal.hold("old")
    assert "共 1 条" in leader.open("/terms/review"), "what is held has its reason"
    disposal.lift(hold)
    disposal.case("案-1", date(2020, 1, 1), 1)
    disposal.use("案-1", "old")
    held = disposal.hold(case="案-1")
    disposal.settle()
    assert disposal.term("old").due_on is not None
    assert "共 1 条" in leader.open("/terms/review"), "and so has what its case holds"
    disposal.lift(held)
    number = disposal_desk.open_list()
    assert "共 0 条" in leader.open("/terms/review"), "its list has just been opened"
    disposal.later(disposal.city.now + timedelta(days=32))
    page = disposal_desk.browser("L3").open("/terms/review?lang=en")
    assert "2 in all" in page
    assert number in page


@SQLITE
def test_what_is_kept_without_an_end_is_ended_on_its_page(disposal_desk: DisposalDesk) -> None:
    disposal = disposal_desk.disposal
    disposal_desk.open_list()
    disposal.restore("old")
    disposal.settle()
    [kept] = disposal.extensions()
    place, said = f"/recordings/{kept.recording_id}", {"do": "end", "extension": str(kept.id)}
    administrator, leader = disposal_desk.browser("A3"), disposal_desk.browser("L3")
    assert "终止长期续存" not in administrator.open(place)
    refused = administrator.fill(place, **said, reason="不再需要")
    assert (refused.status_code, "只有主要领导可以解除" in refused.text) == (422, True)
    assert "终止长期续存" in leader.open(place)
    assert 'id="wrong-reason"' in leader.fill(place, **said, reason=" ").text
    assert leader.fill(place, do="end", extension="x", reason="x").status_code == 422
    other = f"/recordings/{disposal_desk.recording('older')}"
    assert leader.fill(other, **said, reason="x").status_code == 422, "it is not of this recording"
    page = leader.press(place, **said, reason="<b>不再需要</b>")
    assert "<s>延长保存</s>" in page
    assert "&lt;b&gt;不再需要" in leader.get(place).text
    assert "终止长期续存" not in page
    assert "续存已经终止" in leader.fill(place, **said, reason="再来").text
    disposal.settle()
    assert disposal.term("old").due_on == date(2027, 5, 23)


@SQLITE
def test_a_unit_whose_policy_is_not_sound_is_named(disposal_desk: DisposalDesk) -> None:
    def refuse(_unit: object) -> Policy:
        raise ConfigurationError("not sound")

    disposal_desk.disposal.settle()
    disposal_desk.disposal.later(datetime(2027, 7, 24, 1, tzinfo=UTC))
    leader = disposal_desk.browser("L3")
    doors = disposal_desk.counter.app.state.desk.access
    object.__setattr__(doors, "rules", lambda _session: Rules(refuse, lambda _day: True))
    page = leader.open("/terms/review")
    assert "未能复核" in page
    assert "共 0 条" in page


@given(today=st.dates(date(2023, 1, 1), date(2090, 1, 1)), months=st.integers(1, 30))
def test_the_first_day_that_is_not_long_ago(today: date, months: int) -> None:
    day = ended_before(today, months)
    assert expiry_day(day, months) >= today
    assert expiry_day(day - timedelta(days=1), months) < today
