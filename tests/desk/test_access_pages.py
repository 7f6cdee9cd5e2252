"""The leader's path and the officer's: asked, decided, looked at, on record (Art. 17)."""

from __future__ import annotations

import re

import pytest

from desk.guard import LONGEST_BODY
from registry.tables import Recording
from regulation.access_states import RequestState
from regulation.access_terms import MOST_ITEMS
from tests.fixtures.access import terms
from tests.fixtures.counter import PASSWORD, Browser, Counter


def ask(counter: Counter, browser: Browser, **more: str | list[str]) -> str:
    """A request made at the desk; gives its number."""
    browser.open("/new-request?activity=xf-1")
    usual: dict[str, str | list[str]] = {
        "activity": "xf-1",
        "recording": str(counter.recording("video")),
        "purpose": "复核现场情况",
        "valid_from": "2026-11-23T09:00",
        "valid_until": "2026-11-30T09:00",
        "views": "2",
        "copies": "0",
    }
    answer = browser.fill("/new-request", **{**usual, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).removeprefix("/requests/")


def step_place(page: str) -> str:
    found = re.search(r'action="(/requests/[^"]+/steps/[^"]+)"', page)
    assert found is not None
    return found[1]


def items(browser: Browser) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', browser.shown)


def test_asked_decided_and_looked_at(counter: Counter) -> None:
    officer, leader = counter.browser("A1"), counter.browser("L2")
    number = ask(counter, officer)
    assert number in leader.open("/inbox")
    page = leader.open(f"/requests/{number}")
    assert "复核现场情况" in page
    decided = leader.press(step_place(page), do="approve", reason="同意", item=items(leader))
    assert "已批准" in decided
    mine = officer.open(f"/requests/{number}")
    grant = re.search(r'action="(/grants/[^"]+)"', mine)
    assert grant is not None
    viewing = officer.press(grant[1])
    assert "甲 A1" in viewing
    footage = re.search(r'src="(/views/[^"]+/footage)"', viewing)
    assert footage is not None
    assert officer.get(footage[1]).content == b"video"
    part = officer.get(footage[1], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"ide", "bytes 1-3/5")
    assert leader.get(footage[1]).status_code == 404


def test_every_page_is_there_in_both_languages(counter: Counter) -> None:
    officer = counter.browser("A1")
    for place in ("/inbox", "/requests", "/new-request?activity=xf-1", f"/requests/{ask(counter, officer)}"):
        join = "&" if "?" in place else "?"
        assert '<html lang="zh-CN">' in officer.open(place)
        page = officer.open(f"{place}{join}lang=en")
        assert '<html lang="en">' in page
        assert "Sign out" in page


def test_a_decision_typed_while_the_session_ends_is_kept(counter: Counter) -> None:
    number, leader = ask(counter, counter.browser("A1")), counter.browser("L2")
    place = step_place(leader.open(f"/requests/{number}"))
    counter.access.city.wait(hours=13)
    answer = leader.fill(place, do="deny", reason="与本案无关，已核对", item=items(leader))
    assert answer.status_code == 401
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept is not None
    counter.access.city.wait(seconds=30)
    fields = {"number": "L2", "password": PASSWORD, "code": counter.code("L2"), "to": place, "kept": kept[1]}
    assert "与本案无关，已核对" in leader.post("/sign-in", data=fields).text


def test_an_error_loses_nothing_that_was_typed(counter: Counter) -> None:
    officer = counter.browser("A1")
    officer.open("/new-request?activity=xf-1")
    fields = {
        "activity": "xf-1",
        "recording": str(counter.recording("video")),
        "purpose": "用途<b>",
        "valid_from": "2026-11-23T09:00",
        "valid_until": "2026-11-01T09:00",
        "views": "2",
        "copies": "0",
    }
    answer = officer.fill("/new-request", **fields)
    assert answer.status_code == 422
    assert "用途&lt;b&gt;" in answer.text
    assert 'id="wrong-valid_until"' in answer.text


def test_the_register_is_for_who_oversees(counter: Counter) -> None:
    request = counter.access.ask("A1", "video", asked=terms(counter.access.city.now))
    assert counter.access.state(request) is RequestState.PENDING
    leader, officer = counter.browser("L3"), counter.browser("A1")
    assert counter.access.request(request).number in leader.open("/register")
    assert officer.get("/register").status_code == 403
    exported = leader.get("/register.csv")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert leader.get("/register.xlsx").content.startswith(b"PK")


def test_a_form_that_was_prepared_is_filled_in_as_far_as_it_may_be(counter: Counter) -> None:
    administrator = counter.browser("A3")
    page = administrator.open("/new-request?activity=xf-1&views=5&copies=2&days=30")
    assert 'name="views" inputmode="numeric" required value="5"' in page
    assert 'name="copies" inputmode="numeric" required value="2"' in page
    assert 'value="2026-12-23T' in page
    page = administrator.open("/new-request?activity=xf-1&views=x&copies=99999&days=٣")
    assert 'name="views" inputmode="numeric" required value="3"' in page
    assert 'name="copies" inputmode="numeric" required value="0"' in page


def file_under_xf_1(counter: Counter, count: int) -> set[str]:
    """So many more recordings under the activity; all of its ids."""
    access = counter.access
    access.seal("xf", *(f"photo {number:04d}" for number in range(count)))
    with access.city.act() as act:
        for one in access.recordings.values():
            act.session.get_one(Recording, one).activity_id = access.city.activities["xf-1"]
    return {str(one) for one in access.recordings.values()}


def test_an_activity_with_more_than_a_request_takes_is_shown_whole(counter: Counter) -> None:
    every, officer = file_under_xf_1(counter, MOST_ITEMS), counter.browser("A1")
    first = officer.open("/new-request?activity=xf-1")
    assert f"共 {len(every)} 条" in first
    assert "checked" not in first
    second = officer.open("/new-request?" + re.search(r'href="/new-request\?([^"]*page=2[^"]*)"', first)[1])  # type: ignore[index]
    shown = [re.findall(r'name="recording" value="([^"]+)"', page) for page in (first, second)]
    assert len(shown[0]) == MOST_ITEMS
    assert sorted(shown[0] + shown[1]) == sorted(every)


def test_all_of_a_large_case_can_be_asked_for_at_once(counter: Counter) -> None:
    file_under_xf_1(counter, MOST_ITEMS - len(counter.access.recordings))
    officer = counter.browser("A1")
    page = officer.open("/new-request?activity=xf-1&choose=all")
    chosen = re.findall(r'name="recording" value="([^"]+)" checked', page)
    assert len(chosen) == MOST_ITEMS
    parts = {f"start-{one}": "" for one in chosen}
    number = ask(counter, officer, recording=chosen, document="城管调〔2026〕1号", **parts)
    assert officer.open(f"/requests/{number}").count("<li") >= 1


@pytest.mark.parametrize("place", ["/sign-in", "/new-request", "/api/v1/requests"])
@pytest.mark.parametrize("is_said", [True, False], ids=["with its length", "in pieces"])
def test_nobody_fills_the_memory_with_what_they_send(counter: Counter, place: str, is_said: bool) -> None:
    sent = b"a=" + b"x" * LONGEST_BODY
    answer = counter.browser("A1").post(
        place,
        content=sent if is_said else iter([sent[:9], sent[9:]]),
        headers={"Content-Type": "application/x-www-form-urlencoded" if place[:4] != "/api" else "application/json"},
    )
    assert answer.status_code == 413
