"""Papers: readable anywhere, the same from the same, and nothing in the data becomes markup."""

from __future__ import annotations

import struct
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from blocks import typesetter
from blocks.font_coverage import coverage
from blocks.typesetter import FONTS, check_legible, is_shown, spelled, typeset, typeset_exactly
from regulation.errors import ActionDenied, ConfigurationError, Unavailable
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


def test_a_long_paper_is_laid_out_by_a_process_of_its_own_and_is_the_same(
    template: Path, exact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"said": "执法音像资料"}
    here = typeset(template, document, AT), typeset_exactly(exact, document, AT)
    monkeypatch.setattr(typesetter, "LONG", 0)
    monkeypatch.setattr(typesetter, "lay_out", None)
    assert (typeset(template, document, AT), typeset_exactly(exact, document, AT)) == here


def test_what_is_wrong_with_a_long_paper_is_said_as_well(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template.write_text('#panic("not so")')
    for longest in (typesetter.LONG, 0):
        monkeypatch.setattr(typesetter, "LONG", longest)
        with pytest.raises(ActionDenied, match=r"This paper cannot be set: .*not so"):
            typeset(template, {"said": "x"}, AT)


def test_a_long_paper_whose_process_dies_is_tried_again_later(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "LONG", 0)
    monkeypatch.setattr(typesetter.sys, "executable", "/bin/false")
    with pytest.raises(Unavailable):
        typeset(template, {"said": "x"}, AT)


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


@pytest.fixture
def exact(tmp_path: Path) -> Path:
    path = tmp_path / "exact.typ"
    path.write_text(
        "#let it = json(bytes(sys.inputs.document))\n"
        '#set text(font: ("Noto Serif CJK SC", "Noto Serif", "Noto Naskh Arabic", "Noto Serif Hebrew", ..it.fonts))\n'
        '#set document(date: auto)\n#it.said\n#if "picture" in it { image(it.picture) }'
    )
    return path


@pytest.mark.parametrize("font", sorted(one.name for one in FONTS.iterdir() if one.suffix in (".otf", ".ttf")))
def test_what_a_font_is_said_to_have_it_has(font: str, tmp_path: Path) -> None:
    """PDF/A refuses a missing glyph, so each character is set in that font alone."""
    codes = coverage(FONTS / font)
    (family,) = (
        one.family for one in typst.Fonts(False, False, [str(FONTS)]).fonts() if (one.path or "").endswith(font)
    )
    template = tmp_path / "all.typ"
    template.write_text(
        f'#let it = json(bytes(sys.inputs.document))\n#set text(font: "{family}", fallback: false, size: 4pt)\n'
        "#set document(date: auto)\n#for one in it.said { [#one#h(1pt)] }"
    )
    shown = [chr(one) for one in sorted(codes) if unicodedata.category(chr(one))[0] not in "CMZ"]
    assert len(shown) > 0.5 * len(codes)
    assert typeset_exactly(template, {"said": shown[::7]}, AT).startswith(b"%PDF-1.7")


def test_every_common_and_rare_character_of_names_is_there() -> None:
    """All of CJK Unified Ideographs and Extension A, and of the others the Table of General Standard Characters."""
    serif = coverage(FONTS / "NotoSerifCJKsc-Regular.otf")
    assert set(range(0x4E00, 0x9FEB)) <= serif
    assert set(range(0x3400, 0x4DB6)) <= serif
    assert {ord(one) for one in "\U0002cc56\U00028c47\U00020164\U0002ca0e\U0002cd03"} <= serif


def test_a_character_in_no_font_is_named_with_its_entry(exact: Path) -> None:
    with pytest.raises(ActionDenied) as denied:
        typeset_exactly(exact, {"said": "", "list": [{"name": "张\U00030000"}]}, AT)
    assert denied.value.subject == "list[0].name"
    assert "U+30000" in denied.value.message


@pytest.mark.parametrize("unseen", ["\0", "\t", "\x1b", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff"])
def test_what_cannot_be_seen_is_not_legible(unseen: str) -> None:
    check_legible({"said": "line\nline"})
    with pytest.raises(ActionDenied):
        check_legible({"said": f"a{unseen}b"})


def test_pictures_are_read_by_name(exact: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    with_picture = typeset_exactly(exact, {"said": "x", "picture": "a.svg"}, AT, pictures={"a.svg": svg})
    assert len(with_picture) > len(typeset_exactly(exact, {"said": "x"}, AT))
    with pytest.raises(ActionDenied, match="cannot be set"):
        typeset_exactly(exact, {"said": "x", "picture": "/etc/hostname"}, AT)


@pytest.mark.parametrize("broken", [b"", b"OTTO", b"\0\1\0\0\0\xff" + bytes(40), b"ttcf" + bytes(4) + b"\0\0\0\xff"])
def test_a_broken_font_is_named(broken: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.ttc").write_bytes(broken)
    with pytest.raises(ConfigurationError) as wrong:
        check_legible({"said": "x"}, [tmp_path])
    assert wrong.value.subject == "broken.ttc"


def test_a_collection_of_fonts_is_read(tmp_path: Path) -> None:
    names = ("NotoSerifHebrew-Regular.ttf", "NotoNaskhArabic-Regular.ttf")
    collection = tmp_path / "both.ttc"
    collection.write_bytes(collected([(FONTS / name).read_bytes() for name in names]))
    assert coverage(collection) == coverage(FONTS / names[0]) | coverage(FONTS / names[1])


def collected(fonts: list[bytes]) -> bytes:
    """Fonts as one file: what their tables of contents point to is moved."""
    place, moved = 12 + 4 * len(fonts), []
    for font in fonts:
        made = bytearray(font)
        for record in range(struct.unpack_from(">H", font, 4)[0]):
            at = 12 + 16 * record + 8
            struct.pack_into(">I", made, at, struct.unpack_from(">I", font, at)[0] + place)
        moved.append((place, bytes(made)))
        place += len(made)
    head = struct.pack(f">4sHHI{len(fonts)}I", b"ttcf", 1, 0, len(fonts), *(start for start, _ in moved))
    return head + b"".join(font for _, font in moved)


def test_memory_does_not_grow_with_papers_made(exact: Path) -> None:
    """What Typst keeps of ten papers like this one is some 100 MiB."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    texts = [" ".join(f"第{paper}件之{place}段" for place in range(30_000)) for paper in range(6)]
    typeset_exactly(exact, {"said": texts[0]}, AT)
    before = resident()
    for text in texts[1:]:
        typeset_exactly(exact, {"said": text}, AT)
    assert resident() - before < 60 << 20


def test_what_no_face_has_is_spelled() -> None:
    assert spelled("笑\U0001f600脸\n.jpg") == "笑〔U+1F600〕脸〔U+000A〕.jpg"
    assert spelled("𠮷野家 é.jpg") == "𠮷野家 é.jpg"


def test_a_folder_of_fonts_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        check_legible({"said": "x"}, [tmp_path / "gone"])
    assert wrong.value.subject == str(tmp_path / "gone")
