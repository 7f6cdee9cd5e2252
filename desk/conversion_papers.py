"""What is taken along of a conversion: its statement, as a draft and as it was signed, and its package (Art. 19)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from blocks.evidence_package import package_folder
from desk.conversion_names import names_of
from desk.conversions import whole_for
from desk.reader import TheVisit, Visit
from desk.showing import NotShown
from registry.bulk import AnyRow
from registry.queries.conversion_statement import stated_conversion
from registry.queries.conversion_whole import WholeConversion
from regulation.conversion_states import CLOSED, ConversionState
from regulation.errors import ActionDenied
from regulation.statement import missing

conversion_papers = APIRouter()

PaperLanguage = Literal["zh", "en"]
PaperForm = Literal["pdf", "docx"]

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "json": "application/json",
        "iso": "application/x-iso9660-image",
        "zip": "application/zip",
        "sha256": "text/plain; charset=utf-8",
    }
)


# The statement


@conversion_papers.get("/conversions/{number}/statement.json")
def document(visit: TheVisit, number: str) -> Response:
    """The statement as it was signed, its signature beside it; before, as it stands."""
    whole = whole_for(visit, number)
    signed = whole.statement
    if signed is None:
        return _draft(visit, whole, "zh", "json")
    told = {"number": number, "document": signed.document, "key_id": signed.key_id, "signature": signed.signature}
    return _file(json.dumps(told, ensure_ascii=False, indent=1).encode(), f"{number}.json", "json")


@conversion_papers.get("/conversions/{number}/statement.{language}.{form}")
def paper(visit: TheVisit, number: str, language: PaperLanguage, form: PaperForm) -> Response:
    """The statement's paper: as it was signed, from the vault; before, drawn up as it stands, to read or to edit."""
    whole = whole_for(visit, number)
    if whole.statement is None:
        return _draft(visit, whole, language, form)
    if form != "pdf":
        raise NotShown(404, "说明已经签发，不能再编辑。", "The statement is signed: it is not edited any more.")
    return _file(_signed(visit, whole.statement, language), f"{number}.{language}.pdf", "pdf")


def _signed(visit: Visit, statement: AnyRow, language: PaperLanguage) -> bytes:
    """The paper in the vault, held against its digest in the ledger; the English one is a translation, locked beside
    it."""
    read = visit.desk.access.paper
    if read is None:
        raise NotShown(503, "此处不能读取证明文件。", "Papers are not read here.")
    wanted = {"zh": statement.paper_sha256, "en": statement.english_sha256}[language]
    content = b"".join(read(f"{statement.paper_key.removesuffix('.zh.pdf')}.{language}.pdf"))
    if sha256(content).hexdigest() != wanted:
        raise NotShown(409, "证明文件与登记不符，请联系管理员。", "This is not what was registered.")
    return content


def _draft(
    visit: Visit, whole: WholeConversion, language: PaperLanguage, form: Literal["pdf", "docx", "json"]
) -> Response:
    """The statement as it stands, or a page that lists what it does not say."""
    draw = visit.desk.access.draft_paper
    if draw is None:
        raise NotShown(503, "此处不能生成说明草稿。", "Drafts are not drawn up here.")
    if whole.row.state in CLOSED:
        raise NotShown(404, "该证据转换没有签发说明。", "No statement was signed for this conversion.")
    try:
        content = draw(whole.row.id, language, form)
    except ActionDenied as refused:
        return _incomplete(visit, whole, refused)
    ending = f"{language}.{form}" if form != "json" else form
    return _file(content, f"{whole.row.number}-draft.{ending}", form)


def _incomplete(visit: Visit, whole: WholeConversion, refused: ActionDenied) -> Response:
    row = whole.row
    with visit.desk.registry.reading() as reading:
        policy = visit.desk.access.rules(reading).policy_of(row.unit_id)
        absent = missing(stated_conversion(reading, row.id, policy, visit.desk.now()))
    return visit.page("conversion_missing.html.j2", 409, row=row, absent=absent, refused=refused)


def _file(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[form], headers=headers)


# The package


@conversion_papers.get("/conversions/{number}/discs/{position}/{name}")
def disc(visit: TheVisit, number: str, position: int, name: str) -> Response:
    """A file of the package, whole or in parts, for who handles it while it is in force. The address names one of the
    files that the register knows of, and never a place."""
    whole = whole_for(visit, number)
    row = next((one for one in whole.discs if one.position == position), None)
    if row is None or name not in names_of(row).values():
        raise NotShown(404, "没有这个文件。", "There is no such file.")
    if whole.row.state is not ConversionState.ISSUED:
        raise NotShown(410, "该证据包已不再有效，不能下载。", "This package is not in force any more.")
    if whole.cleared_at is not None:
        raise NotShown(410, "证据包的文件已按期清理。", "The files of the package were removed: their time was over.")
    if not whole.may.fetch:
        raise NotShown(403, "您没有下载该证据包的权限。", "This package is not handed out by you.")
    path = _place(visit, whole, row, name)
    return FileResponse(path, media_type=_TYPES[name.rpartition(".")[2]], filename=name)


def _place(visit: Visit, whole: WholeConversion, row: AnyRow, name: str) -> Path:
    """Where the file lies. Raises `NotShown` where it does not (503), and where it is not what was issued (409)."""
    packages = visit.desk.access.packages
    if packages is None:
        raise NotShown(503, "此处不能下载证据包。", "Packages are not handed out here.")
    path = package_folder(packages, whole.row.number, whole.row.edition) / name
    if not path.is_file() or not path.resolve().is_relative_to(packages.resolve()):
        raise NotShown(503, "证据包文件不在此处，请联系管理员。", "The file is not here: ask the administrator.")
    if name == names_of(row).get("container") and path.stat().st_size != row.image_size:
        raise NotShown(409, "证据包文件与登记不符，请联系管理员。", "This is not what was registered.")
    return path
