"""What is said in a recording of a conversion, in writing: typed, pasted, confirmed.

Art. 19; 法释〔2002〕21号 第十二条.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from desk.conversion_form import form_of, lines_typed, read_lines, second_typed
from desk.conversions import whole_for
from desk.failing_conversion import NOTHING
from desk.keeping import check_shown, status_of, why
from desk.reader import Form, TheForm, Visit, go_to, visit_of
from desk.showing import NotShown
from registry.act import Act
from registry.queries.conversion import lines_of
from registry.queries.conversion_whole import ItemRow, WholeConversion, entered_by
from registry.tables import Origin
from registry.transitions import conversion
from registry.transitions.conversion.making import Line
from regulation.access_terms import FieldDenied
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied

conversion_transcripts = APIRouter()

Found = tuple[Visit, WholeConversion, ItemRow]


def item_in(request: Request, number: str, recording: UUID) -> Found:
    """The recording of the address. Raises `NotShown` (404) where it is none of the conversion."""
    visit = visit_of(request)
    whole = whole_for(visit, number)
    item = whole.item_of(recording)
    if item is None:
        raise NotShown(404, "没有这条资料。", "There is no such recording.")
    return visit, whole, item


TheItem = Annotated[Found, Depends(item_in)]


@conversion_transcripts.get("/conversions/{number}/transcripts/{recording}")
def look(found: TheItem) -> Response:
    """What was written down so far, and the form to write it anew."""
    return _page(found)


def _page(found: Found, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    visit, whole, item = found
    lines = [] if item.transcript is None else list(lines_of(item.transcript))
    with visit.desk.registry.reading() as reading:
        people = ("", None) if item.transcript is None else entered_by(reading, item.transcript)
    return visit.page(
        "conversion_transcript.html.j2",
        status_of(refused),
        whole=whole,
        row=whole.row,
        item=item,
        transcript=item.transcript,
        lines=lines,
        entered_by=people[0],
        confirmed_by=people[1],
        secs=second_typed,
        typed=typed or Form({"text": [lines_typed(lines)]}),
        reads=visit.desk.access.read_transcript is not None,
        **why(visit, refused),
    )


@conversion_transcripts.post("/conversions/{number}/transcripts/{recording}")
def write(form: TheForm, found: TheItem) -> Response:
    """Enter what is said, or say that what was entered is what is heard."""
    visit, whole, item = found
    try:
        with visit.acting() as act:
            if form.one("do") == "confirm":
                _confirm(act, visit, item, form)
            else:
                _write(act, visit, whole, item, form)
    except ActionDenied as refused:
        return _page(item_again(found), form, refused)
    return go_to(f"/conversions/{whole.row.number}/transcripts/{item.recording.id}")


def item_again(found: Found) -> Found:
    """The same as it stands now: another may have been quicker."""
    visit, whole, item = found
    fresh = whole_for(visit, whole.row.number)
    return visit, fresh, fresh.item_of(item.recording.id) or item


def _confirm(act: Act, visit: Visit, item: ItemRow, form: Form) -> None:
    """Only what was shown: a transcript that was entered meanwhile is another."""
    if item.transcript is None or form.one("transcript") != str(item.transcript.id):
        raise ActionDenied("There is no such transcript.", article=ARTICLE)
    conversion.confirm_transcript(act, item.transcript.id, visit.reader.person_id)


def _write(act: Act, visit: Visit, whole: WholeConversion, item: ItemRow, form: Form) -> None:
    origin, lines = _read(visit, form)
    conversion.enter_transcript(act, whole.row.id, item.recording.id, visit.reader.person_id, origin, lines)


def _read(visit: Visit, form: Form) -> tuple[Origin, list[Line]]:
    """What was typed or pasted, and where it comes from. Raises `FieldDenied`."""
    text = form.raw("text")
    if not text.strip() and not form.one("nothing"):
        raise FieldDenied("lines", NOTHING, ARTICLE)
    pasted, read = form_of(text), visit.desk.access.read_transcript
    if pasted is None or read is None:
        origin, lines = Origin.WRITTEN, read_lines(text)
    else:
        origin, lines = Origin.IMPORTED, read(text.encode(), pasted)
    check_shown(visit, "lines", *(said for line in lines for said in line[2:]))
    return Origin.MACHINE if form.one("machine") else origin, lines
