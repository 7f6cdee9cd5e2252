"""The page of a notice: all that one person was told, for whoever has the link; only the button says it was read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from blocks.notice_link import notice_link
from blocks.page_link import GOOD_FOR, page_key
from deployments.notice_sheets import lay_out
from desk import notices as pages
from desk.app import create_app
from registry.tables import Notice, NoticeKind
from registry.transitions import directory
from registry.transitions.directory import ActivityEntry, AppointmentEntry, PersonEntry
from registry.transitions.duties import excuse_duty
from registry.transitions.notices import queue_notices
from regulation.vocabulary import ActivityKind, Role
from tests.fixtures.custody import MORNING, YEAR_BEGIN
from tests.fixtures.desks import PAGES_KEY, InProcess
from tests.fixtures.duties import Duties


@dataclass
class Reader:
    """A browser before the desk of the small city, at the city's time."""

    duties: Duties
    browser: httpx.Client

    def notice(self, of: str = "A3") -> Notice:
        person = self.duties.city.people[of]
        return next(one for one in reversed(self.duties.notices()) if one.person_id == person)

    def link(self, number: str) -> str:
        return notice_link("", number, PAGES_KEY, self.duties.city.now)

    def get(self, place: str) -> str:
        answer = self.browser.get(place)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)


@pytest.fixture
def reader(duty_city: Duties, tmp_path: Path) -> Reader:
    """The officer's footage is a day late, and the administrator was told."""
    app = create_app(
        registry=duty_city.city.registry,
        spool=tmp_path / "spool",
        receipts=tmp_path / "receipts",
        pages_key=PAGES_KEY,
        base_url="https://custody.example",
        now=lambda: duty_city.city.now,
        lay_out=lay_out,
    )
    duty_city.settle()
    duty_city.city.wait(hours=23)
    duty_city.sweep()
    return Reader(duty_city, httpx.Client(transport=InProcess(app), base_url="http://desk"))


def test_the_page_says_what_whose_since_when_how_late_under_which_article_and_what_to_do(reader: Reader) -> None:
    page = reader.get(reader.link(reader.notice().number))

    for said in ("视音频资料未入库", "xf-1", "责任人", "消防", "2026-11-23 07:00", "2026-11-24 07:00", "逾期 1 小时",
                 "第十六条", "请督促责任人", "您以执法记录仪管理员的身份收到本通知", "已阅"):  # fmt: skip
        assert said in page, said
    assert "<script" not in page
    assert '<html lang="zh-CN">' in page
    assert 'name="viewport"' in page


def test_the_page_is_english_where_that_is_asked_for(reader: Reader) -> None:
    page = reader.get(reader.link(reader.notice().number) + "&lang=en")

    assert "Footage not stored" in page
    assert "I have read this" in page
    assert "视音频" not in page


def test_looking_enters_nothing_and_the_button_enters_the_reading_once(reader: Reader) -> None:
    number = reader.notice().number
    entries = reader.duties.city.entries()
    for method in ("GET", "HEAD", "OPTIONS"):
        reader.browser.request(method, reader.link(number))
    assert reader.notice().read_at is None
    assert reader.duties.city.entries() == entries

    page = reader.get(reader.link(number))
    action = re.search(r'<form method="post" action="([^"]+)">', page)
    assert action is not None
    pressed = reader.browser.post(action[1])
    assert pressed.status_code == 303
    assert reader.notice().read_at == reader.duties.city.now
    assert "已阅 2026-11-24 08:00" in reader.get(pressed.headers["Location"])

    reader.duties.city.wait(hours=1)
    reader.browser.post(action[1])
    assert reader.notice().read_at == reader.duties.city.now - timedelta(hours=1)
    assert reader.duties.city.events(reader.notice().id).count("notice.read") == 1


