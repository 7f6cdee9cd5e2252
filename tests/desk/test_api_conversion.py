"""Evidence conversion for programs: the same acts as the pages', each by whom it is theirs (Art. 19)."""

from __future__ import annotations

from typing import Any

import pytest

from registry.transitions import conversion
from registry.transitions.conversion import Output
from regulation.conversion_states import ConversionState
from tests.desk.test_api import of
from tests.desk.test_api_disposal import said
from tests.fixtures.conversion_desk import ConversionDesk

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def body(desk: ConversionDesk, **more: Any) -> dict[str, Any]:
    items = [{"recording": desk.recording("video"), "proves": "现场执法过程"}]
    usual = {
        "grant": str(desk.converting.grant_id), "case": "案-2026-7", "cause": "占道经营", "items": items,
        "extractor": "A1", "checker": "A2", "carrier": "dvd-r", "copies": 2,
    }  # fmt: skip
    return usual | more


def step_open(whole: dict[str, Any]) -> str:
    return next(str(one["id"]) for one in whole["steps"] if one["is_open"])


def test_a_conversion_is_gone_through_by_programs(conversion_desk: ConversionDesk) -> None:
    officer, checker, leader = (of(conversion_desk.counter, who) for who in ("A1", "A2", "L2"))
    part = {"start": 5, "end": 50}
    marks = {"stills": [12.5], "muted": [{"start": 12, "end": 18}], "part": part, "original": False}
    marks["covered"] = [{"start": 12, "end": 18, "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.3}]
    items = [{"recording": conversion_desk.recording("video"), "proves": "当事人拒不改正"} | marks]
    draft = said(officer.post("/conversions", json=body(conversion_desk, items=items)))
    place = f"/conversions/{draft['number']}"
    assert draft["state"] == "draft"
    assert draft["asked"][0]["asked"] == items[0] | {"sound": False}
    assert conversion_desk.followed == [], "a draft has no run"
    assert checker.get(place).status_code == 404, "a draft is nobody else's"
    amended = said(officer.put(place, json=body(conversion_desk)))
    assert amended["asked"][0]["asked"]["original"] is True
    whole = said(officer.post(f"{place}/submission"))
    assert conversion_desk.followed == [draft["number"]]
    assert [one["number"] for one in officer.get("/conversions/waiting").json()] == [draft["number"]]
    assert checker.get("/conversions/waiting").json() == []
    lines = [{"start": 12, "end": 18, "speaker": "执法人员", "text": "请出示证件。"}]
    spoken = f"{place}/transcripts/{conversion_desk.recording('video')}"
    whole = said(officer.put(spoken, json={"origin": "written", "lines": lines}))
    assert whole["asked"][0]["transcript"] == {"origin": "written", "is_confirmed": True, "lines": lines}
    step = f"{place}/steps/{step_open(whole)}"
    assert checker.post(step, json={"do": "extract", "reason": "x"}).status_code == 409
    said(officer.post(step, json={"do": "extract", "reason": "从保管库原件提取"}))
    conversion_desk.made(conversion_desk.converting.all()[0].id)
    whole = said(checker.get(place))
    assert whole["may"]["answers"] == step_open(whole)
    whole = said(checker.post(f"{place}/steps/{step_open(whole)}", json={"do": "check", "reason": "与原件一致"}))
    assert officer.get(f"{place}/statement").status_code == 404
    step = f"{place}/steps/{step_open(said(leader.get(place)))}"
    whole = said(leader.post(step, json={"do": "sign", "reason": "同意"}))
    assert leader.post(step, json={"do": "sign", "reason": "同意"}).status_code == 409, "answered once"
    assert [one["decided_by"] for one in whole["steps"]] == ["A1", "A2", "L2"]
    conversion_desk.pack(conversion_desk.converting.all()[0].id)
    whole = said(officer.get(place))
    assert whole["state"] == "issued"
    assert whole["discs"][0]["carrier"] == "dvd-r"
    signed = said(officer.get(f"{place}/statement"))
    assert signed["document"].startswith("{")
    assert conversion_desk.converting.problems() == []


def test_why_something_was_not_made_is_told_in_both_languages(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    conversion_desk.converting.extract(one)
    (item,) = conversion_desk.converting.items(one)
    conversion_desk.made(one, Output(item.id, "sound", 1, {}, problem="there is no sound in it"))
    whole = said(of(conversion_desk.counter, "A2").get(conversion_desk.place(one)))
    [sound] = whole["asked"][0]["made"]
    assert (sound["problem"], sound["problem_zh"]) == ("there is no sound in it", "其中没有声音")
    assert (whole["problem"], whole["problem_zh"]) == (None, None)


def test_why_it_was_sent_back_by_its_run_is_told_in_both_languages(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    conversion_desk.converting.extract(one)
    with conversion_desk.converting.city.act() as act:
        conversion.give_up(act, one, "录像.mp4: It is not what was taken in. (Art. 7)")
    [listed] = of(conversion_desk.counter, "A1").get("/conversions").json()
    assert listed["problem"] == "录像.mp4: It is not what was taken in. (Art. 7)"
    assert listed["problem_zh"] == "录像.mp4：内容与入库时不一致（第七条）"


def test_issued_it_is_registered_handed_out_again_and_recalled(conversion_desk: ConversionDesk) -> None:
    number = conversion_desk.number(conversion_desk.issued("video"))
    officer, leader = of(conversion_desk.counter, "A1"), of(conversion_desk.counter, "L2")
    register = said(leader.get("/conversions/register?state=issued"))
    assert (register["total"], register["conversions"][0]["number"]) == (1, number)
    assert officer.get("/conversions/register").status_code == 403
    again = said(leader.post(f"/conversions/{number}/reissues", json={"copies": 1, "reason": "法院要求"}))
    assert again["copies_allowed"] == again["copies"] + 1
    recalled = said(leader.post(f"/conversions/{number}/recall", json={"reason": "内容有误"}))
    assert (recalled["state"], recalled["recall_reason"]) == ("withdrawn", "内容有误")


def test_one_that_is_not_wanted_any_more_is_withdrawn(conversion_desk: ConversionDesk) -> None:
    officer = of(conversion_desk.counter, "A1")
    number = said(officer.post("/conversions", json=body(conversion_desk)))["number"]
    said(officer.post(f"/conversions/{number}/submission"))
    assert said(officer.post(f"/conversions/{number}/withdrawal"))["state"] == "withdrawn"
    assert officer.post(f"/conversions/{number}/submission").status_code == 409
    assert [one["number"] for one in officer.get("/conversions").json()] == [number]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"case": "没有"}, "case"),
        ({"items": []}, "recordings"),
        ({"checker": "A1"}, "checker"),
        ({"extractor": "X9"}, "extractor"),
        ({"cause": "占道😀"}, "cause"),
        ({"copies": 3}, "copies"),
        ({"items": []}, "recordings"),
    ],
)
def test_what_cannot_be_names_its_field_and_article(
    conversion_desk: ConversionDesk, more: dict[str, Any], field: str
) -> None:
    wrong = said(of(conversion_desk.counter, "A1").post("/conversions", json=body(conversion_desk, **more)), 422)
    assert wrong["field"] == field
    assert wrong["article"] in ("Art. 17", "Art. 19")
    assert conversion_desk.converting.all() == []


def test_anothers_is_as_if_there_were_none(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.submitted("video")
    stranger, place = of(conversion_desk.counter, "J3"), f"/conversions/{conversion_desk.number(one)}"
    for path in ("", "/statement"):
        assert stranger.get(f"{place}{path}").status_code == 404
    for path, sent in (("/submission", None), ("/withdrawal", None), ("/recall", {"reason": "x"})):
        assert stranger.post(f"{place}{path}", json=sent).status_code == 404, path
    assert stranger.post("/conversions", json=body(conversion_desk)).status_code == 409
    assert conversion_desk.converting.row(one).state is ConversionState.EXTRACTION
