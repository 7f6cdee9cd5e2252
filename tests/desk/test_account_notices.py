"""Whoever is let in anew, put out or locked out hears of it: no way in is changed behind anybody's back (Art. 17)."""

from __future__ import annotations

import pytest

from registry.queries.notices import notice_view
from registry.tables import AccountChange, NoticeKind, NoticeState
from registry.transitions.notices import queue_notices
from registry.transitions.signing import FAILURES, LOCKED_FOR, TOLD_AGAIN_AFTER
from tasks.notices.content import content_of
from tasks.notices.message import Language, message_about
from tests.desk.test_signing import attempt
from tests.fixtures.counter import Browser, Counter

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def told(counter: Counter, who: str) -> list[tuple[str, str]]:
    """What somebody heard of their own way in, and by whom it was changed."""
    heard = []
    for one in counter.access.duties.notices():
        if one.kind is NoticeKind.ACCOUNT and one.person_id == counter.access.person(who):
            assert one.state is NoticeState.QUEUED
            with counter.access.city.registry.reading() as reading:
                view = notice_view(reading, one.number)
            assert view is not None
            assert view.account is not None
            heard.append((view.account.change.value, view.account.by_number or ""))
    return heard


def test_whose_way_in_is_changed_hears_of_each_change_and_by_whom(counter: Counter) -> None:
    administrator = counter.browser("A3")
    counter.browser("A1")
    assert told(counter, "A1") == [("set", "")]
    administrator.open("/people/A1")
    administrator.fill("/people/A1", do="invite")
    assert told(counter, "A1")[1:] == [("invited", "A3")]
    administrator.press("/people/A1", do="put-out")
    assert told(counter, "A1")[2:] == [("ended", "A3")]
    assert told(counter, "A3") == [("set", "")]


def test_who_never_had_a_password_is_not_told_of_an_invitation(counter: Counter) -> None:
    administrator = counter.browser("A3")
    administrator.open("/people/A2")
    administrator.fill("/people/A2", do="invite")
    assert told(counter, "A2") == []


def test_who_is_locked_out_again_and_again_hears_of_it_once_a_day(counter: Counter) -> None:
    counter.browser("A1")

    def guess() -> None:
        for _ in range(FAILURES):
            assert attempt(counter, Browser(counter.app), "A1", password="guess") == 403
        counter.access.city.wait(seconds=LOCKED_FOR.total_seconds())

    guess(), guess()
    assert told(counter, "A1") == [("set", ""), ("locked", "")]
    counter.access.city.wait(seconds=TOLD_AGAIN_AFTER.total_seconds())
    guess()
    assert told(counter, "A1")[2:] == [("locked", "")]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("change", list(AccountChange))
def test_it_says_what_happened_by_whom_and_what_to_do(
    counter: Counter, change: AccountChange, language: Language
) -> None:
    by = counter.access.person("A3") if change in (AccountChange.INVITED, AccountChange.ENDED) else ""
    with counter.access.city.act() as act:
        queue_notices(act, NoticeKind.ACCOUNT, [counter.access.person("A1")], f"{change}:{by}")
    number = counter.access.duties.notices()[-1].number
    with counter.access.city.registry.reading() as reading:
        view = notice_view(reading, number)
    assert view is not None
    message = message_about(content_of(view, "https://custody.example/x", counter.access.city.now), language)
    assert ("A3" in message.text) == bool(by)
    assert ("执法记录仪管理员" if language == "zh" else "device administrator") in message.text
    assert message.title.endswith(number)
