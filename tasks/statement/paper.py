"""The statement as a paper, PDF/A-2b, laid out as official documents are (GB/T 9704; Art. 19).

Faces: the standard wants 仿宋, 小标宋, 黑体 and 楷体. Of the first two none is free to hand on, so body and titles are
set in the Song of Noto Serif CJK; and always so: to take a system's 仿宋 where there is one would give other bytes
on every machine. Whoever wants it edits the text (`tasks.statement.editable`), which names the standard's faces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from blocks.typesetter import check_legible, typeset_exactly
from regulation.citing import Language
from regulation.conversion_states import ARTICLE
from regulation.statement import Statement
from tasks.statement.content import sheet_of
from tasks.statement.document import facts_of
from tasks.statement.names import with_spelled_names
from tasks.statement.pictures import CODE, code_picture, stills_of
from tasks.statement.sheet import Block, Pictures

_TEMPLATE = Path(__file__).parent / "papers" / "statement.typ"


def statement_paper(
    statement: Statement, language: Language, pictures: Mapping[str, bytes], *, fonts: Sequence[Path] = ()
) -> bytes:
    """The PDF, dated `statement.drawn_up_at`; `pictures` are the bytes of the stills (PNG, JPEG) by `Still.picture`,
    `fonts` folders with further faces. The same input gives the same bytes.

    Raises `ActionDenied` naming the entry and the character that no face has, or the picture that cannot be shown;
    never a box in the place of a character. What devices call their files is nobody's to write in another way: there
    such a character is its code point. It does not ask whether all is there: see `check_complete`.
    """
    statement = with_spelled_names(statement, fonts)
    check_legible(facts_of(statement), fonts, ARTICLE)
    stills = stills_of(statement, pictures)
    files = dict(stills.values())
    if statement.verification_url is not None:
        files[f"{CODE}.svg"] = code_picture(statement.verification_url, "svg")
    sheet = sheet_of(statement, language)
    drawn = replace(sheet, blocks=tuple(_named(one, stills) for one in sheet.blocks))
    return typeset_exactly(_TEMPLATE, drawn.as_json(), statement.drawn_up_at, pictures=files, fonts=fonts)


def _named(block: Block, stills: Mapping[str, tuple[str, bytes]]) -> Block:
    if not isinstance(block, Pictures):
        return block
    return Pictures(tuple(replace(one, name=stills[one.name][0]) for one in block.pictures))
