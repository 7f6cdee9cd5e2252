"""Whatever the pages say in Chinese they can say in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import desk
from desk.phrases import PAGES
from desk.register import _COLUMNS
from desk.words import MEMBERS, WORDS, is_known, say

ROOM = Path(desk.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.j2"))
SAID = re.compile(r"""\bt\(\s*(["'])(.*?)\1""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_page_has_its_english(template: Path) -> None:
    texts = [found[2] for found in SAID.finditer(template.read_text(encoding="utf-8"))]
    assert [text for text in texts if not is_known(text)] == []


def test_every_member_that_is_shown_has_its_english() -> None:
    members = {text for words in WORDS.values() for text in words.values()} | set(_COLUMNS)
    assert {text for text in members if not is_known(text)} == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    sources = [*TEMPLATES, *ROOM.glob("*.py")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.name != "phrases.py")
    assert {
        text for text in {**MEMBERS, **PAGES} if f'"{text}"' not in everything and f"'{text}'" not in everything
    } == set()


def test_facts_stand_in_both_languages() -> None:
    assert say("共 {count} 条", "zh", count=3) == "共 3 条"
    assert say("共 {count} 条", "en", count=3) == "3 in all"
