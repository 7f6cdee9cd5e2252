"""What a probe noted about an original is told in the reader's language (Art. 19)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulation.probed import note_in

PROBERS = sorted((Path(__file__).parents[2] / "tasks/probing").glob("*.py"))
SAID = frozenset({"warn", "damaged", "unreadable", "fault", "ChildLostError"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def text_of(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, with 7 for whatever is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from text_of(body)
            yield from text_of(orelse)


def told(path: Path) -> Iterator[str]:
    """Every sentence that this module says of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in SAID:
                yield from text_of(first)
            case ast.Assign(targets=[ast.Name(id="why")], value=value):
                yield from text_of(value)
            case ast.keyword(arg="warnings", value=ast.Tuple(elts=[first])):
                yield from text_of(first)


SENTENCES = sorted({one for path in PROBERS for one in told(path)})


def test_the_probes_sentences_are_found() -> None:
    assert len(SENTENCES) > 50
    assert "it is not a regular file" in SENTENCES
    assert "its name has no extension" in SENTENCES
    assert "the probe died of it (7)" in SENTENCES
    assert "it cannot be read: 7" in SENTENCES


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_has_its_chinese(sentence: str) -> None:
    chinese = note_in(sentence, "zh")
    assert CHINESE.search(chinese)
    assert not re.search(r"[a-z]{3} [a-z]{2}", chinese), chinese
    assert note_in(sentence, "en") == sentence


def test_several_sentences_are_told_one_after_the_other_and_what_is_not_known_is_quoted() -> None:
    note = "named mp4, but it is avi; its sound is silent for the first 3 s; something new"
    assert note_in(note, "zh") == "扩展名为 mp4，实际格式为 avi；开头 3 秒没有声音；something new"
    assert note_in(note, "en") == note
