"""How the desk draws up statements of conversions that are not signed yet, and reads transcripts (Art. 19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal
from uuid import UUID

from blocks.evidence_package import evidence_link, made_folder
from blocks.typesetter import is_legible
from deployments.facts import rules_at
from deployments.home import Home
from registry.database import Registry
from registry.queries.conversion import conversion_row, outputs_of
from regulation.citing import Language
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.statement import Statement
from tasks.conversion.papers import editable_of, paper_of, pictures_of
from tasks.conversion.stated import derived_path, placed_statement
from tasks.deriving.transcripts import read_json, read_srt, read_vtt
from tasks.statement.document import statement_json

Form = Literal["pdf", "docx", "json"]

_READERS = {"srt": read_srt, "vtt": read_vtt, "json": read_json}


def drafts_of(home: Home, registry: Registry) -> Callable[[UUID, Language, Form], bytes]:
    """Draws up the statement of a conversion as it stands now."""

    def draw(conversion_id: UUID, language: Language, form: Form) -> bytes:
        statement, pictures = _statement(home, registry, conversion_id)
        if form == "json":
            return statement_json(statement).encode()
        made = paper_of if form == "pdf" else editable_of
        return made(statement, language, pictures, home.settings.fonts_folder)

    return draw


def _statement(home: Home, registry: Registry, conversion_id: UUID) -> tuple[Statement, dict[str, bytes]]:
    """The statement, and the stills that lie on this machine; a draft goes without the others."""
    with registry.reading() as reading:
        row = conversion_row(reading.connection(), conversion_id)
        if row is None:
            raise ActionDenied("There is no such conversion.", article=ARTICLE, subject=str(conversion_id))
        policy = rules_at(home, reading).policy_of(row.unit_id)
        link = evidence_link(home.settings.pages_url, row.id)
        statement = placed_statement(reading, row, policy, home.now(), link)
        paths = {
            derived_path(one) for one in outputs_of(reading.connection(), row) if one.sha256 and "form" in one.facts
        }
    folder = made_folder(home.settings.packages, row.number, row.edition)
    files = {path: folder / Path(path).name for path in paths}
    there = {path: file for path, file in files.items() if file.is_file()}
    shown = tuple(
        replace(one, stills=tuple(still for still in one.stills if still.path in there)) for one in statement.recordings
    )
    statement = replace(statement, recordings=shown)
    return statement, pictures_of(statement, there)


def unshowable(fonts: Path | None, text: str) -> str:
    """The characters of `text` that no paper can show, each once; `fonts` is the folder of further fonts, if any."""
    folders = () if fonts is None else (fonts,)
    return "".join(dict.fromkeys(one for one in text if not is_legible(one, folders)))


def read_transcript(content: bytes, form: str) -> list[tuple[float, float, str, str]]:
    """The lines of a transcript in the form ``srt``, ``vtt`` or ``json``. Raises `FieldDenied`."""
    return [(one.start, one.end, one.speaker, one.text) for one in _READERS[form](content)]
