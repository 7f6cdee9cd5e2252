"""A recording at the desk: why it is kept, what ever happened to it, its markings; the file to check it by.

Art. 7, 17, 18, 19.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from desk.conversions import registered_units
from desk.holds import placed
from desk.keeping import member, status_of, typed_ids, units_of, why
from desk.reader import Form, TheForm, Visit, go_to, visit_of
from desk.showing import NotShown
from desk.trail_paper import trail_file, trail_lines, trail_paper
from registry.act import Act
from registry.bulk import AnyRow
from registry.queries.conversion_whole import conversions_of_recording
from registry.queries.recording_standing import Standing, standing_of
from registry.queries.recording_trail import Trail, recording_trail
from registry.queries.retention import case_numbered
from registry.transitions import access, retention
from regulation.access import OVERSEERS
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, LIFTERS, HoldKind
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
        status_of(refused),
        trail=trail,
        lines=trail_lines(trail, visit.language),
        recording=trail.recording,
        standing=standing_for(visit, trail),
        conversions=_conversions(visit, trail),
        markings=list(Marking),
        kinds=list(HoldKind),
        may_end=_may_end(visit, trail),
        typed=typed or Form({}),
        **why(visit, refused),
    )


def _may_end(visit: Visit, trail: Trail) -> bool:
    """Whether they may take back a decision to keep it without an end."""
    with visit.desk.registry.reading() as reading:
        return trail.unit.id in units_of(visit, reading, *LIFTERS)


def _conversions(visit: Visit, trail: Trail) -> Sequence[AnyRow]:
    """The evidence conversions that name it, as far as their register is open to them (Art. 19)."""
    with visit.desk.registry.reading() as reading:
        return conversions_of_recording(reading, trail.recording.id, registered_units(visit, reading))


def standing_for(visit: Visit, trail: Trail) -> Standing:
    """How the recording stands: why it is kept, or what is left of it (Art. 18)."""
    with visit.desk.registry.reading() as reading:
        return standing_of(reading, trail.recording, trail.unit, visit.desk.now())


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
def act_on(form: TheForm, found: TheTrail) -> Response:
    """Mark it or lift a marking, hold it back, enter that it is used in a case, have it go by its own term again; by
    the button that was pressed."""
    visit, trail = found
    do = _DO.get(form.one("do"))
    if do is None:
        raise NotShown(400, "内容不正确。", "This is nothing that is done with a recording.")
    try:
        with visit.acting() as act:
            do(act, visit, trail.recording.id, form)
    except ActionDenied as refused:
        return _page(visit, trail, form, refused)
    return go_to(f"/recordings/{trail.recording.id}")


def _mark(act: Act, visit: Visit, recording: UUID, form: Form) -> None:
    access.mark_recording(act, recording, _marking(form), visit.reader.person_id, form.one("reason"))


def _lift(act: Act, visit: Visit, recording: UUID, form: Form) -> None:
    access.lift_marking(act, recording, _marking(form), visit.reader.person_id, form.one("reason"))


def _marking(form: Form) -> Marking:
    found = member(Marking, form.one("marking"))
    if found is None:
        raise NotShown(400, "内容不正确。", "This is no marking.")
    return found


def _hold(act: Act, visit: Visit, recording: UUID, form: Form) -> None:
    placed(act, visit, form, {recording})


def _use(act: Act, visit: Visit, recording: UUID, form: Form) -> None:
    number = form.one("case_number")
    if case_numbered(act.connection, number) is None:
        raise FieldDenied("case_number", "There is no case file with this number.", ARTICLE)
    retention.use_in_case(act, number, [recording], visit.reader.person_id, form.one("reason"))


def _end(act: Act, visit: Visit, recording: UUID, form: Form) -> None:
    for extension in typed_ids([form.one("extension")], "extension"):
        retention.end_extension(act, recording, extension, visit.reader.person_id, form.one("reason"))


_DO: Mapping[str, Callable[[Act, Visit, UUID, Form], None]] = MappingProxyType(
    {"mark": _mark, "lift": _lift, "hold": _hold, "use": _use, "end": _end}
)
"""By the button that was pressed."""
