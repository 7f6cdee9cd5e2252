"""The desk for programs: the same acts, for whoever's token is shown, and nothing for anybody else (Art. 17)."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from desk.api.app import PREFIX, create_api
from regulation.access_states import RequestState
from regulation.vocabulary import MediaKind
from tests.desk.test_clips import media
from tests.fixtures.counter import BASE, Browser, Counter
from tests.fixtures.desks import InProcess
from tests.fixtures.patience import wait_until

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
__all__ = ["media"]


def token_of(counter: Counter, number: str, name: str = "程序") -> tuple[str, Browser]:
    """A token issued at the desk, and the browser that did it."""
    browser = counter.browser(number)
    browser.open("/tokens")
    page = browser.fill("/tokens", name=name).text
    found = re.search(r"<code>(bwc_[^<]+)</code>", page)
    assert found is not None
    return found[1], browser


def program(counter: Counter, token: str, address: str = "192.0.2.30") -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(transport=InProcess(counter.app, address), base_url=BASE + PREFIX, headers=headers)


def of(counter: Counter, number: str) -> httpx.Client:
    return program(counter, token_of(counter, number)[0])


def wanted(counter: Counter, **more: Any) -> dict[str, Any]:
    usual = {
        "recordings": [{"id": str(counter.recording("video"))}],
        "purpose": "复核现场情况",
        "valid_from": "2026-11-23T09:00:00+08:00",
        "valid_until": "2026-11-30T09:00:00+08:00",
        "views": 2,
        "copies": 1,
    }
    return usual | more


def asked(counter: Counter, officer: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = officer.post("/requests", json=wanted(counter, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_asked_decided_looked_at_and_copied(counter: Counter) -> None:
    officer, leader = of(counter, "A1"), of(counter, "L2")
    me = officer.get("/me").json()
    assert (me["number"], me["name"]) == ("A1", "甲")  # the person's name, not what they call the token
    request = asked(counter, officer)
    place = f"/requests/{request['number']}"
    assert [one["number"] for one in leader.get("/inbox").json()] == [request["number"]]
    [step] = leader.get(place).json()["steps"]
    assert step["is_yours"]
    said = {"do": "approve", "reason": "同意"}
    decided = leader.post(f"{place}/steps/{step['id']}", json=said)
    assert decided.json()["state"] == "approved"
    assert leader.post(f"{place}/steps/{step['id']}", json=said).status_code == 409, "answered once"
    grant, recording = decided.json()["grant"], counter.recording("video")
    view = officer.post(f"/grants/{grant}/{recording}/views").json()["view"]
    assert officer.get(f"/views/{view}/footage").content == b"video"
    part = officer.get(f"/views/{view}/footage", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"ide")
    assert officer.post(f"/views/{view}/looks", json={"what": "play", "at": 1.5}).status_code == 204
    assert officer.post(f"/views/{view}/end").status_code == 204
    assert officer.get(f"/views/{view}/footage").status_code == 404
    copy = officer.post(f"/grants/{grant}/{recording}/copies").json()
    assert officer.get(f"/copies/{copy['number']}/file").content == b"video"
    assert officer.post(f"/grants/{grant}/{recording}/copies").status_code == 403, "there was one"
    declared = officer.post(f"/copies/{copy['number']}", json={"do": "declare", "what": "destroyed"})
    assert declared.json()["declared"] == "destroyed"
    assert of(counter, "A3").post(
        f"/copies/{copy['number']}", json={"do": "confirm", "what": "destroyed"}
    ).json()["ended"] == "destroyed"  # fmt: skip


def test_given_in_part_sent_back_denied_and_revoked(counter: Counter) -> None:
    officer, leader = of(counter, "A1"), of(counter, "L2")
    request = asked(counter, officer)
    place = f"/requests/{request['number']}"
    step = f"{place}/steps/{request['steps'][0]['id']}"
    assert leader.post(step, json={"do": "send-back", "reason": "哪一起？"}).json()["state"] == "draft"
    again = officer.post(place, json={"do": "submit", "answer": "第一起"}).json()
    assert again["state"] == "pending"
    assert leader.post(step, json={"do": "approve", "reason": "x"}).status_code == 409, "an old step"
    fresh = next(one for one in again["steps"] if one["is_open"])
    part = {"id": again["recordings"][0]["id"], "start": 1, "end": 2}
    given = {"do": "approve", "reason": "一部分", "items": [part], "views": 1}
    assert leader.post(f"{place}/steps/{fresh['id']}", json=given).json()["state"] == "partly-approved"
    assert officer.post(place, json={"do": "revoke", "reason": "x"}).status_code == 409
    assert leader.post(place, json={"do": "revoke", "reason": "误批"}).json()["state"] == "revoked"
    other = asked(counter, officer)
    denied = {"do": "deny", "reason": "不需要"}
    number = other["number"]
    assert leader.post(f"/requests/{number}/steps/{other['steps'][0]['id']}", json=denied).json()["state"] == "denied"
    third = asked(counter, officer)
    assert officer.post(f"/requests/{third['number']}", json={"do": "withdraw"}).json()["state"] == "withdrawn"


def test_left_to_others(counter: Counter) -> None:
    officer, leader = of(counter, "A1"), of(counter, "L2")
    request = asked(counter, officer)
    step = f"/requests/{request['number']}/steps/{request['steps'][0]['id']}"
    nobody = leader.post(step, json={"do": "hand-over", "reason": "出差", "successor": "X9"})
    assert (nobody.status_code, nobody.json()["field"]) == (422, "successor")
    assert leader.post(step, json={"do": "hand-over", "reason": "出差", "successor": "L3"}).status_code == 200
    assert leader.post(step, json={"do": "stand-aside", "reason": "x"}).status_code == 409


def test_register_trail_and_markings(counter: Counter) -> None:
    officer, overseer = of(counter, "A1"), of(counter, "A3")
    request = asked(counter, officer)
    found = overseer.get("/register", params={"words": request["number"]}).json()
    assert (found["total"], found["requests"][0]["number"]) == (1, request["number"])
    assert officer.get("/register").status_code == 403
    place = f"/recordings/{counter.recording('video')}"
    assert overseer.get(f"{place}/trail").json()["entries"]
    marking = {"do": "mark", "marking": "privacy", "reason": "住宅"}
    assert overseer.post(f"{place}/markings", json=marking).status_code == 204
    assert overseer.post(f"{place}/markings", json=marking | {"do": "lift"}).status_code == 409


def test_bad_input_names_the_field(counter: Counter) -> None:
    officer = of(counter, "A1")
    wrong = officer.post("/requests", json=wanted(counter, purpose="  "))
    assert wrong.headers["Content-Type"] == "application/problem+json"
    assert (wrong.status_code, wrong.json()["field"], wrong.json()["article"]) == (422, "purpose", "Art. 17")
    assert wrong.json()["detail_zh"].startswith("请填写")
    for more in ({"views": -1}, {"extra": 1}, {"valid_until": "2026-11-30T09:00:00"}, {"recordings": "x"}):
        assert officer.post("/requests", json=wanted(counter, **more)).status_code == 422
    assert officer.get("/requests/' OR 1=1 --").status_code == 404


def routes() -> list[tuple[str, str]]:
    """Every method and place of the API, with ids that nobody has."""
    found = []
    for path, methods in create_api().openapi()["paths"].items():
        place = path.replace("{number}", "AR-xf-2026-09999")
        found += [(method.upper(), re.sub(r"\{\w+\}", str(uuid4()), place)) for method in methods]
    assert len(found) == 79
    return found


def test_nothing_without_a_live_token(counter: Counter) -> None:
    token, browser = token_of(counter, "A1")
    cookies = httpx.Client(
        transport=InProcess(counter.app, "192.0.2.31"), base_url=BASE + PREFIX, cookies=browser.cookies
    )
    for number, client in enumerate((program(counter, "", "192.0.2.32"), cookies)):
        for method, place in routes():
            answer = client.request(method, place)
            assert answer.status_code == 401, (number, method, place)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert program(counter, token[:-1] + "x").get("/me").status_code == 401
    assert httpx.Client(transport=InProcess(counter.app, "192.0.2.33"), base_url=BASE, headers={
        "Authorization": f"Bearer {token}"
    }).get("/inbox").text.count("password"), "on pages a token counts for nothing"  # fmt: skip


def test_what_is_not_ones_own_is_not_there(counter: Counter) -> None:
    officer, other = of(counter, "A1"), of(counter, "A2")
    request = asked(counter, officer)
    number, step = request["number"], request["steps"][0]["id"]
    assert other.get(f"/requests/{number}").status_code == 404
    assert other.post(f"/requests/{number}", json={"do": "withdraw"}).status_code == 404
    assert other.post(f"/requests/{number}/steps/{step}", json={"do": "deny", "reason": "x"}).status_code == 404
    leader = of(counter, "L2")
    granted = leader.post(f"/requests/{number}/steps/{step}", json={"do": "approve", "reason": "同意"}).json()["grant"]
    recording = counter.recording("video")
    view = officer.post(f"/grants/{granted}/{recording}/views").json()["view"]
    copy = officer.post(f"/grants/{granted}/{recording}/copies").json()["number"]
    for method, place, body in (
        ("POST", f"/grants/{granted}/{recording}/views", None),
        ("POST", f"/grants/{granted}/{recording}/copies", None),
        ("GET", f"/views/{view}/footage", None),
        ("POST", f"/views/{view}/looks", {"what": "play", "at": 1}),
        ("GET", f"/copies/{copy}", None),
        ("GET", f"/copies/{copy}/file", None),
        ("POST", f"/copies/{copy}", {"do": "confirm", "what": "returned"}),
        ("GET", f"/recordings/{recording}/trail", None),
        ("POST", f"/recordings/{recording}/markings", {"do": "mark", "marking": "privacy", "reason": "x"}),
    ):
        assert other.request(method, place, json=body).status_code in (403, 404, 409), place
    other.post(f"/views/{view}/end")
    assert officer.get(f"/views/{view}/footage").status_code == 200


def test_taken_back_it_is_over_at_once(counter: Counter) -> None:
    token, browser = token_of(counter, "A1")
    client = program(counter, token)
    assert client.get("/me").status_code == 200
    place = re.search(r'action="(/tokens/[^"]+)"', browser.open("/tokens"))
    assert place is not None
    other = counter.browser("A2")
    other.open("/tokens")
    assert other.fill(place[1]).status_code == 404
    assert client.get("/me").status_code == 200
    browser.press(place[1])
    assert client.get("/me").status_code == 401


def test_it_is_over_with_its_time_and_with_its_person(counter: Counter) -> None:
    old, leaving = of(counter, "A1"), of(counter, "A2")
    counter.access.leave("A2", "xfa")
    counter.access.city.wait(days=1)
    assert leaving.get("/me").status_code == 401
    counter.access.city.wait(days=90)
    assert old.get("/me").status_code == 401


def test_a_new_password_ends_every_token(counter: Counter) -> None:
    client = of(counter, "A1")
    counter.enrol("A1", Browser(counter.app))
    assert client.get("/me").status_code == 401


def test_guessing_is_no_longer_looked_at(counter: Counter) -> None:
    client = program(counter, "bwc_guess", "192.0.2.99")
    assert [client.get("/me").status_code for _ in range(21)] == [401] * 20 + [429]


def test_tokens_are_few_and_have_names(counter: Counter) -> None:
    browser = counter.browser("A1")
    browser.open("/tokens")
    assert browser.fill("/tokens", name=" ").status_code == 422
    assert "&lt;b&gt;" in browser.fill("/tokens", name="<b>").text
    for _ in range(9):
        assert browser.fill("/tokens", name="x").status_code == 200
    assert browser.fill("/tokens", name="x").status_code == 422
    assert "Personal tokens" in browser.open("/tokens?lang=en")


def test_a_decision_by_program_is_somebodys(counter: Counter) -> None:
    officer, leader = of(counter, "A1"), of(counter, "L2")
    request = asked(counter, officer)
    place = f"/requests/{request['number']}/steps/{request['steps'][0]['id']}"
    leader.post(place, json={"do": "deny", "reason": "不需要"})
    [decision] = counter.access.decisions()
    assert decision.person_id == counter.access.person("L2")
    assert leader.get(f"/requests/{request['number']}").json()["state"] == RequestState.DENIED


@pytest.mark.parametrize("place", ["/docs", "/redoc"])
def test_no_page_loads_scripts_from_elsewhere(counter: Counter, place: str) -> None:
    assert program(counter, "").get(place).status_code == 404


def test_it_says_what_it_offers(counter: Counter) -> None:
    schema = program(counter, "").get("/openapi.json").json()
    assert schema["servers"] == [{"url": PREFIX}]
    assert "/requests/{number}/steps/{step}" in schema["paths"]
    for place in schema["paths"].values():
        for one in place.values():
            assert one["security"]
            assert one["description"]
            assert {"401", "404", "422"} <= set(one["responses"])


def test_a_part_is_there_once_it_is_cut(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer, leader = of(counter, "A1"), of(counter, "L2")
    request = asked(counter, officer, recordings=[{"id": str(counter.recording("video")), "start": 2, "end": 5}])
    place = f"/requests/{request['number']}/steps/{request['steps'][0]['id']}"
    grant = leader.post(place, json={"do": "approve", "reason": "同意"}).json()["grant"]
    recording = counter.recording("video")
    view = officer.post(f"/grants/{grant}/{recording}/views").json()["view"]
    statuses: list[int] = []

    def is_there() -> bool:
        statuses.append(officer.get(f"/views/{view}/footage").status_code)
        return statuses[-1] == 200

    wait_until(is_there, "it is not made")
    assert set(statuses) == {503, 200}
    answer = officer.get(f"/views/{view}/footage")
    copy = officer.post(f"/grants/{grant}/{recording}/copies").json()
    assert (copy["start"], copy["end"], copy["size"]) == (2.0, 5.0, len(answer.content))


def test_people_are_kept_by_programs_too_and_a_seat_takes_two(counter: Counter) -> None:
    administrator, head = of(counter, "A3"), of(counter, "L3")
    new = {"number": "A9", "name": "己", "unit": "xfa", "joined_on": "2026-11-01"}
    assert administrator.post("/people", json=new).status_code == 201
    assert administrator.post("/people", json=new).json()["field"] == "number"
    assert administrator.get("/people", params={"words": "A9"}).json()["people"][0]["name"] == "己"
    changed = administrator.post("/people/A9", json={"do": "change", "name": "己己"})
    assert (changed.json()["name"], changed.json()["joined_on"]) == ("己己", "2026-11-01")
    seat = {"do": "propose", "role": "department-head", "unit": "xfa", "document": "任1号"}
    [proposal] = administrator.post("/people/A9", json=seat).json()["proposals"]
    assert administrator.get("/proposals").json() == []
    assert administrator.post(f"/proposals/{proposal['id']}", json={"do": "confirm"}).status_code == 409
    assert [one["id"] for one in head.get("/proposals").json()] == [proposal["id"]]
    assert head.post(f"/proposals/{proposal['id']}", json={"do": "refuse"}).status_code == 422
    assert head.post(f"/proposals/{proposal['id']}", json={"do": "confirm"}).status_code == 204
    counter.access.city.wait(seconds=1)
    [held] = administrator.get("/people/A9").json()["appointments"]
    assert (held["role"], held["unit"]) == ("department-head", "消防一科")
    end = {"do": "end", "appointment": held["id"], "document": "免1号"}
    assert administrator.post("/people/A9", json=end).json()["proposals"][0]["is_end"]
    assert administrator.post("/people/A1", json=end).status_code == 409
    assert administrator.post("/people/A1", json={"do": "put-out"}).status_code == 200
    assert of(counter, "A2").get("/people").status_code == 403
    assert administrator.get("/people/B1").status_code == 404
