"""The register of access (登记簿): to search, and to take along as CSV or XLSX (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request, Response

from desk.moments import shown_time
from desk.paging import ON_A_PAGE, days_asked, first_of, page_asked, pages_in, query_kept
from desk.reader import SEARCHING, TheVisit, Visit
from desk.sheets import MOST_EXPORTED, SheetForm, sheet
from desk.showing import NotShown
from desk.words import WORDS, say
from registry.queries.access_pages import RequestRow
from registry.queries.access_register import Sought, register
from registry.queries.organisation import unit_subtree
from regulation.access import OVERSEERS
from regulation.access_states import RequestState

registers = APIRouter()
_COLUMNS = (
    "编号", "状态", "申请人", "单位", "用途", "代何人申请", "依据文书", "提交时间", "申请期限", "查看次数", "复制份数",
)  # fmt: skip


@registers.get("/register")
def look(request: Request, visit: TheVisit, page: str = "1") -> Response:
    """A page of the register."""
    number = page_asked(page)
    rows, total = found(request, visit, first_of(number), ON_A_PAGE)
    return visit.page(
        "register.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        number=number,
        pages=pages_in(total),
        query=query_kept(request),
        states=list(RequestState)[1:],
    )


@registers.get("/register.{form}")
def export(request: Request, visit: TheVisit, form: SheetForm) -> Response:
    """All that was found, as a file."""
    rows, _ = found(request, visit, 0, MOST_EXPORTED)
    return sheet("register", form, _lines(visit, rows))


def found(request: Request, visit: Visit, offset: int, limit: int) -> tuple[list[RequestRow], int]:
    """What the query of the address finds, and how many there are. Raises `NotShown` (403, 400)."""
    with visit.desk.registry.reading() as reading:
        units = {
            unit for one in visit.reader.held if one.role in OVERSEERS for unit in unit_subtree(reading, one.unit_id)
        }
        if not units:
            raise NotShown(403, "您没有查看登记簿的权限。", "The register is not open to you.")
        return register(reading, units, _sought(request, visit), offset, limit)


def _sought(request: Request, visit: Visit) -> Sought:
    asked = request.query_params
    state = asked.get("state", "")
    since, until = days_asked(request, visit.reader.zone)
    return Sought(
        words=asked.get("words", "").strip()[:100],
        state=RequestState(state) if state in list(RequestState) else None,
        since=since,
        until=until,
    )


def _lines(visit: Visit, rows: Iterable[RequestRow]) -> Iterator[list[str]]:
    yield [say(column, visit.language) for column in _COLUMNS]
    for row in rows:
        span = f"{shown_time(row.valid_from, row.zone)} – {shown_time(row.valid_until, row.zone)}"
        yield [
            row.number,
            say(WORDS["state"][row.state], visit.language),
            f"{row.requester_name} {row.requester_number}",
            row.unit_name,
            row.purpose,
            row.outsider or "",
            row.document or "",
            shown_time(row.submitted_at, row.zone),
            span,
            str(row.views),
            str(row.copies),
        ]
