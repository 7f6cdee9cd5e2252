"""The sentence that says why an original is kept, or what is due, with its article (Art. 18)."""

from __future__ import annotations

from datetime import date

import pytest

from regulation.citing import Language, cite
from regulation.retention import Kept, RetentionClass, Term, Trigger
from regulation.retention_words import BY, CLASSES, REASONS, TRIGGERS, why_kept

TODAY = date(2027, 6, 1)
ENDLESS = [
    Kept.UNVERIFIED, Kept.UNFILED, Kept.NO_TERM, Kept.NO_CASE, Kept.CASE_UNKNOWN, Kept.CASE_OPEN, Kept.CASE_PERMANENT,
    Kept.APPRAISED,
]  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def counted(due_on: date) -> Term:
    return Term(RetentionClass.ROUTINE, "Art. 18(1)", Trigger.RECORDING_ENDED, date(2026, 11, 23), due_on)


def test_every_member_has_its_words_in_both_languages() -> None:
    for words, members in ((CLASSES, RetentionClass), (TRIGGERS, Trigger), (REASONS, Kept)):
        assert set(words) == set(members)
        assert all(set(both) == set(LANGUAGES) and all(both.values()) for both in words.values())


def test_what_keeps_beside_the_term_has_its_article() -> None:
    assert set(BY) == set(Kept) - set(ENDLESS) - {Kept.IN_TERM}


@pytest.mark.parametrize(
    ("cited", "chinese"),
    [("Art. 4", "第四条"), ("Art. 18(1)", "第十八条第（一）项"), ("Art. 23", "第二十三条"), ("Art. 10", "第十条")],
)
def test_articles_are_cited_as_people_do(cited: str, chinese: str) -> None:
    assert cite(cited, "zh") == chinese
    assert cite(cited, "en") == cited


@pytest.mark.parametrize("nothing", ["Article 4", "Art. x", "Art. 4(a)", ""])
def test_what_is_no_article_is_not_cited(nothing: str) -> None:
    with pytest.raises(ValueError, match="no article"):
        cite(nothing, "zh")


@pytest.mark.parametrize("why", ENDLESS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_last_day_it_says_why(why: Kept, language: Language) -> None:
    said = why_kept(Term(RetentionClass.NONE, "Art. 4", kept=why), TODAY, language)
    assert REASONS[why][language] in said
    assert cite("Art. 4", language) in said


def test_a_running_term_names_its_days() -> None:
    term = counted(date(2027, 6, 1))
    assert why_kept(term, TODAY, "zh") == (
        "按第十八条第（一）项，属日常巡查检查，自录制结束（2026-11-23）起算，保存至 2027-06-01。"
    )
    assert why_kept(term, TODAY, "en") == (
        "By Art. 18(1), as routine inspection, counted from the end of the recording (2026-11-23), "
        "it is kept until 2027-06-01."
    )


@pytest.mark.parametrize("why", sorted(BY))
@pytest.mark.parametrize("language", LANGUAGES)
def test_over_it_says_what_keeps_it_still(why: Kept, language: Language) -> None:
    said = why_kept(counted(date(2027, 5, 31)), TODAY, language, keepers=[why, Kept.HELD])
    assert REASONS[why][language] in said
    assert cite(BY[why], language) in said
    assert "2027-05-31" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_keeps_it_besides_is_said_while_the_term_runs(language: Language) -> None:
    endless = Term(RetentionClass.EVIDENCE, "Art. 18(2)", kept=Kept.CASE_OPEN)
    for term in (counted(TODAY), endless):
        assert REASONS[Kept.HELD][language] in why_kept(term, TODAY, language, keepers=[Kept.HELD])
        assert REASONS[Kept.HELD][language] not in why_kept(term, TODAY, language)


def test_over_and_kept_by_nothing_it_is_due_or_stands_on_its_list() -> None:
    term = counted(date(2027, 5, 31))
    assert why_kept(term, TODAY, "zh").endswith("保存期已于 2027-05-31 届满，待列入销毁清册。")
    listed = why_kept(term, TODAY, "en", list_number="DL-xf-2027-00001")
    assert listed.endswith("its term ended on 2027-05-31; it stands on disposal list DL-xf-2027-00001.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_worked_out_is_kept(language: Language) -> None:
    unknown = why_kept(None, TODAY, language)
    assert cite("Art. 18", language) in unknown
    assert why_kept(Term(RetentionClass.NONE, "Art. 18"), TODAY, language) == unknown
