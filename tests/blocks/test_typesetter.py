"""Papers: readable anywhere, the same from the same, and nothing in the data becomes markup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocks.typesetter import is_shown, typeset
from tests.fixtures.papers import text_of

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "paper.typ"
    path.write_text(
        '#let it = json(bytes(sys.inputs.document))\n#set text(font: "Noto Sans CJK SC")\n'
        "#set document(date: auto)\n#it.said"
    )
    return path


def test_the_same_gives_the_same(template: Path) -> None:
    made = typeset(template, {"said": "执法音像资料"}, AT)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid" in made
    assert typeset(template, {"said": "执法音像资料"}, AT) == made


def test_markup_is_text(template: Path) -> None:
    said = '#read("/etc/passwd") *x* $y$ \\ #panic("x")'
    assert said in text_of(typeset(template, {"said": said}, AT))


def test_what_the_font_lacks_is_said(template: Path) -> None:
    assert "张〔U+28C47〕" in text_of(typeset(template, {"said": "张\U00028c47"}, AT))
    assert not is_shown("\0")
    assert all(is_shown(one) for one in "执法记录仪管理员·–—“”〔〕A1 é")


def test_every_character_that_counts_as_shown_is_in_the_font(template: Path) -> None:
    shown = "".join(chr(code) for code in range(0x20, 0x10000) if is_shown(chr(code)))
    assert len(shown) > 7_000
    assert typeset(template, {"said": shown}, AT)  # PDF/A refuses a missing glyph
