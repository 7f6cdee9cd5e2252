"""The leader's path on a phone and the officer's at a desk, in a real browser with the keyboard alone (Art. 17)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from blocks.access_link import step_link
from deployments.demo.media import make_video
from desk.words import say
from regulation.access_states import RequestState
from regulation.access_terms import Terms
from regulation.vocabulary import MediaKind
from tests.fixtures.access import WEEK
from tests.fixtures.desks import PAGES_KEY
from tests.fixtures.patience import wait_until
from tests.fixtures.walking import Walk, Walker

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def notice_link(walk: Walk, request: object, number: str) -> str:
    """The link of the notice by which they were asked."""
    access = walk.counter.access
    [step] = access.open_steps(request)  # type: ignore[arg-type]
    link = step_link(walk.base, step.id, access.person(number), PAGES_KEY, access.city.now)
    return link.removeprefix(walk.base)


def film(walk: Walk, folder: Path) -> None:
    """Have `video` be ten seconds that play."""
    path = folder / "film.mp4"
    make_video(path, seconds=10, starts_at=datetime(2026, 11, 23, 1, tzinfo=UTC), device="D1", officer="A1")
    walk.counter.hold("video", MediaKind.VIDEO, "mp4", path.read_bytes())


@LANGUAGES
def test_a_leader_decides_on_a_phone(walk: Walk, language: str) -> None:
    access = walk.counter.access
    request = access.ask("A1", "video", "photo")
    walk.counter.know("L2")
    leader = walk.walker("phone", language)
    leader.open(notice_link(walk, request, "L2"))
    leader.look("sign-in")
    leader.sign_in("L2")
    leader.see("复核现场情况")
    leader.look("decide")
    leader.tick("input[name=item] >> nth=1")
    leader.write("textarea[name=reason]", "仅限本案复核。")
    leader.press("button[value=approve]")
    leader.see(say("部分批准", language))  # type: ignore[arg-type]
    leader.look("decided")
    assert access.state(request) is RequestState.PARTLY_APPROVED
    leader.open("/inbox")
    leader.see(say("没有待您审批的申请。", language))  # type: ignore[arg-type]
    leader.look("inbox-empty")
    assert leader.refused == []


def test_a_leader_decides_without_any_script(walk: Walk) -> None:
    access = walk.counter.access
    request = access.ask("A1", "video")
    walk.counter.know("L2")
    leader = walk.walker("phone", java_script_enabled=False)
    leader.open(notice_link(walk, request, "L2"))
    access.city.wait(seconds=30)
    leader.page.fill("#number", "L2")
    leader.page.fill("#password", "correct horse battery staple")
    leader.page.fill("#code", walk.counter.code("L2"))
    leader.page.click("main button")
    leader.page.fill("textarea[name=reason]", "与本案无关。")
    leader.page.click("button[value=deny]")
    leader.see("不予批准")
    assert access.state(request) is RequestState.DENIED


@LANGUAGES
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(walk: Walk, language: str) -> None:
    officer = walk.inside("A1", "phone", language)
    officer.open("/new-request?activity=xf-1")
    officer.write("#purpose", "核对当事人陈述")
    officer.write("#views", "0")
    officer.tick("input[name=recording]")
    officer.press("form[method=post] button >> nth=-1")
    expect(officer.page.locator("#wrong-views")).to_be_visible()
    expect(officer.page.locator("#purpose")).to_have_value("核对当事人陈述")
    expect(officer.page.locator("input[name=recording]").first).to_be_checked()
    officer.look("new-request-wrong")


@LANGUAGES
def test_an_officer_asks_watches_takes_a_copy_and_returns_it(walk: Walk, tmp_path: Path, language: str) -> None:
    film(walk, tmp_path)
    officer = walk.inside("A1", "desktop", language)
    officer.look("requests-none")
    officer.press("a[href='/new-request']")
    officer.look("new-request-find")
    officer.write("#activity", "xf-1")
    officer.press("main form button")
    officer.tick("input[name=recording] >> nth=0")
    officer.write("#purpose", "复核现场经过与当事人陈述是否一致。")
    officer.write("#copies", "1")
    officer.look("new-request")
    officer.press("form[method=post] button >> nth=-1")
    expect(officer.page.locator("h1")).to_contain_text("AR-xf-2026-")
    officer.look("asked")
    number = officer.page.locator("h1").inner_text()
    approve(walk, number)
    officer.page.reload()
    officer.look("granted")
    watch(officer)
    officer.open(f"/requests/{number}")
    officer.press("a[href$='/copy']")
    officer.look("copy-offer")
    officer.press("main form button")
    officer.see("SHA-256")
    officer.look("copy")
    officer.tick("summary")
    officer.press("button[value=destroyed]")
    officer.see(say("领取人声明", language))  # type: ignore[arg-type]
    officer.open("/requests")
    officer.look("requests")
    assert officer.refused == []


def approve(walk: Walk, number: str) -> None:
    access = walk.counter.access
    request = access.numbered(number)
    access.decide(request, "L2")


def watch(officer: Walker) -> None:
    """Open the viewing, play it, mark a moment and go back to it, all with keys."""
    officer.press("form[action^='/grants/'] button")
    player = officer.page.locator("video")
    expect(officer.page.locator(".stills img").first).to_be_visible(timeout=60_000)
    officer.look("viewing")
    officer.reach("video")
    officer.page.evaluate("document.activeElement.blur()")
    officer.page.keyboard.press("Space")
    wait_until(lambda: player.evaluate("one => one.currentTime > 0.3"), "it does not play")
    officer.page.keyboard.press("Space")
    officer.page.keyboard.press("ArrowRight")
    officer.page.keyboard.press("b")
    officer.page.keyboard.press("ArrowLeft")
    officer.tick(".marks button")
    assert 5 <= player.evaluate("one => one.currentTime") <= 9
    officer.tick(".stills button >> nth=2")
    officer.press("main form button")
    expect(player).to_have_count(0)


@LANGUAGES
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_administrator_finds_it_in_the_register_and_its_trail(walk: Walk, size: str, language: str) -> None:
    access = walk.counter.access
    request = access.ask("A1", "video", asked=Terms(access.city.now, access.city.now + WEEK, 3, 0))
    access.decide(request, "L2")
    access.look(request, "video", "A1")
    administrator = walk.inside("A3", size, language)
    administrator.press("a[href='/register']")
    administrator.write("#words", "nobody")
    expect(administrator.page.locator("tbody tr")).to_have_count(0)  # found while it is typed
    administrator.write("#words", "A1")
    expect(administrator.page.locator("tbody tr")).to_have_count(1)
    administrator.press("form.tools button")
    administrator.look("register")
    administrator.press("tbody a")
    administrator.look("overseen")
    administrator.press("a[href^='/recordings/']")
    administrator.look("trail")
    administrator.tick("details:has(#marking) summary")
    administrator.write("#reason", "画面中有未成年人")
    administrator.page.select_option("#marking", "privacy")
    administrator.press("button[value=mark]")
    administrator.see(say("个人隐私", language))  # type: ignore[arg-type]
    assert administrator.refused == []


@LANGUAGES
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_pages_of_oneself(walk: Walk, size: str, language: str) -> None:
    place = walk.counter.invite("A2")
    invited = walk.walker(size, language)
    invited.open(place)
    invited.look("invitation")
    officer = walk.inside("A1", size, language)
    officer.press("a[href='/tokens']")
    officer.write("#name", "报表")
    officer.press("main form button")
    officer.see("bwc_")
    officer.look("tokens")
    officer.open("/requests/AR-none")
    officer.see("没有这件申请")
    officer.open("/requests")
    officer.press("header form button")
    expect(officer.page.locator("#password")).to_be_visible()
    assert len(officer.refused) == 1


@LANGUAGES
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_administrator_proposes_and_the_head_confirms(walk: Walk, size: str, language: str) -> None:
    administrator = walk.inside("A3", size, language)
    administrator.press("a[href='/people']")
    administrator.look("people")
    administrator.press("a[href='/people/A2']")
    administrator.tick("summary")
    administrator.page.select_option("#role", "supervising-leader")
    administrator.write("#document", "任〔2026〕7号")
    administrator.look("person")
    administrator.press("form:has(#role) button")
    administrator.see(say("待确认", language))  # type: ignore[arg-type]
    administrator.press("form:has(input[value=invite]) button")
    administrator.see("/invitations/")
    administrator.look("invited")
    administrator.open("/new-person")
    administrator.look("new-person")
    head = walk.inside("L3", size, language)
    head.open("/inbox")
    head.press("p.call a")
    head.look("proposal")
    head.press("button[value=confirm]")
    expect(head.page.locator("form.call")).to_have_count(0)
    assert administrator.refused == head.refused == []
