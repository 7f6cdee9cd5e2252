"""Whatever the pages say in Chinese they can say in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import desk
from desk import words_conversion, words_duties, words_retention, words_trail, words_unrecorded
from desk.conversion_register import COLUMNS as CONVERSION_COLUMNS
from desk.disposal_register import COLUMNS, ITEM_COLUMNS
from desk.failing import said
from desk.phrases import ONE, PAGES
from desk.phrases_conversion import CONVERSION
from desk.phrases_retention import RETENTION
from desk.phrases_unrecorded import UNRECORDED
from desk.register import _COLUMNS
from desk.words import MEMBERS, WORDS, is_known, say
from registry.ledger import Event
from regulation import conversion as rules_of_conversion
from regulation import incidents, unrecorded
from regulation.errors import ActionDenied

ROOM = Path(desk.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.j2"))
PHRASES = ("phrases.py", "phrases_conversion.py", "phrases_retention.py", "phrases_unrecorded.py")
SAID = re.compile(r"""\bt\(\s*(["'])(.*?)\1""")
LABEL = re.compile(r"""\bline[s]?\("[^"]*", "[^"]*", "([^"]+)"|\("(?:/[^"]*|all|chosen|unappraised)", "([^"]+)\"""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_page_has_its_english(template: Path) -> None:
    page = template.read_text(encoding="utf-8")
    texts = [found[2] for found in SAID.finditer(page)] + [found[1] or found[2] for found in LABEL.finditer(page)]
    assert [text for text in texts if not is_known(text)] == []


def test_every_member_that_is_shown_has_its_english() -> None:
    members = {text for words in WORDS.values() for text in words.values()} | {
        *_COLUMNS, *COLUMNS, *ITEM_COLUMNS, *CONVERSION_COLUMNS,
    }  # fmt: skip
    assert {text for text in members if not is_known(text)} == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    sources = [*TEMPLATES, *ROOM.glob("*.py")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.name not in PHRASES)
    said = {**MEMBERS, **PAGES, **words_retention.MEMBERS, **RETENTION, **words_conversion.MEMBERS, **CONVERSION}
    said |= words_trail.MEMBERS | words_unrecorded.MEMBERS | UNRECORDED | words_duties.MEMBERS | words_duties.DUTIES
    assert {text for text in said if f'"{text}"' not in everything and f"'{text}'" not in everything} == set()


def test_no_text_means_two_things() -> None:
    rooms = (
        MEMBERS, PAGES, words_retention.MEMBERS, words_retention.TOLD, RETENTION, words_conversion.MEMBERS, CONVERSION,
        words_trail.MEMBERS, words_unrecorded.MEMBERS, UNRECORDED, words_duties.MEMBERS, words_duties.DUTIES,
    )  # fmt: skip
    texts = [text for room in rooms for text in room]
    assert [text for text in set(texts) if texts.count(text) > 1] == []


def test_whatever_happens_to_a_recording_has_a_word() -> None:
    told = {one for one in Event if one.startswith(("recording.", "access.view", "access.cop", "extension."))}
    assert set(words_trail.WORDS["trail_event"]) == told


def test_facts_stand_in_both_languages() -> None:
    assert say("共 {count} 条", "zh", count=3) == "共 3 条"
    assert say("共 {count} 条", "en", count=3) == "3 in all"


def test_english_has_a_word_for_one() -> None:
    said = [say("{count} 条资料", "en", count=count) for count in (0, 1, 2)]
    assert said == ["0 recordings", "1 recording", "2 recordings"]
    assert say("{count} 条资料", "zh", count=1) == "1 条资料"
    assert all(is_known(text) for text in ONE)


DENIED = re.compile(r"""(?:ActionDenied|FieldDenied)\(\s*(?:"[a-z_]+", )?"([^"]+ [^"]+)\"""")
REGISTRY = ROOM.parent / "registry" / "transitions"
REFUSING = [
    *(path for room in ("retention", "disposal", "fixity", "conversion") for path in REGISTRY.glob(f"{room}/*.py")),
    REGISTRY / "holding.py",
    REGISTRY / "unrecorded.py",
    Path(unrecorded.__file__),
    Path(incidents.__file__),
    Path(rules_of_conversion.__file__),
]


@pytest.mark.parametrize("source", REFUSING, ids=lambda path: path.stem)
def test_what_retention_disposal_conversion_and_incidents_refuse_is_said_in_chinese(source: Path) -> None:
    messages = [found[1] for found in DENIED.finditer(source.read_text(encoding="utf-8"))]
    assert [one for one in messages if said(ActionDenied(one), "zh").startswith("不予办理")] == []
