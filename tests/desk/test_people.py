"""People and appointments at the desk: whoever keeps the list does so here, and nobody else (Art. 6, 17)."""

from __future__ import annotations

import re

import pytest

from regulation.vocabulary import Role
from tests.desk.test_signing import attempt
from tests.fixtures.counter import PASSWORD, Browser, Counter

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def appoint(counter: Counter, administrator: Browser, who: str, role: Role) -> None:
    administrator.open(f"/people/{who}")
    page = administrator.press(
        f"/people/{who}", do="propose", role=role.value, unit="xf", document="任〔2026〕7号", acting="1"
    )
    assert "任〔2026〕7号" in page


def proposal_place(page: str) -> str:
    found = re.search(r'action="(/proposals/[^"]+)"', page)
    assert found is not None
    return found[1]


def test_somebody_new_is_entered_invited_and_signs_in(counter: Counter) -> None:
    administrator = counter.browser("A3")
    administrator.open("/new-person")
    page = administrator.press("/new-person", number="A9", name="己", unit="xfa", joined_on="2026-11-01")
    assert "己 A9" in page
    assert "尚未设置密码" in page
    shown = administrator.fill("/people/A9", do="invite").text
    place = re.search(r"<code>https://custody.example(/invitations/[^<]+)</code>", shown)
    assert place is not None
    assert place[1] not in administrator.open("/people/A9")  # shown once
    browser = Browser(counter.app)
    page = browser.open(place[1])
    secret, sealed = re.search(r"<code>([A-Z2-7]+)</code>", page), re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret is not None
    assert sealed is not None
    counter.secrets["A9"] = secret[1]
    fields = {"sealed": sealed[1], "password": PASSWORD, "again": PASSWORD, "code": counter.code("A9")}
    assert browser.post(place[1], data=fields).status_code == 303
    assert attempt(counter, browser, "A9") == 303


def test_a_seat_waits_for_a_second_word_and_then_opens_what_it_opens(counter: Counter) -> None:
    administrator, head, officer = counter.browser("A3"), counter.browser("L3"), counter.browser("A2")
    appoint(counter, administrator, "A2", Role.SUPERVISING_LEADER)
    assert officer.get("/register").status_code == 403
    assert "1 项任免待您确认" in head.open("/inbox")
    assert "项任免待您确认" not in administrator.open("/inbox")
    page = head.open("/people")
    assert "任〔2026〕7号" in page
    assert "任〔2026〕7号" not in head.press(proposal_place(page), do="confirm")
    assert officer.get("/register").status_code == 200
    administrator.open("/people/A2")
    appointment = re.search(r'<option value="([0-9a-f-]{36})"', administrator.shown)
    assert appointment is not None
    administrator.press("/people/A2", do="end", appointment=appointment[1], document="免〔2026〕1号")
    assert officer.get("/register").status_code == 200
    head.press(proposal_place(head.open("/people")), do="confirm")
    counter.access.city.wait(seconds=1)
    assert officer.get("/register").status_code == 403


def test_who_proposed_it_or_does_not_see_it_confirms_nothing(counter: Counter) -> None:
    administrator, head = counter.browser("A3"), counter.browser("L3")
    appoint(counter, administrator, "A2", Role.DEPARTMENT_HEAD)
    place = proposal_place(head.open("/people"))
    administrator.open("/people")
    for browser in (administrator, counter.browser("A2"), counter.browser("L2"), counter.browser("B1")):
        browser.open("/requests")
        answer = browser.fill(place, do="confirm")
        assert answer.status_code == 403
    assert head.fill(place, do="refuse").status_code == 403  # a refusal says why
    head.press(place, do="refuse", reason="不合适")
    assert head.fill(place, do="confirm").status_code == 403


@pytest.mark.parametrize("place", ["/people", "/new-person", "/people/A1", "/people?words=A&page=2"])
def test_the_list_is_not_open_to_others(counter: Counter, place: str) -> None:
    assert counter.browser("A1").get(place).status_code == 403
    assert 'href="/people"' not in counter.browser("A2").open("/requests")


@pytest.mark.parametrize("number", ["B1", "none", "L3'--", "J3"])
def test_nobody_of_other_units_is_shown_or_changed(counter: Counter, number: str) -> None:
    administrator = counter.browser("A3")
    administrator.open("/people")
    assert administrator.get(f"/people/{number}").status_code == 404
    assert administrator.fill(f"/people/{number}", do="invite").status_code == 404


def test_an_administrator_does_not_get_into_a_leaders_place(counter: Counter) -> None:
    administrator = counter.browser("A3")
    for number in ("L2", "L3", "A3"):
        administrator.open(f"/people/{number}")
        answer = administrator.fill(f"/people/{number}", do="invite")
        assert answer.status_code == 422
        assert "/invitations/" not in answer.text


def test_a_lost_phone_is_put_out_at_once(counter: Counter) -> None:
    administrator, officer = counter.browser("A3"), counter.browser("A1")
    administrator.open("/people/A1")
    page = administrator.press("/people/A1", do="put-out")
    assert "登录 0 处" in page
    assert 'id="password"' in officer.open("/requests")
    assert attempt(counter, Browser(counter.app), "A1") == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "A1", "name": "某", "unit": "xf"}, "已有人使用"),
        ({"number": "X" * 33, "name": "某", "unit": "xf"}, "执法证号须为"),
        ({"number": "A8", "name": " ", "unit": "xf"}, "请填写"),
        ({"number": "A8", "name": "某", "unit": "nowhere"}, "没有这个单位"),
        ({"number": "A8", "name": "某", "unit": "jt"}, "由该单位的执法记录仪管理员"),
        ({"number": "A8", "name": "某", "unit": "xf", "joined_on": "昨天"}, "时间不正确"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(counter: Counter, fields: dict[str, str], said: str) -> None:
    administrator = counter.browser("A3")
    administrator.open("/new-person")
    answer = administrator.fill("/new-person", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{fields["number"]}"' in answer.text


def test_what_is_wrong_with_a_proposal_is_said_beside_it(counter: Counter) -> None:
    administrator = counter.browser("A3")
    administrator.open("/people/A2")
    fields = {"do": "propose", "role": "officer", "unit": "xf", "document": "任1号"}
    for change in (
        {"document": ""},
        {"role": "king"},
        {"unit": "none"},
        {"valid_to": "2020-01-01T00:00"},
        {"valid_from": "x"},
    ):
        answer = administrator.fill("/people/A2", **{**fields, **change})
        assert answer.status_code == 422, change
        assert f'id="wrong-{next(iter(change))}"' in answer.text
    assert administrator.fill("/people/A2", do="nothing").status_code == 400
    assert administrator.fill("/people/A2", do="end", appointment="guessed", document="x").status_code == 422


def test_markup_in_a_name_is_text(counter: Counter) -> None:
    administrator = counter.browser("A3")
    administrator.open("/new-person")
    administrator.press("/new-person", number="A9", name="<script>alert(1)</script>", unit="xf")
    for place in ("/people", "/people/A9"):
        administrator.open(place)
        assert "<script>alert" not in administrator.shown
