"""The statement as papers: drafts for whoever reads it before it is signed, and what is signed (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from regulation.citing import Language
from regulation.statement import Statement
from tasks.statement.editable import statement_text
from tasks.statement.paper import statement_paper

_WIDEST = 800
_PIXELS = 200_000_000


TITLES: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "proofs": {"zh": "保管记录及存证", "en": "custody record with proofs"},
        "transcripts": {"zh": "声音的文字记录", "en": "the sound in writing"},
        "provenance.jsonld": {"zh": "来源信息", "en": "provenance"},
    }
)
"""What an attachment is called, by its place below ``data/``."""


def papers_of(statement: Statement, pictures: Mapping[str, bytes], fonts: Path | None = None) -> dict[Language, bytes]:
    """The PDF in each language; `fonts` is a folder with further faces."""
    languages: tuple[Language, ...] = ("zh", "en")
    return {one: paper_of(statement, one, pictures, fonts) for one in languages}


def paper_of(
    statement: Statement, language: Language, pictures: Mapping[str, bytes], fonts: Path | None = None
) -> bytes:
    """The PDF in one language."""
    return statement_paper(_titled(statement, language), language, pictures, fonts=_folders(fonts))


def editable_of(
    statement: Statement, language: Language, pictures: Mapping[str, bytes], fonts: Path | None = None
) -> bytes:
    """The same as a text to edit by hand."""
    return statement_text(_titled(statement, language), language, pictures, fonts=_folders(fonts))


def _folders(fonts: Path | None) -> tuple[Path, ...]:
    return () if fonts is None else (fonts,)


def _titled(statement: Statement, language: Language) -> Statement:
    """The same with its attachments called as the language calls them."""
    named = (replace(one, title=TITLES[one.path.split("/")[1]][language]) for one in statement.attachments)
    return replace(statement, attachments=tuple(named))


def pictures_of(statement: Statement, files: Mapping[str, Path]) -> dict[str, bytes]:
    """For each still of the statement a smaller picture, made of the file at its path; `files` are those by path."""
    return {
        still.picture: _smaller(files[still.path])
        for stated in statement.recordings
        for still in stated.stills
        if still.path in files
    }


def _smaller(path: Path) -> bytes:
    """At most `_WIDEST` pixels wide, as JPEG; the same from the same."""
    with Image.open(path) as image:
        if image.width * image.height > _PIXELS:
            raise ValueError("a picture of this size is none of ours")
        small = image.convert("RGB")
        small.thumbnail((_WIDEST, _WIDEST))
        kept = BytesIO()
        small.save(kept, "JPEG", quality=85)
    return kept.getvalue()
