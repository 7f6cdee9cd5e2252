"""Evidence conversions: asked for, extracted, checked, signed, registered (Art. 19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from desk import conversion_acts, conversion_register
from desk.api.shapes.common import ReasonBody
from desk.api.shapes.conversions import (
    ConversionBody,
    ConversionRegister,
    ConversionStepBody,
    ConversionSummary,
    ConversionWhole,
    RegisteredConversion,
    ReissueBody,
    SignedStatement,
    TranscriptBody,
)
from desk.api.who import Caller
from desk.asking import person_numbered
from desk.conversions import follow, waiting_conversions, whole_for
from desk.keeping import check_shown
from desk.paging import ON_A_PAGE, first_of
from desk.reader import Visit
from desk.showing import NotShown
from registry.act import Act
from registry.queries.conversion_pages import conversions_of
from registry.tables import Conversion
from registry.transitions import conversion
from registry.transitions.conversion import NewConversion
from registry.transitions.duties import Rules
from regulation.conversion_states import ConversionState

converted = APIRouter(tags=["evidence"])
MOST_LISTED = 200
Page = Annotated[int, Query(ge=1, le=100_000)]


@converted.get("/conversions")
def taking_part(visit: Caller) -> list[ConversionSummary]:
    """The conversions one takes part in, the latest changed first, at most 200."""
    with visit.desk.registry.reading() as reading:
        return [ConversionSummary.of(one) for one in conversions_of(reading, visit.reader.person_id, MOST_LISTED)]


@converted.get("/conversions/waiting")
def waiting(visit: Caller) -> list[ConversionSummary]:
    """The conversions that wait for the word of whoever asks, at most 200."""
    with visit.desk.registry.reading() as reading:
        return [ConversionSummary.of(one) for one in waiting_conversions(visit, reading, MOST_LISTED)]


@converted.get("/conversions/register")
def registered(
    request: Request,
    visit: Caller,
    words: Annotated[str, Query(max_length=100)] = "",
    state: ConversionState | None = None,
    since: Annotated[str, Query(max_length=10, description="a day")] = "",
    until: Annotated[str, Query(max_length=10, description="a day")] = "",
    page: Page = 1,
) -> ConversionRegister:
    """The register of conversions of the units whose register one keeps (登记簿)."""
    rows, total = conversion_register.found(request, visit, first_of(page), ON_A_PAGE)
    return ConversionRegister(total=total, conversions=[RegisteredConversion.registered(one) for one in rows])


@converted.post("/conversions")
def enter(visit: Caller, body: ConversionBody) -> ConversionWhole:
    """Write a conversion down as a draft, of footage that was granted to whoever asks."""
    with visit.acting() as act:
        made = conversion.enter_conversion(act, _new(act, visit, body), visit.reader.person_id)
        number = act.session.get_one(Conversion, made).number
    return _fresh(visit, number)


@converted.get("/conversions/{number}")
def look(visit: Caller, number: str) -> ConversionWhole:
    """A conversion: where it stands, who said what, what was made, what may be done."""
    return ConversionWhole.whole(whole_for(visit, number))


@converted.put("/conversions/{number}")
def amend(visit: Caller, number: str, body: ConversionBody) -> ConversionWhole:
    """Write one's draft down anew; its grant, and what it corrects, stay as they are."""
    whole = whole_for(visit, number)
    with visit.acting() as act:
        conversion.amend_conversion(act, whole.row.id, _new(act, visit, body), visit.reader.person_id)
    return _fresh(visit, number)


def _new(act: Act, visit: Visit, body: ConversionBody) -> NewConversion:
    check_shown(visit, "cause", body.cause)
    check_shown(visit, "correction", body.correction)
    check_shown(visit, "proves", *(one.proves for one in body.items))
    return NewConversion(
        grant_id=body.grant,
        case=body.case,
        cause=body.cause,
        items=[one.asked() for one in body.items],
        extractor_id=person_numbered(act, "extractor", body.extractor),
        checker_id=person_numbered(act, "checker", body.checker),
        carrier=body.carrier,
        copies=body.copies,
        supersedes=body.supersedes,
        correction=body.correction,
    )


