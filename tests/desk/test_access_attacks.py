"""What somebody might try at the desk to see footage without leave, and what they get (Art. 17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from blocks.access_link import step_link
from registry.transitions import access
from regulation.access_states import RequestState
from regulation.vocabulary import Marking
from tests.desk.test_access_pages import ask, items, step_place
from tests.fixtures.counter import BASE, Browser, Counter
from tests.fixtures.desks import PAGES_KEY

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def link(counter: Counter, request: object, person: str) -> str:
    step = counter.access.open_steps(request)[0].id  # type: ignore[arg-type]
    address = step_link(BASE, step, counter.access.person(person), PAGES_KEY, counter.access.city.now)
    return address.removeprefix(BASE)


def test_a_notices_link_opens_the_sign_in_and_then_the_request_and_is_void_once_answered(counter: Counter) -> None:
    request = counter.access.ask("A1", "video")
    place = link(counter, request, "L2")
    assert 'id="password"' in Browser(counter.app).open(place)
    leader = counter.browser("L2")
    assert leader.get(place).headers["Location"] == f"/requests/{counter.access.request(request).number}"
    for method in ("GET", "HEAD", "OPTIONS"):
        leader.request(method, place)
    assert counter.access.state(request) is RequestState.PENDING
    counter.access.decide(request, "L2")
    assert leader.get(place).status_code == 410


def test_a_forwarded_link_opens_nothing(counter: Counter) -> None:
    place = link(counter, counter.access.ask("A1", "video"), "L2")
    assert counter.browser("L3").get(place).status_code == 403
    assert counter.browser("A2").get(place).status_code == 403


@pytest.mark.parametrize("change", [lambda one: one[:-1] + "A", lambda one: one + "x", lambda _: "/go/guessed"])
def test_a_forged_link_opens_nothing(counter: Counter, change: Callable[[str], str]) -> None:
    place = link(counter, counter.access.ask("A1", "video"), "L2")
    answer = counter.browser("L2").get(change(place))
    assert answer.status_code == 403 or change(place) == place


def test_an_old_step_answers_no_new_question(counter: Counter) -> None:
    leader = counter.browser("L2")
    request = counter.access.ask("A1", "video")
    page = leader.open(f"/requests/{counter.access.request(request).number}")
    old, chosen = step_place(page), items(leader)
    with counter.access.city.act() as act:
        access.send_back(act, counter.access.open_steps(request)[0].id, counter.access.person("L2"), "哪一段？")
    counter.access.submit(request, "A1", "全部")
    answer = leader.fill(old, do="approve", reason="同意", item=chosen)
    assert answer.status_code == 422
    assert counter.access.state(request) is RequestState.PENDING


def test_pressed_twice_it_is_decided_once(counter: Counter) -> None:
    leader = counter.browser("L2")
    request = counter.access.ask("A1", "video")
    page = leader.open(f"/requests/{counter.access.request(request).number}")
    place, chosen = step_place(page), items(leader)
    assert leader.fill(place, do="approve", reason="同意", item=chosen).status_code == 303
    assert leader.fill(place, do="deny", reason="不同意").status_code == 422
    assert counter.access.state(request) is RequestState.APPROVED
    assert len(counter.access.decisions()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
        {"Origin": "null"},
    ],
)
def test_another_sites_form_is_not_taken(counter: Counter, headers: dict[str, str]) -> None:
    leader = counter.browser("L2")
    request = counter.access.ask("A1", "video")
    page = leader.open(f"/requests/{counter.access.request(request).number}")
    fields = {"form_key": leader.key(), "do": "approve", "reason": "同意", "item": items(leader)}
    assert leader.post(step_place(page), data=fields, headers=headers).status_code == 403
    assert counter.access.state(request) is RequestState.PENDING


@pytest.mark.parametrize("key", ["", "0" * 64, None])
def test_a_form_without_this_sessions_key_is_not_taken(counter: Counter, key: str | None) -> None:
    leader, other = counter.browser("L2"), counter.browser("L3")
    request = counter.access.ask("A1", "video")
    page = leader.open(f"/requests/{counter.access.request(request).number}")
    other.open("/inbox")
    fields = {"form_key": other.key() if key is None else key, "do": "deny", "reason": "不同意"}
    assert leader.post(step_place(page), data=fields).status_code == 403
    assert counter.access.state(request) is RequestState.PENDING


def test_nobody_else_sees_a_request_or_that_there_is_one(counter: Counter) -> None:
    number = counter.access.request(counter.access.ask("A1", "video")).number
    stranger = counter.browser("A2")
    answers = [stranger.get(f"/requests/{one}") for one in (number, "AR-xf-2026-99999")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert counter.browser("A1").get(f"/requests/{number}").status_code == 200
    assert counter.browser("L3").get(f"/requests/{number}").status_code == 200


@pytest.mark.parametrize("do", ["withdraw", "complete", "revoke", "submit"])
def test_nobody_manages_anothers_request(counter: Counter, do: str) -> None:
    request = counter.access.ask("A1", "video")
    number = counter.access.request(request).number
    overseer = counter.browser("A3")
    overseer.open(f"/requests/{number}")
    assert overseer.fill(f"/requests/{number}", do=do, reason="x", purpose="x").status_code == 422
    assert counter.access.state(request) is RequestState.PENDING


def viewing(counter: Counter) -> tuple[Browser, str, str]:
    """A viewing under way: the officer, its page and its footage."""
    officer = counter.browser("A1")
    number = ask(counter, officer)
    leader = counter.browser("L2")
    leader.press(step_place(leader.open(f"/requests/{number}")), do="approve", reason="同意", item=items(leader))
    grant = re.search(r'action="(/grants/[^"]+)"', officer.open(f"/requests/{number}"))
    assert grant is not None
    page = officer.press(grant[1])
    footage = re.search(r'src="(/views/[^"]+/footage)"', page)
    assert footage is not None
    return officer, footage[1].removesuffix("/footage"), number


def test_a_viewing_is_its_viewers_alone(counter: Counter) -> None:
    officer, place, _ = viewing(counter)
    for number in ("L2", "A2"):
        other = counter.browser(number)
        assert other.get(place).status_code == 404
        assert other.get(f"{place}/footage").status_code == 404
    assert Browser(counter.app).get(f"{place}/footage").text.count("password") > 0
    assert officer.get(f"{place}/footage").content == b"video"


def test_revoked_is_over_in_the_middle_of_a_viewing(counter: Counter) -> None:
    officer, place, number = viewing(counter)
    leader = counter.browser("L3")
    leader.open(f"/requests/{number}")
    assert leader.fill(f"/requests/{number}", do="revoke", reason="误批").status_code == 303
    assert officer.get(f"{place}/footage").status_code == 404


def test_marked_is_over_in_the_middle_of_a_viewing(counter: Counter) -> None:
    officer, place, _ = viewing(counter)
    counter.access.city.wait(seconds=1)
    with counter.access.city.act() as act:
        access.mark_recording(act, counter.recording("video"), Marking.PRIVACY, counter.access.person("A3"), "住宅")
    assert officer.get(f"{place}/footage").status_code == 404


def test_looks_are_counted_and_at_the_end_there_are_none_left(counter: Counter) -> None:
    officer, _, number = viewing(counter)
    grant = re.search(r'action="(/grants/[^"]+)"', officer.open(f"/requests/{number}"))
    assert grant is not None
    assert officer.fill(grant[1]).status_code == 303
    assert officer.fill(grant[1]).status_code == 403


def test_what_the_player_does_is_entered_for_the_viewer_alone(counter: Counter) -> None:
    officer, place, _ = viewing(counter)
    assert officer.fill(f"{place}/looks", what="seeked", at="1.50").status_code == 204
    for what, at in (("seeked", "-1"), ("drop table", "1"), ("play", "nan"), ("play", "1e9")):
        assert officer.fill(f"{place}/looks", what=what, at=at).status_code == 400
    other = counter.browser("A2")
    other.open("/requests")
    assert other.fill(f"{place}/looks", what="play", at="1").status_code == 403
    assert officer.fill(f"{place}/end").status_code == 303
    assert officer.fill(f"{place}/looks", what="play", at="1").status_code == 403
    assert counter.access.city.events(counter.recording("video"))[-1] == "access.view-ended"


@pytest.mark.parametrize("asked", ["bytes=99-", "bytes=5-4", "bytes=999999999999999-"])
def test_what_is_not_there_is_not_sent(counter: Counter, asked: str) -> None:
    officer, place, _ = viewing(counter)
    assert officer.get(f"{place}/footage", headers={"Range": asked}).status_code == 416


HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>{{7*7}}\u202e"


def test_no_text_becomes_markup(counter: Counter) -> None:
    officer, leader = counter.browser("A1"), counter.browser("L2")
    number = ask(counter, officer, purpose=HOSTILE, document=HOSTILE)
    for browser in (officer, leader):
        for place in (f"/requests/{number}", "/inbox", "/requests"):
            page = browser.get(place).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", page)
    page = leader.open(f"/requests/{number}")
    answer = leader.fill(step_place(page), do="hand-over", reason=HOSTILE, successor=HOSTILE[:32])
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_no_cell_of_an_export_becomes_a_formula(counter: Counter) -> None:
    officer = counter.browser("A1")
    ask(counter, officer, purpose='=HYPERLINK("http://evil.example")')
    exported = counter.browser("L3").get("/register.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in exported


def test_every_page_forbids_what_it_does_not_need(counter: Counter) -> None:
    officer, place, number = viewing(counter)
    for where in ("/inbox", "/requests", "/new-request", f"/requests/{number}", place):
        headers = officer.get(where).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("what", ["grants", "views"])
def test_an_unknown_id_is_like_anothers(counter: Counter, what: str) -> None:
    officer = counter.browser("A1")
    officer.open("/requests")
    place = f"/grants/{uuid4()}/{uuid4()}" if what == "grants" else f"/views/{uuid4()}/end"
    assert officer.fill(place).status_code in (303, 403)
    assert officer.get(f"/views/{uuid4()}").status_code == 404