def test_the_button_can_be_pressed_and_nothing_else_is_let_in(reader: Reader) -> None:
    policy = reader.browser.get(reader.link(reader.notice().number)).headers["Content-Security-Policy"]

    assert "form-action 'self'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "change",
    [
        lambda place: place.partition("?")[0],
        lambda place: place + "x",
        lambda place: place[:-1],
        lambda place: re.sub(r"\?key=.*", "?key=", place),
        lambda place: re.sub(r"N-(\w+)-(\d+)-\d+", r"N-\1-\2-99999", place),
        lambda place: place.replace("/notices/", "/notices/..%2f"),
    ],
)
def test_without_its_link_nothing_is_shown_and_nothing_is_read(reader: Reader, change: Callable[[str], str]) -> None:
    place = change(reader.link(reader.notice().number))

    for answer in (reader.browser.get(place), reader.browser.post(place)):
        assert answer.status_code in (403, 404)
        assert "xf-1" not in answer.text
    assert reader.notice().read_at is None


def test_a_receipt_s_key_opens_no_notice_and_links_expire(reader: Reader) -> None:
    number = reader.notice().number
    stolen = page_key("receipt", number, PAGES_KEY, reader.duties.city.now)
    assert reader.browser.get(f"/notices/{number}?key={stolen}").status_code == 403

    place = reader.link(number)
    reader.duties.city.now += GOOD_FOR
    assert reader.browser.get(place).status_code == 200
    reader.duties.city.wait(seconds=2)
    assert reader.browser.get(place).status_code == 403


def test_a_long_digest_is_shown_page_by_page_with_every_line_once(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    ended = MORNING - timedelta(hours=1)
    many = [
        ActivityEntry(f"xf-m{n}", "xf", ActivityKind.INSPECTION, "某路", ("A1",), ended - timedelta(hours=1), ended)
        for n in range(5)
    ]
    city = reader.duties.city
    with city.act() as act:
        directory.enter_activities(act, many)
    city.wait(hours=1)
    reader.duties.sweep()
    place = reader.link(reader.notice().number)

    shown = [reader.get(f"{place}&page={page}") for page in (1, 2, 3)]

    found = [re.findall(r"xf-m\d", page) for page in shown]
    assert sorted(number for page in found for number in page) == [f"xf-m{n}" for n in range(5)]
    assert "1 / 3" in shown[0] and "下一页" in shown[0] and "上一页" not in shown[0]
    assert "5. " in shown[2] and "下一页" not in shown[2]
    for page in ("4", "99999999", "999999"):
        assert reader.browser.get(f"{place}&page={page}").status_code in (200, 404)
    for page in ("0", "-1", "x", "１", "9" * 5_000):
        assert "1 / 3" in reader.get(f"{place}&page={page}")


def test_what_a_duty_has_become_since_is_said(reader: Reader) -> None:
    place = reader.link(reader.notice().number)
    assert "现已" not in reader.get(place)

    city = reader.duties.city
    [overdue] = [one for one in reader.duties.all() if one.state.value == "overdue"]
    with city.act() as act:
        excuse_duty(act, overdue.id, city.people["L2"], "设备损坏", reader.duties.rules)

    page = reader.get(place)
    assert "现已免除" in page
    assert "请督促责任人" not in page


def test_names_are_masked_and_never_markup(reader: Reader) -> None:
    city = reader.duties.city
    with city.act() as act:
        directory.enter_people(act, [PersonEntry("X1", "<b>欧阳某某", "xf")])
        directory.enter_appointments(act, [AppointmentEntry("X1", "xf", Role.OFFICER, YEAR_BEGIN)])
        ended = MORNING - timedelta(hours=1)
        directory.enter_activities(
            act,
            [ActivityEntry("xf-<i>9", "xf", ActivityKind.INSPECTION, "x", ("A2",), ended - timedelta(hours=1), ended)],
        )
    city.wait(hours=1)
    reader.duties.sweep()

    page = reader.browser.get(reader.link(reader.notice("A2").number)).text

    assert "<i>" not in page
    assert "乙某" in page


@pytest.mark.parametrize(
    ("kind", "subject", "said"),
    [(NoticeKind.TRIAL, None, "测试通知"), (NoticeKind.ALERT, "worker-gone:custody", "工作进程失去联系")],
)
def test_other_notices_have_a_page_as_well(reader: Reader, kind: NoticeKind, subject: str | None, said: str) -> None:
    with reader.duties.city.act() as act:
        queue_notices(act, kind, [reader.duties.city.people["A3"]], subject)

    assert said in reader.get(reader.link(max(one.number for one in reader.duties.notices())))
