"""The statement as a text to edit by hand before it is signed (DOCX): the same content in the same order (Art. 19).

It names the faces that GB/T 9704 wants, which an office's machines have; a word processor without one takes another.
The same input gives the same bytes: files of the archive stand in order and are dated alike.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_SECTION_START
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from blocks.typesetter import check_legible
from regulation.citing import Language
from regulation.conversion_states import ARTICLE
from regulation.statement import Statement
from tasks.statement.content import sheet_of
from tasks.statement.document import facts_of
from tasks.statement.docx_parts import (
    add_page_numbers,
    add_to,
    add_watermark,
    bottom_line,
    define_styles,
    join_under,
    keep_row_whole,
    repeat_as_header,
    set_face,
    set_style,
    shade,
)
from tasks.statement.names import with_spelled_names
from tasks.statement.pictures import CODE, code_picture, stills_of
from tasks.statement.sheet import (
    Annexes,
    Block,
    Code,
    Facts,
    Head,
    Listing,
    Pictures,
    Row,
    Sheet,
    Signatures,
    Text,
)

_ALIKE = (1980, 1, 1, 0, 0, 0)
_TEXT_WIDTH = 156  # mm: A4 less the margins
_FACTS = (Mm(30), Mm(_TEXT_WIDTH - 30))


def statement_text(
    statement: Statement, language: Language, pictures: Mapping[str, bytes], *, fonts: Sequence[Path] = ()
) -> bytes:
    """The DOCX; everything is as for `tasks.statement.paper.statement_paper`, which raises the same: what cannot be
    printed is not to be found out only when the text comes back."""
    statement = with_spelled_names(statement, fonts)
    check_legible(facts_of(statement), fonts, ARTICLE)
    stills = {name: data for name, (_, data) in stills_of(statement, pictures).items()}
    if statement.verification_url is not None:
        stills[CODE] = code_picture(statement.verification_url, "png")
    sheet = sheet_of(statement, language)
    document = _empty(sheet, statement)
    for block in sheet.blocks:
        _DRAWN[type(block)](document, block, stills)
    return _bytes(document)


def _empty(sheet: Sheet, statement: Statement) -> DocumentObject:
    document = Document()
    define_styles(document, sheet.language)
    section = document.sections[0]
    section.start_type = WD_SECTION_START.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    add_page_numbers(document)
    if sheet.watermark is not None:
        add_watermark(document, sheet.watermark)
    core = document.core_properties
    core.title, core.subject, core.author = sheet.title, sheet.number, sheet.unit
    core.last_modified_by, core.comments, core.revision = sheet.unit, "", 1
    core.created = core.modified = statement.drawn_up_at.replace(microsecond=0)
    core.language = {"zh": "zh-CN", "en": "en-GB"}[sheet.language]
    add_to(document, "Letterhead", sheet.unit)
    bottom_line(add_to(document, "Number", sheet.number))
    add_to(document, "Title", sheet.title)
    return document


def _head(document: DocumentObject, block: Head, _: Mapping[str, bytes]) -> None:
    add_to(document, f"Heading {block.level}", block.text)


def _text(document: DocumentObject, block: Text, _: Mapping[str, bytes]) -> None:
    add_to(document, "Body Text", block.text)


def _facts(document: DocumentObject, block: Facts, _: Mapping[str, bytes]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, _FACTS, strict=True):
        column.width = width
    for name, said in block.rows:
        row = table.add_row()
        keep_row_whole(row)
        for cell, width, text, face in zip(row.cells, _FACTS, (name, said), ("hei", "fang"), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            set_style(paragraph, "Table Text")
            set_face(paragraph.add_run(text), face)
    add_to(document, "Table Text")


def _listing(document: DocumentObject, block: Listing, _: Mapping[str, bytes]) -> None:
    table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = [Mm(_TEXT_WIDTH * share / sum(block.widths)) for share in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    repeat_as_header(table.rows[0])
    for cell, name in zip(table.rows[0].cells, block.columns, strict=True):
        shade(cell)
        set_style(cell.paragraphs[0], "Table Text")
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_face(cell.paragraphs[0].add_run(name), "hei")
    for row in block.rows:
        _row(table, row, widths)
    add_to(document, "Table Text")


def _row(table: Any, row: Row, widths: list[Mm]) -> None:
    made = table.add_row()
    keep_row_whole(made)
    for cell, text, width in zip(made.cells, row.cells, widths, strict=True):
        cell.width = width
        set_style(cell.paragraphs[0], "Table Text").add_run(text)
    if row.digests:
        under = table.add_row()
        keep_row_whole(under)
        cell = join_under(made, under)
        cell.width = Mm(sum(widths[1:]) / Mm(1))
        lines = [f"{name} {digest}" for name, digest in row.digests]
        set_style(cell.paragraphs[0], "Digest").add_run("\n".join(lines))


def _pictures(document: DocumentObject, block: Pictures, given: Mapping[str, bytes]) -> None:
    table = document.add_table(rows=0, cols=2)
    for place, picture in enumerate(block.pictures):
        if place % 2 == 0:
            cells = table.add_row().cells
        paragraph = cells[place % 2].paragraphs[0]
        set_style(paragraph, "Picture")
        paragraph.add_run().add_picture(io.BytesIO(given[picture.name]), width=Mm(72))
        add_to(cells[place % 2], "Picture", picture.caption)
    add_to(document, "Table Text")


def _code(document: DocumentObject, block: Code, given: Mapping[str, bytes]) -> None:
    paragraph = add_to(document, "Picture")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paragraph.add_run().add_picture(io.BytesIO(given[CODE]), width=Mm(30))
    add_to(document, "Table Text", block.caption)
    add_to(document, "Table Text", block.address)


def _annexes(document: DocumentObject, block: Annexes, _: Mapping[str, bytes]) -> None:
    for place, item in enumerate(block.items, 1):
        label = block.label if place == 1 else ""
        add_to(document, "Body Text", f"{label}{place}. {item}")


def _signatures(document: DocumentObject, block: Signatures, _: Mapping[str, bytes]) -> None:
    for label, name in block.places:
        add_to(document, "Signature", f"{label}________________　{name}")
    for text in (block.unit, block.date, block.seal):
        add_to(document, "Closing", text)


_DRAWN: Mapping[type[Block], Callable[..., None]] = {
    Head: _head,
    Text: _text,
    Facts: _facts,
    Listing: _listing,
    Pictures: _pictures,
    Code: _code,
    Annexes: _annexes,
    Signatures: _signatures,
}


def _bytes(document: DocumentObject) -> bytes:
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w") as alike:
        names = sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, _ALIKE)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            alike.writestr(entry, made.read(name))
    return out.getvalue()
