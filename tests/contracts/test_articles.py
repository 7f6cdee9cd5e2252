"""The table of articles holds every demand of the regulation and claims nothing that is not there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from docs import generate
from regulation.articles import CLAUSES, TITLES, Clause, Status, article, clause
from regulation.vocabulary import ActivityKind

ROOT = Path(__file__).parents[2]

# Counted by hand in the regulation's text: article -> (paragraphs, numbered items)
SHAPE = {
    1: (1, 0),
    2: (2, 0),
    3: (1, 0),
    4: (1, 0),
    5: (1, 0),
    6: (3, 0),
    7: (3, 0),
    8: (1, 0),
    9: (1, 7),
    10: (2, 0),
    11: (1, 6),
    12: (3, 7),  # the text numbers two of the seven as (六)
    13: (1, 0),
    14: (1, 0),
    15: (1, 0),
    16: (3, 0),
    17: (3, 0),
    18: (1, 2),
    19: (1, 0),
    20: (1, 0),
    21: (1, 6),
    22: (2, 7),
    23: (1, 0),
    24: (1, 0),
}
ENFORCED = [one for one in CLAUSES if one.status is Status.ENFORCED]


def test_all_24_articles_are_there_in_order() -> None:
    assert list(SHAPE) == list(TITLES) == sorted({one.article for one in CLAUSES}) == list(range(1, 25))
    numbers = [one.article for one in CLAUSES]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(("number", "shape"), SHAPE.items())
def test_every_paragraph_and_every_item_is_there(number: int, shape: tuple[int, int]) -> None:
    paragraphs, items = shape
    demands = article(number)
    named = {one.paragraph for one in demands if one.item is None}
    assert named == ({None} if paragraphs == 1 else set(range(1, paragraphs + 1)))
    assert [one.item for one in demands if one.item is not None] == list(range(1, items + 1))


def test_every_demand_is_listed_once_and_found_by_its_id() -> None:
    repeated = [name for name, times in Counter(one.id for one in CLAUSES).items() if times > 1]
    assert not repeated
    assert all(clause(one.id) is one for one in CLAUSES)


def test_several_demands_of_one_sentence_are_lettered_without_a_gap() -> None:
    letters: dict[str, str] = {}
    for one in CLAUSES:
        if one.id[-1].isalpha():
            letters[one.id[:-1]] = letters.get(one.id[:-1], "") + one.id[-1]
    assert letters
    for stem, lettered in letters.items():
        assert len(lettered) > 1, f"{stem} has one demand and needs no letter"
        assert lettered == "abcdefgh"[: len(lettered)], stem
        assert stem not in {one.id for one in CLAUSES}


@pytest.mark.parametrize("one", CLAUSES, ids=lambda one: one.id)
def test_every_demand_is_told_in_chinese_and_english_with_what_is_made_of_it(one: Clause) -> None:
    assert one.term and not one.term.isascii() and len(one.term) <= 20  # a term, not a sentence
    assert one.text.endswith(".") and one.text.isascii()
    assert one.note.endswith(".")


@pytest.mark.parametrize("one", ENFORCED, ids=lambda one: one.id)
def test_what_is_enforced_names_where_and_by_which_test_it_is_shown(one: Clause) -> None:
    assert one.where, "no module"
    assert one.tests, "no test"


@pytest.mark.parametrize("one", CLAUSES, ids=lambda one: one.id)
def test_modules_and_tests_that_are_named_exist(one: Clause) -> None:
    assert not one.where or find_spec(one.where) is not None, one.where
    assert not one.tests or "def test_" in (ROOT / one.tests).read_text(encoding="utf-8"), one.tests


def test_every_kind_of_activity_is_an_item_of_article_9() -> None:
    assert [kind.value for kind in ActivityKind] == [one.id for one in article(9) if one.item]


def test_the_reference_is_fresh() -> None:
    assert generate.stale() == []


def test_a_page_that_is_not_fresh_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "docs/reference/articles.md is not fresh" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "reference/articles.md").write_text("old", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert generate.main(["--chek"]) == 2


def test_the_generator_runs_from_the_command_line() -> None:
    ran = subprocess.run([sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
