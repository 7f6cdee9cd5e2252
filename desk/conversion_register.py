"""The register of evidence conversions (登记簿): to search and to take along (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request, Response

from desk.conversions import registered_units
from desk.keeping import member
from desk.moments import shown_time
from desk.paging import ON_A_PAGE, days_asked, first_of, page_asked, pages_in, query_kept
from desk.reader import SEARCHING, TheVisit, Visit
from desk.sheets import MOST_EXPORTED, SheetForm, sheet
from desk.showing import NotShown
from desk.words import WORDS, say
from registry.queries.conversion_pages import Registered, Sought, conversion_register
from regulation.conversion_states import ConversionState

conversion_registers = APIRouter()

COLUMNS = (
    "编号", "案件编号", "案由", "申请人", "提取人", "复核人", "签发人", "载体", "份数", "资料条数", "签发时间", "状态",
    "介质核验",
)  # fmt: skip


@conversion_registers.get("/conversions/register")
def look(request: Request, visit: TheVisit, page: str = "1") -> Response:
    """A page of the register."""
    number = page_asked(page)
    rows, total = found(request, visit, first_of(number), ON_A_PAGE)
    return visit.page(
        "conversion_register.html.j2",
        policy=SEARCHING,
        rows=rows,
        total=total,
        number=number,
        pages=pages_in(total),
        query=query_kept(request),
        states=[one for one in ConversionState if one is not ConversionState.DRAFT],
        columns=COLUMNS,
        checked=lambda one: checked(visit, one),
        registers=True,
    )


@conversion_registers.get("/conversions/register.{form}")
def export(request: Request, visit: TheVisit, form: SheetForm) -> Response:
    """All that was found, as a file."""
    rows, _ = found(request, visit, 0, MOST_EXPORTED)
    return sheet("conversion-register", form, _lines(visit, rows))


def found(request: Request, visit: Visit, offset: int, limit: int) -> tuple[list[Registered], int]:
    """What the query of the address finds, and how many there are. Raises `NotShown` (403, 400)."""
    asked = request.query_params
    since, until = days_asked(request, visit.reader.zone)
    words = asked.get("words", "").strip()[:100]
    sought = Sought(words, member(ConversionState, asked.get("state", "")), since, until)
    with visit.desk.registry.reading() as reading:
        units = registered_units(visit, reading)
        if not units:
            raise NotShown(403, "您没有查看登记簿的权限。", "The register is not open to you.")
        return conversion_register(reading, units, sought, offset, limit)


def checked(visit: Visit, one: Registered) -> str:
    """Of how many media a reading found that they are what was issued; nothing where none was issued."""
    if not one.media:
        return ""
    if one.read_bad:
        told = {"good": one.read_good, "all": one.media, "bad": one.read_bad}
        return say("{good} / {all} 已核验，{bad} 不符", visit.language, **told)
    return say("{good} / {all} 已核验", visit.language, good=one.read_good, all=one.media)


def _lines(visit: Visit, rows: Iterable[Registered]) -> Iterator[list[str]]:
    yield [say(column, visit.language) for column in COLUMNS]
    for one in rows:
        row = one.row
        yield [
            row.number,
            row.case_number,
            row.cause,
            f"{row.requester_name} {row.requester_number}",
            f"{row.extractor_name} {row.extractor_number}",
            f"{row.checker_name} {row.checker_number}",
            "、".join(one.signatories),
            say(WORDS["carrier"][row.carrier], visit.language),
            str(row.copies),
            str(row.items),
            shown_time(row.issued_at, row.zone),
            say(WORDS["conversion_state"][row.state], visit.language),
            checked(visit, one),
        ]
