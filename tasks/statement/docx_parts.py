"""What a word processor's file needs and python-docx has no words for: faces, page numbers, lines, watermarks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from regulation.citing import Language

FACES: Mapping[str, str] = MappingProxyType(
    {"fang": "仿宋_GB2312", "song": "方正小标宋简体", "hei": "黑体", "kai": "楷体_GB2312"}
)
"""The faces of GB/T 9704 as word processors know them."""

_LATIN = "Times New Roman"
_RED, _BLACK, _SOFT = RGBColor(0xC8, 0x16, 0x1D), RGBColor(0, 0, 0), RGBColor(0x33, 0x3D, 0x45)
_CENTRE, _RIGHT, _BOTH_SIDES = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY

# style: face, size in points, alignment, colour, line pitch in points (None: as the size wants)
_STYLES: Mapping[str, tuple[str, float, WD_ALIGN_PARAGRAPH | None, RGBColor, float | None]] = MappingProxyType(
    {
        "Normal": ("fang", 16, None, _BLACK, 28.5),
        "Letterhead": ("song", 34, _CENTRE, _RED, None),
        "Number": ("fang", 16, _CENTRE, _BLACK, 28.5),
        "Title": ("song", 22, _CENTRE, _BLACK, 34),
        "Heading 1": ("hei", 16, None, _BLACK, 28.5),
        "Heading 2": ("kai", 16, None, _BLACK, 28.5),
        "Body Text": ("fang", 16, _BOTH_SIDES, _BLACK, 28.5),
        "Table Text": ("fang", 11, None, _BLACK, 15),
        "Digest": ("fang", 7.5, None, _SOFT, 10),
        "Picture": ("fang", 10.5, _CENTRE, _BLACK, None),
        "Signature": ("fang", 16, None, _BLACK, 32),
        "Closing": ("fang", 16, _RIGHT, _BLACK, 28.5),
    }
)
_SMALLER = 0.72
"""English wants smaller letters: 11.5 points where Chinese has 16."""


def define_styles(document: Document, language: Language) -> None:
    """Give the document the styles of an official one."""
    scale = 1.0 if language == "zh" else _SMALLER
    for name, (face, size, alignment, colour, pitch) in _STYLES.items():
        known = name in [one.name for one in document.styles]
        style: Any = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        small = size <= 11
        style.font.size = Pt(size if small else size * scale)
        style.font.color.rgb, style.font.bold, style.font.italic = colour, False, False
        _name_face(style.element.get_or_add_rPr(), FACES[face])
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after = alignment, Pt(0), Pt(0)
        if pitch is None:
            form.line_spacing = 1.0
        else:
            form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            form.line_spacing = Pt(pitch if small else pitch * scale)
    _finish(document, language)


def _finish(document: Document, language: Language) -> None:
    styles: Any = document.styles
    _drop_border(styles["Title"])
    styles["Title"].paragraph_format.space_before = styles["Title"].paragraph_format.space_after = Pt(20)
    for name in ("Heading 1", "Heading 2"):
        styles[name].paragraph_format.space_before = styles[name].paragraph_format.space_after = Pt(6)
        styles[name].paragraph_format.keep_with_next = True
    styles["Closing"].paragraph_format.right_indent = Pt(64)
    for name in ("Signature", "Closing"):
        styles[name].paragraph_format.keep_with_next = True
    if language == "zh":
        styles["Body Text"].paragraph_format.first_line_indent = Pt(32)
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), "en-GB")
    tongue.set(qn("w:eastAsia"), "zh-CN")
    styles["Normal"].element.get_or_add_rPr().append(tongue)


def _drop_border(style: Any) -> None:
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _name_face(properties: Any, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        if "Theme" in name or "theme" in name:
            del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), _LATIN)
    fonts.set(qn("w:eastAsia"), face)


def add_to(place: Any, style: str, text: str = "") -> Paragraph:
    """A new paragraph of the document or cell `place`."""
    return set_style(place.add_paragraph(text), style)


def set_style(paragraph: Paragraph, style: str) -> Paragraph:
    """Set the style by its id, which is its name without blanks: to have python-docx look up the name takes it longer
    than all the rest together."""
    paragraph._p.style = style.replace(" ", "")
    return paragraph


def set_face(run: Any, face: str) -> None:
    """Set a run in one of `FACES`."""
    _name_face(run._element.get_or_add_rPr(), FACES[face])


def add_page_numbers(document: Document) -> None:
    """Page numbers as fields, ``— 1 —``, at the outer edge: odd pages right, even pages left."""
    settings: Any = document.settings
    settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, alignment in ((section.footer, _RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Pt(14)
        for part in ("— ", None, " —"):
            run = paragraph.add_run(part or "")
            run.font.size = Pt(14)
            if part is None:
                _add_field(run, "PAGE")


def _add_field(run: Any, instruction: str) -> None:
    for kind in ("begin", None, "separate", "text", "end"):
        if kind is None:
            one = OxmlElement("w:instrText")
            one.set(qn("xml:space"), "preserve")
            one.text = f" {instruction} "
        elif kind == "text":
            one = OxmlElement("w:t")
            one.text = "1"
        else:
            one = OxmlElement("w:fldChar")
            one.set(qn("w:fldCharType"), kind)
        run._element.append(one)


def bottom_line(paragraph: Paragraph) -> None:
    """The red line under the letterhead."""
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="4" w:color="C8161D"/></w:pBdr>'
    )
    paragraph._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def keep_row_whole(row: Any) -> None:
    """Let no page end within a row."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def repeat_as_header(row: Any) -> None:
    """Show a row again on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def shade(cell: Any) -> None:
    """Give a cell of a table's head its ground."""
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="EEF1F3"/>')
    )


def join_under(upper: Any, lower: Any) -> Any:
    """Make of the row `lower` the lower half of `upper`: the first cell is one, the others are one beneath; returned is
    that one. Both halves stay on one page."""
    first, second, *others = lower._tr.tc_lst
    upper._tr.tc_lst[0].vMerge, first.vMerge = "restart", "continue"
    for one in others:
        lower._tr.remove(one)
    second.grid_span = 1 + len(others)
    for paragraph in upper._tr.iter(qn("w:p")):
        paragraph.get_or_add_pPr().keepNext_val = True
    return lower.cells[1]


_WATERMARK = """<w:r {w}>\
<w:pict xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">\
<v:shapetype id="_x0000_t136" coordsize="21600,21600" \
o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">\
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>\
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>\
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>\
<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" \
o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/>\
</v:shapetype><v:shape id="PowerPlusWaterMarkObject{place}" o:spid="_x0000_s{place}" type="#_x0000_t136" \
style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:150pt;rotation:325;z-index:-251658752;\
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;\
mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e4e4e4" stroked="f"><v:textpath \
style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/></v:shape></w:pict></w:r>"""


def add_watermark(document: Document, text: str) -> None:
    """Write `text` (one of our words) behind every page."""
    section = document.sections[0]
    width = 320 if len(text) < 3 else 400
    for place, header in enumerate((section.header, section.even_page_header), 2049):
        header.paragraphs[0]._p.append(
            parse_xml(_WATERMARK.format(w=nsdecls("w"), place=place, width=width, text=text))
        )
