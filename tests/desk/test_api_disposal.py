"""Retention and disposal for programs: the same acts as the pages', and nothing for anybody else (Art. 18, 23)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from regulation.disposal_states import ListState
from tests.desk.test_api import of
from tests.desk.test_terms import shortened
from tests.fixtures.disposal import DisposalDesk

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def step_of(whole: dict[str, Any], stage: str, witness: str | None = None) -> str:
    return next(
        str(one["id"])
        for one in whole["steps"]
        if one["stage"] == stage and one["is_open"] and one["witness"] == witness
    )


def said(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_a_list_is_gone_through_by_programs(disposal_desk: DisposalDesk) -> None:
    number, counter = disposal_desk.open_list(), disposal_desk.counter
    administrator, leader, first, second = (of(counter, who) for who in ("A3", "L3", "A1", "A2"))
    place = f"/disposals/{number}"
    assert [one["number"] for one in administrator.get("/disposals/waiting").json()] == [number]
    assert leader.get("/disposals/waiting").json() == []
    listed = said(administrator.get(f"{place}/items"))
    assert (listed["total"], listed["items"][0]["due_on"]) == (2, "2027-05-23")
    dispose = {"appraisal": "dispose", "reason": "保存期满"}
    nothing = said(administrator.post(f"{place}/appraisals", json=dispose), 422)
    assert (nothing["field"], nothing["article"]) == ("recordings", "Art. 18")
    old = [disposal_desk.recording("old")]
    whole = said(administrator.post(f"{place}/appraisals", json=dispose | {"recordings": old}))
    assert (whole["unappraised"], whole["counts"], whole["may_appraise"]) == (1, {"listed": 2}, True)
    assert said(administrator.get(f"{place}/items?unappraised=true"))["total"] == 1
    assert administrator.post(f"{place}/submission", json={"reason": "x"}).status_code == 409
    administrator.post(f"{place}/appraisals", json=dispose | {"scope": "unappraised"})
    whole = said(administrator.post(f"{place}/submission", json={"reason": "已逐条鉴定"}))
    step = f"{place}/steps/{step_of(whole, 'approval')}"
    named = {"do": "approve", "reason": "同意", "witnesses": ["A1", "A2"]}
    wrong = said(leader.post(step, json=named | {"witnesses": ["A1"]}), 422)
    assert wrong["field"] == "witnesses"
    whole = said(leader.post(step, json=named))
    assert leader.post(step, json=named).status_code == 409, "answered once"
    for program, who in ((first, "A1"), (second, "A2")):
        assert said(program.get(place))["may_witness"]
        step = f"{place}/steps/{step_of(whole, 'witness', who)}"
        assert leader.post(step, json={"do": "witness", "reason": "x"}).status_code == 409
        whole = said(program.post(step, json={"do": "witness", "reason": "已核对"}))
    assert whole["state"] == "grace"
    disposal_desk.disposal.city.wait(minutes=1)
    kept = {"scope": "chosen", "recordings": old, "reason": "复议"}
    assert said(second.post(f"{place}/restorations", json=kept))["counts"] == {"listed": 1, "dropped": 1}
    assert disposal_desk.disposal.state() is ListState.GRACE
    registered = said(leader.get("/disposals/register?state=grace"))
    assert (registered["total"], registered["lists"][0]["witnesses"]) == (1, ["甲 A1", "乙 A2"])
    assert leader.get(f"{place}/certificate").status_code == 404


def test_a_witness_is_replaced_or_all_of_it_refused(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    disposal_desk.disposal.appraise()
    disposal_desk.disposal.submit()
    leader, place = of(disposal_desk.counter, "L3"), f"/disposals/{number}"
    whole = said(leader.get(place))
    step = f"{place}/steps/{step_of(whole, 'approval')}"
    whole = said(leader.post(step, json={"do": "approve", "reason": "同意", "witnesses": ["A1", "A2"]}))
    step = f"{place}/steps/{step_of(whole, 'witness', 'A1')}"
    assert said(leader.post(step, json={"do": "name-witness", "other": "X9"}), 422)["field"] == "other"
    whole = said(leader.post(step, json={"do": "name-witness", "other": "L2"}))
    assert step_of(whole, "witness", "L2")
    assert leader.post(step, json={"do": "refuse", "reason": "x"}).status_code == 409


def test_another_units_are_as_if_there_were_none(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    hold = disposal_desk.disposal.hold("older")
    disposal_desk.disposal.case("案1")
    stranger, officer = of(disposal_desk.counter, "J3"), of(disposal_desk.counter, "A2")
    case = of(disposal_desk.counter, "A3").get("/cases").json()["cases"][0]["id"]
    for program in (stranger, officer):
        assert program.get("/disposals").json() == {"total": 0, "lists": []}
        for place in ("", "/items", "/certificate"):
            assert program.get(f"/disposals/{number}{place}").status_code == 404
        for place, body in (
            (f"/disposals/{number}/submission", {"reason": "x"}),
            (f"/disposals/{number}/restorations", {"reason": "x", "scope": "all"}),
            (f"/holds/{hold}/lift", {"reason": "x"}),
            (f"/cases/{case}", {"permanent": True, "document": "x"}),
        ):
            assert program.post(place, json=body).status_code == 404, place
        assert program.get(f"/recordings/{disposal_desk.recording('old')}/standing").status_code == 404
    assert officer.get("/cases").status_code == 403
    assert disposal_desk.disposal.listed() == {"old"}


def test_what_is_kept_without_an_end_goes_by_its_term_again(disposal_desk: DisposalDesk) -> None:
    disposal_desk.open_list()
    disposal_desk.disposal.restore("old")
    disposal_desk.disposal.settle()
    administrator, leader = of(disposal_desk.counter, "A3"), of(disposal_desk.counter, "L3")
    place = f"/recordings/{disposal_desk.recording('old')}"
    [kept] = said(administrator.get(f"{place}/standing"))["extensions"]
    assert (kept["until"], kept["ended_at"]) == (None, None)
    end = f"{place}/extensions/{kept['id']}/end"
    assert administrator.post(end, json={"reason": "x"}).status_code == 409
    assert of(disposal_desk.counter, "J3").post(end, json={"reason": "x"}).status_code == 404
    [ended] = said(leader.post(end, json={"reason": "不再需要"}))["extensions"]
    assert (ended["end_reason"], ended["ended_at"] is None) == ("不再需要", False)
    assert leader.post(end, json={"reason": "x"}).status_code == 409


def test_holds_cases_and_uses(disposal_desk: DisposalDesk) -> None:
    administrator, leader = of(disposal_desk.counter, "A3"), of(disposal_desk.counter, "L3")
    disposal_desk.disposal.settle()
    old = disposal_desk.recording("old")
    stands = said(administrator.get(f"/recordings/{old}/standing"))
    assert stands["why_zh"].endswith("待列入销毁清册。")
    assert (stands["due_on"], stands["retention_class"], stands["keepers"]) == ("2027-05-23", "routine", [])
    hold = said(administrator.post("/holds", json={"kind": "legal", "reason": "复议", "recordings": [old]}), 201)
    assert said(administrator.get(f"/recordings/{old}/standing"))["keepers"] == ["held"]
    lift = f"/holds/{hold['number']}/lift"
    assert administrator.post(lift, json={"reason": "x"}).status_code == 409
    assert said(leader.post(lift, json={"reason": "已结"}))["lift_reason"] == "已结"
    assert said(leader.get("/holds?lifted=true"))["total"] == 1
    case = said(administrator.post("/cases", json={"number": "案1", "unit": "xf"}), 201)
    assert said(administrator.post("/cases", json={"number": "案1", "unit": "xf"}), 422)["field"] == "number"
    used = {"case_number": "案1", "recordings": [old], "reason": "主要证据"}
    assert administrator.post("/uses", json=used).status_code == 204
    place = f"/cases/{case['id']}"
    assert said(administrator.get(place))["recordings"] == 1
    closed = {"closed_on": "2027-05-01", "keep_years": 10, "document": "结案表"}
    assert said(administrator.post(place, json=closed))["keep_years"] == 10
    assert said(administrator.post(place, json=closed | {"document": None}), 422)["field"] == "document"


def test_changes_and_the_review(disposal_desk: DisposalDesk) -> None:
    place = shortened(disposal_desk)
    administrator, leader = of(disposal_desk.counter, "A3"), of(disposal_desk.counter, "L3")
    assert len(leader.get("/terms/changes?pending=true").json()) == 1
    whole = said(leader.get(place))
    assert [one["instead_of"] for one in whole["released"]] == ["2028-11-23"] * 2
    assert administrator.post(place, json={"verdict": "allowed", "reason": "x"}).status_code == 409
    assert said(leader.post(place, json={"verdict": "refused", "reason": "仍需保存"}))["change"]["verdict"] == "refused"
    assert leader.post(place, json={"verdict": "allowed", "reason": "x"}).status_code == 409
    assert said(leader.get("/terms/review")) == {"total": 0, "recordings": [], "unsound": []}
