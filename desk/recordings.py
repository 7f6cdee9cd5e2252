"""A recording's trail at the desk: what ever happened to it, its markings, and the file to check it by (Art. 7, 17)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from desk.failing import field_of, said
from desk.reader import Form, TheForm, Visit, go_to, visit_of
from desk.showing import NotShown
from desk.trail_paper import trail_file, trail_paper
from registry.queries.recording_trail import Trail, recording_trail
from registry.transitions import access
from regulation.access import OVERSEERS
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking

recordings = APIRouter()


def trail_of(request: Request, recording: UUID) -> tuple[Visit, Trail]:
    """The trail of the address, for whom it may be shown. Raises `NotShown` (404) for all others."""
    visit = visit_of(request)
    return visit, trail_for(visit, recording)


def trail_for(visit: Visit, recording: UUID) -> Trail:
    """The trail, if it may be shown to whoever visits. Raises `NotShown` (404) otherwise."""
    with visit.desk.registry.reading() as reading:
        oversees = [one.unit_id for one in visit.reader.held if one.role in OVERSEERS]
        found = recording_trail(reading, recording, visit.reader.person_id, oversees)
    if found is None:
        raise NotShown(404, "没有这条资料。", "There is no such recording.")
    return found


TheTrail = Annotated[tuple[Visit, Trail], Depends(trail_of)]


@recordings.get("/recordings/{recording}")
def look(found: TheTrail) -> Response:
    """The trail as a page."""
    return _page(*found)


def _page(visit: Visit, trail: Trail, typed: Form | None = None, refused: ActionDenied | None = None) -> Response:
    return visit.page(
        "recording.html.j2",
        200 if refused is None else 422,
        trail=trail,
        recording=trail.recording,
        markings=list(Marking),
        typed=typed or Form({}),
        wrong=None if refused is None else said(refused, visit.language),
        field="" if refused is None else field_of(refused),
    )


@recordings.get("/recordings/{recording}/trail.json")
def export(found: TheTrail) -> Response:
    """The trail as a file: every entry with all that its hash covers."""
    _, trail = found
    headers = {"Content-Disposition": f'attachment; filename="trail-{trail.recording.id}.json"'}
    return Response(trail_file(trail), media_type="application/json", headers=headers)


@recordings.get("/recordings/{recording}/trail.pdf")
def paper(found: TheTrail) -> Response:
    """The trail as a paper that names the digest of that file."""
    visit, trail = found
    headers = {"Content-Disposition": f'attachment; filename="trail-{trail.recording.id}.pdf"'}
    content = trail_paper(trail, visit.language, visit.desk.now())
    return Response(content, media_type="application/pdf", headers=headers)


@recordings.post("/recordings/{recording}")
def mark(found: TheTrail, form: TheForm) -> Response:
    """Mark it, or lift a marking."""
    visit, trail = found
    marking, do = form.one("marking"), _DO.get(form.one("do"))
    if do is None or marking not in list(Marking):
        raise NotShown(400, "内容不正确。", "This is no marking.")
    try:
        with visit.acting() as act:
            do(act, trail.recording.id, Marking(marking), visit.reader.person_id, form.one("reason"))
    except ActionDenied as refused:
        return _page(visit, trail, form, refused)
    return go_to(f"/recordings/{trail.recording.id}")


_DO = {"mark": access.mark_recording, "lift": access.lift_marking}