def _fresh(visit: Visit, number: str) -> ConversionWhole:
    """As it stands now; its run is had look."""
    follow(visit, number)
    return ConversionWhole.whole(whole_for(visit, number))


@converted.post("/conversions/{number}/submission")
def submit(visit: Caller, number: str) -> ConversionWhole:
    """Hand one's draft in: the extractor is asked."""
    whole = whole_for(visit, number)
    with visit.acting() as act:
        conversion.submit_conversion(act, whole.row.id, visit.reader.person_id)
    return _fresh(visit, number)


@converted.post("/conversions/{number}/withdrawal")
def withdraw(visit: Caller, number: str) -> ConversionWhole:
    """Withdraw one's own before it is issued."""
    whole = whole_for(visit, number)
    with visit.acting() as act:
        conversion.withdraw_conversion(act, whole.row.id, visit.reader.person_id)
    return _fresh(visit, number)


@converted.put("/conversions/{number}/transcripts/{recording}")
def write_down(visit: Caller, number: str, recording: UUID, body: TranscriptBody) -> ConversionWhole:
    """Enter what is said in a recording; it stands in place of what was entered before."""
    whole = whole_for(visit, number)
    check_shown(visit, "lines", *(said for one in body.lines for said in (one.speaker, one.text)))
    lines = [(one.start, one.end, one.speaker, one.text) for one in body.lines]
    with visit.acting() as act:
        conversion.enter_transcript(act, whole.row.id, recording, visit.reader.person_id, body.origin, lines)
    return _fresh(visit, number)


@converted.post("/conversions/{number}/steps/{step}")
def answer(visit: Caller, number: str, step: UUID, body: ConversionStepBody) -> ConversionWhole:
    """Answer a step: extracted, checked, signed, or sent back. One answer a step, each by whom it is theirs."""
    whole = whole_for(visit, number)
    check_shown(visit, "reason", body.reason)
    with visit.acting() as act:
        rules = visit.desk.access.rules(act.session)
        _ANSWERS[body.do](act, conversion_acts.step_named(whole, str(step)), visit.reader.person_id, body.reason, rules)
    return _fresh(visit, number)


_ANSWERS: Mapping[str, Callable[[Act, UUID, UUID, str, Rules], None]] = MappingProxyType(
    {
        "extract": conversion.extract,
        "check": conversion.check,
        "sign": conversion.sign,
        "send-back": conversion.send_back,
    }
)


@converted.post("/conversions/{number}/recall")
def recall(visit: Caller, number: str, body: ReasonBody) -> ConversionWhole:
    """Recall what was issued: it is evidence no more."""
    whole = whole_for(visit, number)
    check_shown(visit, "reason", body.reason)
    with visit.acting() as act:
        conversion.recall(act, whole.row.id, visit.reader.person_id, body.reason)
    return _fresh(visit, number)


@converted.post("/conversions/{number}/reissues")
def reissue(visit: Caller, number: str, body: ReissueBody) -> ConversionWhole:
    """Allow more copies of what was issued."""
    whole = whole_for(visit, number)
    check_shown(visit, "reason", body.reason)
    with visit.acting() as act:
        conversion_acts.reissue(act, visit, whole, body.copies, body.reason)
    return _fresh(visit, number)


@converted.get("/conversions/{number}/statement")
def statement(visit: Caller, number: str) -> SignedStatement:
    """The statement as it was signed, to be checked by anybody (附文字说明)."""
    signed = whole_for(visit, number).statement
    if signed is None:
        raise NotShown(404, "该证据转换没有签发说明。", "No statement was signed for this conversion.")
    return SignedStatement.of(number, signed)
