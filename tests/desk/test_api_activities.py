"""Activities for programs: the same acts as the page's, and nothing for anybody else (Art. 12, 13)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from regulation.unrecorded import Review
from tests.desk.test_api import of
from tests.fixtures.counter import Counter
from tests.fixtures.unrecorded import Silence

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def said(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_what_was_not_recorded_is_said_and_seen_by_programs(counter: Counter, quiet: Silence) -> None:
    officer, leader, principal = (of(counter, who) for who in ("A1", "L2", "L3"))
    place = f"/activities/{quiet.activity}"
    whole = said(officer.get(place))
    assert (whole["may_report"], len(whole["recordings"]), len(whole["interruptions"])) == (True, 4, 2)
    gap = whole["interruptions"][0]
    report = {"start": gap["start"], "end": gap["end"], "manner": "spoken", "reason": "更换电池"}
    [told] = said(officer.post(f"{place}/reports", json=report), 201)["interruptions"][0]["reports"]
    assert (told["by"]["number"], told["recording"], told["seen_at"]) == ("A1", str(counter.recording("photo")), None)
    assert not told["may_acknowledge"]
    work = {"ground": "12(4)", "reason": "涉及个人隐私", "document": "书面说明"}
    [exemption] = said(officer.post(f"{place}/exemptions", json=work), 201)["exemptions"]
    assert said(officer.post(f"{place}/exemptions", json=work), 422)["field"] == "ground"
    for program in (leader, principal):
        assert [one["number"] for one in program.get("/activities/waiting").json()] == ["xf-1"]
    assert officer.get("/activities/waiting").json() == []
    seen = f"{place}/reports/{told['id']}/acknowledgement"
    assert said(principal.post(seen), 409)["article"] == "Art. 13"
    [told] = said(leader.post(seen))["interruptions"][0]["reports"]
    assert (told["seen_by"]["number"], told["seen_as"]) == ("L2", "supervising-leader")
    assert leader.post(seen).status_code == 409
    review = f"{place}/exemptions/{exemption['id']}/review"
    assert said(leader.post(review, json={"review": "approved", "reason": "x"}), 409)["article"] == "Art. 12"
    [reviewed] = said(principal.post(review, json={"review": "refused", "reason": "可另行安排"}))["exemptions"]
    assert (reviewed["review"], reviewed["review_reason"]) == ("refused", "可另行安排")
    assert quiet.exemptions()[0].review is Review.REFUSED
    assert quiet.problems() == []


def test_it_is_nothing_to_strangers(counter: Counter, quiet: Silence) -> None:
    report, exemption = quiet.report(), quiet.exempt()
    stranger, leader = of(counter, "J3"), of(counter, "L3")
    place = f"/activities/{quiet.activity}"
    assert stranger.get("/activities").json() == {"total": 0, "activities": []}
    gap = dict(zip(("start", "end"), (one.isoformat() for one in quiet.gaps()[0]), strict=True))
    for path, body in (
        (f"{place}/reports", gap | {"manner": "written", "reason": "x"}),
        (f"{place}/exemptions", {"ground": "12(5)", "reason": "x"}),
        (f"{place}/reports/{report}/acknowledgement", {}),
        (f"{place}/exemptions/{exemption}/review", {"review": "approved", "reason": "x"}),
    ):
        assert stranger.post(path, json=body).status_code == 404, path
    other = counter.access.city.activities["xf-2"]
    wrong = f"/activities/{other}/exemptions/{exemption}/review"
    assert leader.post(wrong, json={"review": "approved", "reason": "x"}).status_code == 409
    assert leader.get(f"/activities/{uuid4()}").status_code == 404
    assert quiet.exemptions()[0].reviewed_at is None
