"""Copies at the desk: what was granted, with a receipt, to its holder alone (Art. 17)."""

from __future__ import annotations

import hashlib
import re

import pytest

from regulation.vocabulary import MediaKind
from tests.desk.test_access_pages import ask, items, step_place
from tests.desk.test_clips import media
from tests.fixtures.counter import Browser, Counter
from tests.fixtures.patience import wait_until

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
__all__ = ["media"]


def offer(counter: Counter, officer: Browser, copies: str = "1", start: str = "", end: str = "") -> str:
    """The place where a copy of what was asked for is taken, once it is granted."""
    recording = counter.recording("video")
    parts = {f"start-{recording}": start, f"end-{recording}": end}
    number = ask(counter, officer, copies=copies, **parts)
    leader = counter.browser("L2")
    leader.press(step_place(leader.open(f"/requests/{number}")), do="approve", reason="同意", item=items(leader))
    found = re.search(r'href="(/grants/[^"]+/copy)"', officer.open(f"/requests/{number}"))
    assert found is not None
    return found[1]


def taken(officer: Browser, place: str) -> tuple[str, str]:
    """Take it; gives its number and the receipt."""
    wait_until(lambda: "正在准备" not in officer.open(place), "it is not made")
    receipt = officer.press(place)
    found = re.search(r"CP-xf-2026-\d+", receipt)
    assert found is not None
    return found[0], receipt


def test_a_whole_copy_is_the_original(counter: Counter, media: dict[str, bytes]) -> None:
    officer = counter.browser("A1")
    number, receipt = taken(officer, offer(counter, officer))
    answer = officer.get(f"/copies/{number}/file")
    assert answer.content == b"video"
    assert hashlib.sha256(b"video").hexdigest() in receipt
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.jpeg"'
    assert "逐字节一致" in receipt


def test_of_a_part_the_copy_is_the_clip(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    number, receipt = taken(officer, offer(counter, officer, start="2", end="5"))
    content = officer.get(f"/copies/{number}/file").content
    assert hashlib.sha256(content).hexdigest() in receipt
    assert content != media["mp4"]
    assert "2–5" in receipt


def test_a_copy_that_is_not_what_was_registered_is_not_sent(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    number, _ = taken(officer, offer(counter, officer, start="2", end="5"))
    counter.access.city.tamper("access_copy", "UPDATE access_copy SET sha256 = 'ab'")
    assert officer.get(f"/copies/{number}/file").status_code == 409


def test_no_more_than_were_granted(counter: Counter) -> None:
    officer = counter.browser("A1")
    place = offer(counter, officer)
    taken(officer, place)
    assert officer.get(place).status_code == 403
    assert officer.fill(place).status_code == 403


def test_a_copy_is_its_holders_alone(counter: Counter) -> None:
    officer = counter.browser("A1")
    place = offer(counter, officer)
    number, _ = taken(officer, place)
    other, leader = counter.browser("A2"), counter.browser("L3")
    other.open("/requests")
    leader.open("/requests")
    for one in (f"/copies/{number}", f"/copies/{number}/file"):
        assert other.get(one).status_code == 404
    assert other.get(place).status_code == 403
    assert other.fill(place).status_code == 403
    assert other.fill(f"/copies/{number}", do="declare", what="returned").status_code == 404
    assert "复制件回执" in leader.open(f"/copies/{number}")
    assert leader.get(f"/copies/{number}/file").status_code == 403
    assert "password" in Browser(counter.app).get(f"/copies/{number}/file").text


def test_nothing_is_sent_after_the_grant(counter: Counter) -> None:
    officer = counter.browser("A1")
    number, _ = taken(officer, offer(counter, officer))
    counter.access.city.wait(days=8)
    officer = counter.browser("A1")
    assert officer.get(f"/copies/{number}/file").status_code == 403
    assert "复制件回执" in officer.open(f"/copies/{number}")


def test_given_back_and_confirmed(counter: Counter) -> None:
    officer, administrator = counter.browser("A1"), counter.browser("A3")
    number, _ = taken(officer, offer(counter, officer))
    page = officer.press(f"/copies/{number}", do="declare", what="destroyed")
    assert "领取人声明" in page
    assert officer.get(f"/copies/{number}/file").status_code == 403
    administrator.open(f"/copies/{number}")
    assert "管理员确认" in administrator.press(f"/copies/{number}", do="confirm", what="destroyed")
    assert administrator.fill(f"/copies/{number}", do="confirm", what="destroyed").status_code == 403


def test_nobody_confirms_their_own(counter: Counter) -> None:
    officer = counter.browser("A1")
    number, _ = taken(officer, offer(counter, officer))
    assert officer.fill(f"/copies/{number}", do="confirm", what="destroyed").status_code == 403
    for do, what in (("confirm", "lost"), ("eat", "returned"), ("declare", "")):
        assert officer.fill(f"/copies/{number}", do=do, what=what).status_code == 400


def test_the_receipt_speaks_english(counter: Counter) -> None:
    officer = counter.browser("A1")
    number, _ = taken(officer, offer(counter, officer))
    assert "Receipt of a copy" in officer.open(f"/copies/{number}?lang=en")
