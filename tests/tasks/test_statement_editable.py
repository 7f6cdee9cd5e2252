"""The statement as a text to edit: the same as the paper, in a form that word processors take."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from regulation.errors import ActionDenied
from regulation.stated import Derivative, DerivedKind, Named
from regulation.statement import Statement
from tasks.statement.content import sheet_of
from tasks.statement.editable import statement_text
from tasks.statement.paper import statement_paper
from tests.fixtures.papers import codes_in, told_by
from tests.fixtures.statements import ADDRESS, correction, pictures, recording, statement


def text_of(made: Statement, language: Any = "zh") -> bytes:
    return statement_text(made, language, pictures(made))


def opened(data: bytes) -> Any:
    return Document(io.BytesIO(data))


def told(data: bytes) -> list[str]:
    """Every piece of text in the order of the document; a cell is one piece, told once."""
    paragraphs = opened(data).element.body.iter(qn("w:p"))
    return ["".join(text.text or "" for text in one.iter(qn("w:t"))) for one in paragraphs]


@pytest.mark.parametrize(
    ("language", "why"), [("zh", "未能制作：该时段没有内容"), ("en", "not made: there is nothing in this part of it")]
)
def test_why_something_could_not_be_made_is_said_in_the_readers_language(language: Any, why: str) -> None:
    lost = Derivative(DerivedKind.CLIP, asked=(1.0, 2.0), not_made="there is nothing in this part of it")
    text = "".join(told(text_of(statement(1, recordings=(recording(1, derivatives=(lost,)),)), language)))
    assert why in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_says_everything_in_the_order_of_the_sheet(language: Any) -> None:
    made = correction()
    sheet = sheet_of(made, language)
    whole = "".join(told(text_of(made, language)))
    place = whole.index(sheet.title)
    for block in sheet.as_json()["blocks"]:
        for piece in pieces(block):
            found = whole.find(piece.replace("\n", ""), place)
            assert found >= 0, piece
            place = found + len(piece.replace("\n", ""))


def pieces(block: dict[str, Any]) -> list[str]:
    match block["kind"]:
        case "head" | "text":
            return [block["text"]]
        case "facts":
            return [one for row in block["rows"] for one in row]
        case "listing":
            rows = [[*row["cells"], *(digest for _, digest in row["digests"])] for row in block["rows"]]
            return [*block["columns"], *(one for row in rows for one in row)]
        case "pictures":
            return [one["caption"] for one in block["pictures"]]
        case "code":
            return [block["caption"], block["address"]]
        case "annexes":
            return list(block["items"])
    return [*(label for label, _ in block["places"]), block["unit"], block["date"], block["seal"]]


def test_it_says_what_the_paper_says() -> None:
    made = statement(3)
    paper = told_by(statement_paper(made, "zh", pictures(made)))
    for piece in told(text_of(made)):
        squeezed = "".join(piece.split())
        if squeezed and len(squeezed) < 16 and "_" not in squeezed:
            assert squeezed in paper, piece


def test_headings_tables_and_styles_are_real() -> None:
    document = opened(text_of(statement(2)))
    styles = [one.style.name for one in document.paragraphs]
    assert styles[:3] == ["Letterhead", "Number", "Title"]
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads[:3] == ["一、基本情况", "二、证明对象", "三、资料清单"]
    under = [one.text for one in document.paragraphs if one.style.name == "Heading 2"]
    assert under[:2] == ["资料1　录像", "资料2　录像"]
    assert all(one.style.name != "Normal" for one in document.paragraphs)
    files = document.tables[2]
    assert [cell.text for cell in files.rows[0].cells] == ["序号", "文件", "类别", "字节数"]
    assert files.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert files.rows[1].cells[1].text == "data/originals/001-现场检查.mp4"
    assert statement(2).recordings[0].sha256 in files.rows[2].cells[1].text
    assert files.rows[2].cells[0].text == "1", "the number spans the file and its digests"


def test_it_names_the_faces_of_the_standard() -> None:
    styles = opened(text_of(statement(1))).styles
    faces = {"Title": "方正小标宋简体", "Heading 1": "黑体", "Heading 2": "楷体_GB2312", "Body Text": "仿宋_GB2312"}
    for name, face in faces.items():
        assert styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) == face
    assert styles["Body Text"].font.size.pt == 16
    assert styles["Title"].font.size.pt == 22
    assert 28 <= styles["Body Text"].paragraph_format.line_spacing.pt <= 30


def test_margins_and_page_numbers_are_those_of_the_standard() -> None:
    document = opened(text_of(statement(1)))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        assert footer.paragraphs[0].alignment == side
        told_there = [one.text or "" for one in footer.paragraphs[0]._p.iter(qn("w:t"), qn("w:instrText"))]
        assert re.sub(r"\s", "", "".join(told_there)) == "—PAGE1—"


def test_a_draft_has_a_watermark_and_a_signed_one_has_none() -> None:
    for signed in (True, False):
        made = text_of(statement(1) if signed else statement(1, signatory=None))
        section = opened(made).sections[0]
        for header in (section.header, section.even_page_header):
            assert (b"PowerPlusWaterMark" in etree.tostring(header._element)) is not signed


def test_every_part_is_well_formed_and_none_points_outside() -> None:
    with zipfile.ZipFile(io.BytesIO(text_of(correction()))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == "[Content_Types].xml"
        assert sum(name.startswith("word/media/") for name in names) == 7
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
                assert b'TargetMode="External"' not in archive.read(name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_gives_the_same(language: Any) -> None:
    made = correction()
    data = text_of(made, language)
    assert text_of(made, language) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = opened(data).core_properties
    assert (core.author, core.subject) == (made.unit_name, made.number)
    assert core.created.isoformat() == made.drawn_up_at.isoformat()


def test_what_is_said_is_text() -> None:
    said = "<w:p/> & {{x}} ]]> 'a'"
    assert said in "".join(told(text_of(statement(1, case_cause=said))))


def test_rare_names_are_in_it_and_what_cannot_be_printed_is_not() -> None:
    rare = statement(1, recordings=(recording(1, officer=Named("张𬱖龑㛃 محمد", "JS-06-1024")),))
    assert "张𬱖龑㛃 محمد" in "".join(told(text_of(rare)))
    with pytest.raises(ActionDenied) as denied:
        text_of(statement(1, recordings=(recording(1, officer=Named("张\x07", "JS-06-1024")),)))
    assert denied.value.subject == "recordings[0].officer.name"


@pytest.mark.parametrize("count", [1, 120])
def test_any_number_of_recordings(count: int) -> None:
    made = statement(count)
    whole = "".join(told(text_of(made)))
    assert all(one.sha256 in whole for one in made.recordings)


def test_blocks_follow_each_other_as_in_the_sheet() -> None:
    body = opened(text_of(statement(1))).element.body
    kinds = [Table if one.tag == qn("w:tbl") else Paragraph for one in body if one.tag in (qn("w:tbl"), qn("w:p"))]
    assert kinds.count(Table) == 9
    assert kinds[-1] is Paragraph


def test_its_code_is_read_and_leads_to_its_verification() -> None:
    pictures_in_it = [part.blob for part in opened(text_of(statement(1))).part.package.image_parts]
    assert [code for one in pictures_in_it for code in codes_in(one)] == [ADDRESS]
