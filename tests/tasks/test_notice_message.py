"""What a notice says, in both languages and every form (Art. 16, 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from blocks.notice_fitting import PARAGRAPH
from regulation.duties import RULES, DutyKind
from regulation.ladder import Step
from regulation.vocabulary import Role
from tasks.notices import duty_words, words
from tasks.notices.digest import SHOWN, Alert, Digest, Line, Person, Trial, Trouble
from tasks.notices.message import alert_message, digest_message, trial_message
from tasks.notices.speech import article, plain, span
from tasks.notices.words import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
LINK = "https://custody.example/duties?notice=N-chengguan-2026-00012&as=leader"
LI = Person("QD-0042", "李某")
TEAM = "城管局开发区大队"


def line(late_hours: float = 26, **other: object) -> Line:
    """Footage that is that late."""
    late = timedelta(hours=late_hours)
    due = NOW - late
    of = Line(
        DutyKind.UPLOAD,
        "Art. 16",
        f"chengguan-2026-{abs(int(late_hours * 10)):05}",
        TEAM,
        LI,
        due - timedelta(hours=24),
        due,
        late if late_hours >= 0 else None,
        Step.SUPERVISING_LEADER,
        Role.SUPERVISING_LEADER,
    )
    return replace(of, **other)  # type: ignore[arg-type]


def digest(*lines: Line, **other: object) -> Digest:
    """These lines for a supervising leader."""
    by_kind = {kind: sum(one.kind is kind for one in lines) for kind in DutyKind}
    overdue = sum(one.is_overdue for one in lines)
    of = Digest(
        "N-chengguan-2026-00012",
        Role.SUPERVISING_LEADER,
        SHANGHAI,
        NOW,
        lines,
        len(lines),
        overdue,
        {kind: count for kind, count in by_kind.items() if count},
        LINK,
    )
    return replace(of, **other)  # type: ignore[arg-type]


def forms(of: Digest, language: Language = "zh") -> tuple[str, str, str]:
    """Text, markdown, HTML."""
    message = digest_message(of, language)
    return message.text, message.markdown, message.html


def test_the_title_tells_counts_articles_and_number() -> None:
    told = digest_message(digest(line(26), line(3), line(-3.5)), "zh")
    assert told.title == "【执法记录仪】2 项逾期、1 项将到期（第十六条）N-chengguan-2026-00012"
    told = digest_message(digest(line(26), line(1, kind=DutyKind.FILING, article="Art. 15")), "en")
    assert told.title == "[Body-worn recorders] 2 overdue (Art. 15, Art. 16) N-chengguan-2026-00012"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_locked_screen_shows_no_name_no_place_and_no_case(language: Language) -> None:
    title = digest_message(digest(line()), language).title
    assert not any(shown in title for shown in (LI.name, LI.number, TEAM, line().subject))


def test_every_form_says_what_whose_since_when_due_how_late_and_what_to_do() -> None:
    for form in forms(digest(line())):
        for said in (
            "视音频资料未入库",
            line().subject,
            "李某 QD-0042",
            TEAM,
            "2026-11-21 12:05",
            "2026-11-22 12:05",
            "逾期 26 小时",
            "第十六条",
            "上报分管领导",
            "请督促责任人",
            "您以分管领导的身份",
            "北京时间",
            "N-chengguan-2026-00012",
        ):
            assert said in form


def test_every_form_says_it_in_english() -> None:
    for form in forms(digest(line(late_hours=74.5), line(-0.5, owed_by=None)), "en"):
        for said in (
            "3 days 2 hours overdue",
            "30 minutes left",
            "not known yet",
            "supervising leader",
            "Beijing time",
        ):
            assert said in form


def test_the_link_is_in_every_form_whole() -> None:
    text, markdown, html = forms(digest(line()))
    assert LINK in text and f"]({LINK})" in markdown
    assert html.count(LINK.replace("&", "&amp;")) == 2, "once to press and once to read, for mail that is shown as text"
    assert digest_message(digest(line()), "zh").short.endswith(LINK)


def test_who_owes_a_duty_is_told_to_do_it_and_not_to_see_to_it() -> None:
    own = digest(line(-3.5, role=None, step=Step.REMINDER), reader_role=None)
    for form in forms(own):
        assert "以下事项由您负责办理" in form and "请将执法记录仪接入采集工作站" in form
        assert "督促" not in form


def test_a_vacant_role_is_said() -> None:
    for form in forms(digest(line(instead_of=Role.DEPARTMENT_HEAD))):
        assert "部门负责人一职空缺，由您代为处理。" in form
    assert "空缺" not in forms(digest(line()))[0]


def test_a_line_told_in_another_role_says_so() -> None:
    assert "您的身份：部门负责人" in forms(digest(line(role=Role.DEPARTMENT_HEAD)))[0]
    assert "您的身份" not in forms(digest(line()))[0]


def test_after_an_outage_the_delay_is_told() -> None:
    for form in forms(digest(line(), delayed=timedelta(hours=3, minutes=12))):
        assert "本通知迟发 3 小时" in form
    assert "迟发" not in forms(digest(line()))[0]


def test_the_longest_overdue_comes_first_and_the_soonest_due_after() -> None:
    mixed = digest(line(-1), line(3), line(-8), line(74), line(0))
    assert [(NOW - one.due_at) / timedelta(hours=1) for one in mixed.worst_first] == [74, 3, 0, -1, -8]


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_twenty_lines_are_shown_and_the_total_is_told(language: Language) -> None:
    many = digest(*(line(hours) for hours in range(1, SHOWN + 6)), total=312, overdue=312)
    message = digest_message(many, language)
    assert message.text.count("→") == message.markdown.count("→") == message.html.count('class="do"') == SHOWN
    assert {"zh": "共 312 项", "en": "312 in all"}[language] in message.text
    few = digest(*(line(hours) for hours in range(1, SHOWN + 1)))
    assert not any(said in digest_message(few, language).text for said in ("共", "in all"))


def test_every_matter_is_a_paragraph_so_that_a_channel_can_leave_some_out() -> None:
    message = digest_message(digest(line(1), line(2), line(3)), "zh")
    for form in (message.text, message.markdown):
        lead, *matters, end = form.split(PARAGRAPH)
        assert "身份" in lead and len(matters) == 3
        assert LINK in end and message.number in end


EVIL = (
    "[点击](http://evil.example)",
    "<a href='https://evil.example'>x</a>",
    "<@all> @13800000000",
    "![x](//evil.example/a.png)",
    "www.evil.example",
    "https://evil.example",
    "\u202etxt.exe\u2066",
    "大队\n\n# 标题\r\n**粗**",
    "{{ 7 * 7 }}{% raw %}",
)


@pytest.mark.parametrize("evil", EVIL)
def test_a_name_never_becomes_a_link_a_mention_or_markup(evil: str) -> None:
    sly = digest(line(unit_name=evil, subject=evil, owed_by=Person(evil, evil)))
    clean = len(forms(digest(line()))[1].split(PARAGRAPH))
    text, markdown, html = forms(sly)
    assert markdown.count("](") == 1 and len(markdown.split(PARAGRAPH)) == clean
    assert html.count("<a ") == 1 and "<img" not in html
    for form in (text, markdown, html):
        assert "evil.example" not in form and "@1" not in form and "<@" not in form
        assert not any(mark in form for mark in ("\u202e", "\u2066", "**粗"))
        assert "{%" not in form and "{{" not in form
    assert plain(evil) == plain(plain(evil))


def test_a_harmless_name_stays_as_it_is() -> None:
    for name in (TEAM, "N-chengguan-2026-00012", "CG00017", "upload_dock", "李某", "2026-11-22 12:05"):
        assert plain(name) == name


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(seconds=59), "不到 1 分钟", "less than a minute"),
        (timedelta(minutes=1), "1 分钟", "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 分钟", "59 minutes"),
        (timedelta(hours=1), "1 小时", "1 hour"),
        (timedelta(hours=26), "26 小时", "26 hours"),
        (timedelta(hours=47, minutes=59), "47 小时", "47 hours"),
        (timedelta(hours=48), "2 天", "2 days"),
        (timedelta(days=3, hours=2), "3 天 2 小时", "3 days 2 hours"),
        (timedelta(days=3, hours=1), "3 天 1 小时", "3 days 1 hour"),
        (timedelta(hours=-3.5), "3 小时", "3 hours"),
    ],
)
def test_a_duration_is_said_as_people_say_it(length: timedelta, zh: str, en: str) -> None:
    assert (span(length, "zh"), span(length, "en")) == (zh, en)


def test_what_is_due_this_moment_is_not_less_than_a_minute_late() -> None:
    assert "刚刚到期" in forms(digest(line(0)))[0]


@pytest.mark.parametrize(
    ("cited", "said"),
    [
        ("Art. 6", "第六条"),
        ("Art. 10", "第十条"),
        ("Art. 16", "第十六条"),
        ("Art. 20", "第二十条"),
        ("Art. 24", "第二十四条"),
        ("Art. 12(4)", "第十二条"),
    ],
)
def test_an_article_is_cited_in_chinese(cited: str, said: str) -> None:
    assert article(cited, "zh") == said


def test_times_are_those_of_the_unit_and_a_zone_without_a_name_is_shown_by_its_own() -> None:
    text, *_ = forms(digest(line(), zone=ZoneInfo("Asia/Urumqi")))
    assert "2026-11-22 10:05" in text and "乌鲁木齐时间" in text
    assert "Europe/Berlin" in forms(digest(line(), zone=ZoneInfo("Europe/Berlin")))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", Trouble)
def test_an_administrator_is_told_what_is_wrong_since_when_and_what_to_do(what: Trouble, language: Language) -> None:
    told = alert_message(Alert("N-city-2026-00001", what, "upload_dock <1>", NOW, SHANGHAI, LINK), language)
    assert words.TROUBLE[what][language] in told.title
    for form in (told.text, told.markdown, told.html):
        assert words.REMEDY[what][language] in form or "&#39;" in form
        assert "2026-11-23 14:05" in form and "upload_dock ＜1＞" in form


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trial_asks_for_nothing(language: Language) -> None:
    told = trial_message(Trial("N-city-2026-00002", NOW, SHANGHAI, LINK), language)
    assert words.PHRASES["trial"][language] in told.title
    assert all("2026-11-23 14:05" in form for form in (told.text, told.markdown, told.html))


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (duty_words.WHAT, DutyKind),
        (duty_words.DO, DutyKind),
        (duty_words.SEE_TO, DutyKind),
        (words.STEPS, Step),
        (words.ROLES, Role),
        (words.TROUBLE, Trouble),
        (words.REMEDY, Trouble),
        (duty_words.SUBJECTS, {rule.subject for rule in RULES.values()}),
        (words.PHRASES, words.PHRASES),
        (words.ZONES, words.ZONES),
    ],
)
def test_everything_has_words_in_every_language(table: dict[str, dict[str, str]], keys: object) -> None:
    assert set(table) == set(keys)  # type: ignore[call-overload]
    assert all(set(said) == set(LANGUAGES) and all(said.values()) for said in table.values())


@pytest.mark.parametrize("kind", DutyKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_step_can_be_told(kind: DutyKind, language: Language) -> None:
    for step in Step:
        for role in (None, *Role):
            told = digest(line(kind=kind, article=RULES[kind].article, step=step, role=role), reader_role=role)
            assert duty_words.WHAT[kind][language] in digest_message(told, language).text
