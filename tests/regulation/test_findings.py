"""Codes and sentences of findings."""

from __future__ import annotations

from string import Formatter

import pytest

from regulation.articles import article
from regulation.findings import TEMPLATES, Finding, article_of, finding

SAMPLE = {
    "device_number": "QD-0007",
    "detail": "no index",
    "container": "mp4",
    "offset_seconds": -75.4,
    "tolerance_seconds": 60,
    "count": 2,
    "late_hours": 3.26,
    "due": "2026-03-02 17:00",
}


def test_a_finding_is_told_with_its_facts_and_its_article() -> None:
    told = finding("A7-clock-offset", "QD-0007", offset_seconds=-75.4, tolerance_seconds=60)
    assert told == Finding(
        "A7-clock-offset", "Art. 7", "The recorder's clock is -75 s off; 60 s are tolerated.", "QD-0007"
    )


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_code_in_use_has_an_article_and_a_whole_sentence(code: str) -> None:
    facts = {name for _, name, _, _ in Formatter().parse(TEMPLATES[code]) if name is not None}
    told = finding(code, "subject", **{name: SAMPLE[name] for name in facts})
    assert article(int(told.article.removeprefix("Art. ")))
    assert told.message[0].isupper() and told.message.endswith(".") and "{" not in told.message


def test_a_fact_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="late_hours"):
        finding("A16-late", "subject")


def test_a_code_not_in_use_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="in use"):
        finding("A16-never-heard-of", "subject")


@pytest.mark.parametrize(
    ("code", "article_"), [("A16-late", "Art. 16"), ("A9-no-recording", "Art. 9"), ("A12.4-unsigned", "Art. 12(4)")]
)
def test_a_code_names_its_article(code: str, article_: str) -> None:
    assert article_of(code) == article_
    assert Finding(code, article_, "A sentence.", "subject").code == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "A16",
        "A16-",
        "16-late",
        "A0-late",
        "A25-late",
        "A016-late",
        "A16-Late",
        "A16-late-",
        "A16.-late",
        "A16-late\n",
        "A16 -late",
        "A12.0-late",
        "a16-late",
    ],
)
def test_a_malformed_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no finding's code"):
        Finding(code, "Art. 16", "A sentence.", "subject")


def test_a_code_and_an_article_that_disagree_are_refused() -> None:
    with pytest.raises(ValueError, match="disagree"):
        Finding("A16-late", "Art. 17", "A sentence.", "subject")
