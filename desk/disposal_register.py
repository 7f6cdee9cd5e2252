"""The register of disposal (销毁登记簿), a list's items, and certificates: to search and to take along (Art. 18)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from desk.disposal_paper import list_paper
from desk.disposals import list_for, sought_in, whole_for
from desk.keeping import member, onlooker_of, overseen
from desk.moments import shown_time
from desk.paging import ON_A_PAGE, days_asked, first_of, page_asked, pages_in, query_kept
from desk.reader import SEARCHING, TheVisit, Visit
from desk.sheets import MOST_EXPORTED, SheetForm, sheet
from desk.showing import NotShown
from desk.words import WORDS, say
from registry.bulk import AnyRow
from registry.queries.disposal_pages import Registered, SoughtLists, disposal_register
from registry.queries.disposal_whole import ItemRow, SoughtItems, items_of_list
from regulation.citing import cite
from regulation.disposal_states import ListState

disposal_registers = APIRouter()

COLUMNS = ("清册编号", "单位", "状态", "立册日期", "批准人", "监销人", "销毁数量", "办结日期", "证明编号")
ITEM_COLUMNS = (
    "资料", "执法活动", "单位", "保存类别", "条款", "起算", "到期日", "字节数", "完好情况", "状态", "鉴定意见",
    "鉴定人", "理由", "撤出原因", "摘要",
)  # fmt: skip


@disposal_registers.get("/disposals/register")
def look(request: Request, visit: TheVisit, page: str = "1") -> Response:
    """A page of the register."""
    number = page_asked(page)
    rows, total = found(request, visit, first_of(number), ON_A_PAGE)
    return visit.page(
        "disposal_register.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        number=number,
        pages=pages_in(total),
        query=query_kept(request),
        states=list(ListState),
        columns=COLUMNS,
    )


@disposal_registers.get("/disposals/register.{form}")
def export(request: Request, visit: TheVisit, form: SheetForm) -> Response:
    """All that was found, as a file."""
    rows, _ = found(request, visit, 0, MOST_EXPORTED)
    return sheet("disposal-register", form, _lines(visit, rows))


def found(request: Request, visit: Visit, offset: int, limit: int) -> tuple[list[Registered], int]:
    """What the query of the address finds, and how many there are. Raises `NotShown` (403, 400)."""
    asked = request.query_params
    since, until = days_asked(request, visit.reader.zone)
    words = asked.get("words", "").strip()[:100]
    sought = SoughtLists(words, member(ListState, asked.get("state", "")), since, until)
    with visit.desk.registry.reading() as reading:
        overseen(visit, reading)
        return disposal_register(reading, onlooker_of(visit, reading), sought, offset, limit)


def _lines(visit: Visit, rows: Iterable[Registered]) -> Iterator[list[str]]:
    yield [say(column, visit.language) for column in COLUMNS]
    for one in rows:
        yield [
            one.row.number,
            one.row.unit_name,
            say(WORDS["list_state"][one.row.state], visit.language),
            shown_time(one.row.opened_at, one.row.zone),
            one.approved_by,
            "、".join(one.witnesses),
            str(one.destroyed),
            shown_time(one.row.closed_at, one.row.zone),
            one.certificate or "",
        ]


@disposal_registers.get("/disposals/{number}/items.{form}")
def export_items(request: Request, visit: TheVisit, number: str, form: SheetForm) -> Response:
    """The items of a list that are sought, as a file."""
    with visit.desk.registry.reading() as reading:
        row = list_for(visit, reading, number)
        items, _ = items_of_list(reading, row.id, sought_in(request), 0, MOST_EXPORTED)
    return sheet(row.number, form, _item_lines(visit, items))


@disposal_registers.get("/disposals/{number}/list.pdf")
def export_list(visit: TheVisit, number: str) -> Response:
    """What stands on a list, and what was said of it, as a paper to sign and to file."""
    whole = whole_for(visit, number)
    with visit.desk.registry.reading() as reading:
        items, _ = items_of_list(reading, whole.row.id, SoughtItems(), 0, MOST_EXPORTED)
    content = list_paper(whole, items, visit.language, visit.desk.now())
    headers = {"Content-Disposition": f'attachment; filename="{whole.row.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _item_lines(visit: Visit, items: Iterable[ItemRow]) -> Iterator[list[str]]:
    yield [say(column, visit.language) for column in ITEM_COLUMNS]
    for one in items:
        yield [
            str(one.recording_id),
            one.activity or "",
            one.unit_name,
            say(WORDS["class"][one.retention_class], visit.language),
            cite(one.article, visit.language),
            f"{say(WORDS['trigger'][one.trigger], visit.language)} {one.trigger_on}",
            str(one.due_on),
            str(one.size),
            say(WORDS["condition"][one.condition], visit.language),
            say(WORDS["item_state"][one.state], visit.language),
            "" if one.appraisal is None else say(WORDS["appraisal"][one.appraisal], visit.language),
            one.appraised_by or "",
            one.reason or "",
            _why_dropped(visit, one),
            one.sha256,
        ]


def _why_dropped(visit: Visit, one: ItemRow) -> str:
    return one.dropped_by or "" if one.dropped_why is None else say(WORDS["kept"][one.dropped_why], visit.language)


def certificate_for(visit: Visit, number: str) -> AnyRow:
    """The certificate of the list with this number. Raises `NotShown` (404) where there is none, or it is not shown to
    whoever visits."""
    certificate = whole_for(visit, number).certificate
    if certificate is None:
        raise NotShown(404, "销毁证明尚未出具。", "The certificate is not issued yet.")
    return certificate


@disposal_registers.get("/disposals/{number}/certificate.json")
def signed_certificate(visit: TheVisit, number: str) -> Response:
    """The certificate as it was signed, its signature beside it."""
    row = certificate_for(visit, number)
    signed = {"number": row.number, "document": row.document, "key_id": row.key_id, "signature": row.signature}
    headers = {"Content-Disposition": f'attachment; filename="{row.number}.json"'}
    return Response(json.dumps(signed, ensure_ascii=False, indent=1), media_type="application/json", headers=headers)


@disposal_registers.get("/disposals/{number}/certificate.pdf")
def certificate_paper(visit: TheVisit, number: str) -> Response:
    """The certificate's paper, as it is kept in the vault."""
    row, read = certificate_for(visit, number), visit.desk.access.paper
    if read is None:
        raise NotShown(503, "此处不能读取证明文件。", "Papers are not read here.")
    content = b"".join(read(row.paper_key))
    if sha256(content).hexdigest() != row.paper_sha256:
        raise NotShown(409, "证明文件与登记不符，请联系管理员。", "This is not what was registered.")
    headers = {"Content-Disposition": f'attachment; filename="{row.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
