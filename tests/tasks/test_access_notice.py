"""What a notice about a request for access says, in both languages and every form (Art. 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from regulation.access import Ground
from regulation.access_states import RequestState
from regulation.vocabulary import Role
from tasks.notices import words
from tasks.notices.digest import Asked, Outcome, Person
from tasks.notices.message import message_about
from tasks.notices.words import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
NOTICE, REQUEST = "N-chengguan-2026-00012", "AR-chengguan-2026-00001"
LINK = "https://custody.example/go/abc.def"
TEAM = "城管局开发区大队"
ASKED = Asked(
    NOTICE,
    REQUEST,
    Person("QD-0042", "李某"),
    TEAM,
    137,
    Role.SUPERVISING_LEADER,
    Ground.OWN_UNIT,
    SINCE,
    SINCE + timedelta(hours=24),
    SHANGHAI,
    LINK,
)
OUTCOME = Outcome(NOTICE, REQUEST, RequestState.PARTLY_APPROVED, SINCE, SHANGHAI, LINK)


def forms(of: Asked | Outcome, language: Language = "zh") -> tuple[str, str, str]:
    """Text, markdown, HTML."""
    message = message_about(of, language)
    return message.text, message.markdown, message.html


def test_every_form_says_who_asks_for_what_by_when_and_that_silence_approves_nothing() -> None:
    for form in forms(ASKED):
        for said in (
            REQUEST,
            "李某 QD-0042",
            TEAM,
            "资料数量",
            "137",
            "本单位执法人员因工作需要调用",
            "2026-11-23 14:05",
            "请于 2026-11-24 14:05（北京时间）前审批",
            "第十七条",
            "您以分管领导的身份",
            "请登录后查看用途并作出决定",
            "沉默不视为同意",
            NOTICE,
        ):
            assert said in form


def test_every_form_says_it_in_english() -> None:
    for form in forms(ASKED, "en"):
        for said in (
            "Recordings",
            "137",
            "Decide by 2026-11-24 14:05 (Beijing time)",
            "Art. 17",
            "Silence approves nothing",
            TEAM,
        ):
            assert said in form


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_locked_screen_shows_the_number_and_neither_name_nor_unit(language: Language) -> None:
    for told in (ASKED, OUTCOME):
        title = message_about(told, language).title
        assert REQUEST in title and NOTICE in title
        assert not any(shown in title for shown in ("李某", "QD-0042", TEAM))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [ASKED, OUTCOME], ids=["asked", "outcome"])
def test_the_link_is_in_every_form_whole(told: Asked | Outcome, language: Language) -> None:
    message = message_about(told, language)
    assert LINK in message.text and f"]({LINK})" in message.markdown and LINK in message.html
    assert message.short.endswith(LINK)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_pages_there_is_no_link_and_nothing_missing(language: Language) -> None:
    for told in (ASKED, OUTCOME):
        text, markdown, html = forms(replace(told, link=""), language)
        assert "http" not in text and "](" not in markdown and "<a " not in html
        assert text.split("\n")[-1].startswith(words.PHRASES["number"][language][:4]), "and no label without it"
        assert REQUEST in text


def test_a_time_nobody_has_worked_out_yet_is_not_made_up() -> None:
    for form in forms(replace(ASKED, due_at=None)):
        assert "请于规定期限前审批" in form


@pytest.mark.parametrize("state", RequestState)
def test_an_outcome_is_said_in_words(state: RequestState) -> None:
    for language in LANGUAGES:
        for form in forms(replace(OUTCOME, state=state), language):
            assert words.REQUESTS[state][language] in form
            assert REQUEST in form


def test_who_was_asked_a_question_hears_that_it_is_their_turn() -> None:
    assert "请登录回答审批人的问题后重新提交" in forms(replace(OUTCOME, state=RequestState.DRAFT))[0]
    assert "请登录查看理由和授权条件" in forms(OUTCOME)[0]


@pytest.mark.parametrize(
    ("table", "members"), [(words.GROUNDS, Ground), (words.REQUESTS, RequestState), (words.ROLES, Role)]
)
def test_nothing_goes_without_words(table: dict[object, words.Words], members: type) -> None:
    assert table.keys() == set(members)
    assert all(set(said) == set(LANGUAGES) and all(said.values()) for said in table.values())


@pytest.mark.parametrize("evil", ["[x](http://evil.example)", "<a href='https://evil.example'>x</a>", "@13800000000"])
def test_a_name_never_becomes_a_link_a_mention_or_markup(evil: str) -> None:
    text, markdown, html = forms(replace(ASKED, unit_name=evil, requester=Person(evil, evil)))
    assert markdown.count("](") == 1 and html.count("<a ") == 1
    for form in (text, markdown, html):
        assert "evil.example" not in form and "@1" not in form
