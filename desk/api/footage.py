"""Footage that was granted: viewings, copies; and what ever happened to a recording (Art. 7, 17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from desk import copies, recordings, viewing
from desk.api.shapes.footage import Copy, CopyBody, LookBody, MarkingBody, Opened
from desk.api.who import Caller
from desk.refused import Refused
from desk.showing import NotShown
from registry.transitions import access

granted = APIRouter(tags=["footage"])
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"*/*": {}}, "description": "the bytes"},
    206: {"content": {"*/*": {}}, "description": "as many of the bytes as were asked for"},
    416: {"description": "there are no such bytes"},
}


@granted.post("/grants/{grant}/{recording}/views", status_code=201)
def begin(visit: Caller, grant: UUID, recording: UUID) -> Opened:
    """Open a viewing; it counts as one look."""
    with visit.acting() as act:
        return Opened(view=access.open_view(act, grant, recording, visit.reader.person_id, visit.address))


@granted.get("/views/{view}/footage", responses=_BYTES, response_class=Response)
def footage(request: Request, visit: Caller, view: UUID) -> Response:
    """What was granted, or the bytes of it that were asked for. 503 while a part is being cut out."""
    found, shown = viewing.shown_in(visit, view)
    if shown.is_awaited:
        raise NotShown(503, "正在准备这一段资料，请稍后再试。", "This part is being prepared: try again in a moment.")
    return viewing.sent(request, visit, found, shown)


@granted.post("/views/{view}/looks", status_code=204)
def note(visit: Caller, view: UUID, body: LookBody) -> None:
    """Enter what is done while viewing."""
    with visit.acting() as act:
        access.note_look(act, view, visit.reader.person_id, body.what, body.at)


@granted.post("/views/{view}/end", status_code=204)
def end(visit: Caller, view: UUID) -> None:
    """Close the viewing; over already, nothing changes."""
    with visit.acting() as act:
        access.close_view(act, view, visit.reader.person_id)


@granted.post("/grants/{grant}/{recording}/copies", status_code=201)
def take(visit: Caller, grant: UUID, recording: UUID) -> Copy:
    """Take a copy; it counts. 503 while a part is being cut out."""
    row, part = copies.allowed(visit, grant, recording)
    made = copies.made(visit, row, part)
    if made is None:
        raise Refused(503, "The copy is being prepared.", headers={"Retry-After": "2"})
    with visit.acting() as act:
        number = access.hand_copy(act, grant, recording, visit.reader.person_id, visit.address, made)
    return receipt(visit, number)


@granted.get("/copies/{number}")
def receipt(visit: Caller, number: str) -> Copy:
    """The receipt of a copy, for its holder and who oversees the footage."""
    return Copy.of(copies.copy_for(visit, number))


@granted.get("/copies/{number}/file", responses=_BYTES, response_class=Response)
def fetch(visit: Caller, number: str) -> Response:
    """The copy's file, for its holder, while the grant lasts; each time is entered."""
    return copies.fetch(visit, number)


@granted.post("/copies/{number}")
def manage(visit: Caller, number: str, body: CopyBody) -> Copy:
    """Say what became of a copy, or confirm it."""
    copies.copy_for(visit, number)
    act_of = access.declare_copy if body.do == "declare" else access.confirm_copy
    with visit.acting() as act:
        act_of(act, number, visit.reader.person_id, body.what)
    return receipt(visit, number)


@granted.get("/recordings/{recording}/trail")
def trail(visit: Caller, recording: UUID) -> dict[str, Any]:
    """Every entry about a recording with all that its hash covers, to be checked by anybody."""
    return dict(recordings.trail_for(visit, recording).document())


@granted.post("/recordings/{recording}/markings", status_code=204)
def mark(visit: Caller, recording: UUID, body: MarkingBody) -> None:
    """Place a marking, or lift it."""
    found = recordings.trail_for(visit, recording)
    do = access.mark_recording if body.do == "mark" else access.lift_marking
    with visit.acting() as act:
        do(act, found.recording.id, body.marking, visit.reader.person_id, body.reason)
