"""People and appointments: listed, entered, proposed, confirmed (Art. 6, 17).

Invitations are not handed to programs: whoever has one chooses the password.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from desk.api.shapes.people import DecisionBody, Listed, OnePerson, PersonBody, PersonDo, Proposal, WholeOne
from desk.api.who import Caller
from desk.paging import ON_A_PAGE, first_of
from desk.people import person_shown, units_kept
from desk.reader import Visit
from registry.bulk import AnyRow
from registry.queries.people import people_listed, proposals_for
from registry.transitions import appointing
from registry.transitions.directory import PersonEntry
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied

kept = APIRouter(tags=["people"])


@kept.get("/people")
def listed(
    visit: Caller,
    words: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Listed:
    """People of the units of which whoever asks keeps the list."""
    units = units_kept(visit)
    with visit.desk.registry.reading() as reading:
        rows, total = people_listed(reading, units, words.strip(), visit.desk.now(), first_of(page), ON_A_PAGE)
    return Listed(total=total, people=[OnePerson.of(one) for one in rows])


@kept.post("/people", status_code=201)
def enter(visit: Caller, body: PersonBody) -> WholeOne:
    """Enter somebody new."""
    with visit.acting() as act:
        entry = PersonEntry(body.number, body.name, body.unit, body.joined_on, body.left_on)
        appointing.keep_person(act, entry, visit.reader.person_id, is_new=True)
    return _whole(visit, body.number)


def _whole(visit: Visit, number: str) -> WholeOne:
    return WholeOne.of(person_shown(visit, number))


@kept.get("/people/{number}")
def look(visit: Caller, number: str) -> WholeOne:
    """Somebody, with every appointment and what waits to be confirmed."""
    return _whole(visit, number)


@kept.post("/people/{number}")
def manage(visit: Caller, number: str, body: PersonDo) -> WholeOne:
    """Change what is entered, put somebody out, propose an appointment or its end."""
    found, by = person_shown(visit, number), visit.reader.person_id
    row = found.row
    with visit.acting() as act:
        if body.do == "change":
            appointing.keep_person(act, _changed(row, body), by, is_new=False)
        elif body.do == "put-out":
            appointing.put_out(act, row.id, by)
        elif body.do == "propose":
            if body.role is None:
                raise FieldDenied("role", "There is no such seat.")
            appointing.propose(
                act,
                row.id,
                body.unit or row.unit_code,
                body.role,
                body.valid_from or act.at,
                body.valid_to,
                body.document,
                by,
                acting=body.acting,
            )
        else:
            if body.appointment not in [one.id for one in found.appointments]:
                raise ActionDenied("There is no such appointment.")
            assert body.appointment is not None
            appointing.propose_end(act, body.appointment, body.valid_to or act.at, body.document, by)
    return _whole(visit, number)


def _changed(row: AnyRow, body: PersonDo) -> PersonEntry:
    """The entry as it is to be: what is not said stays."""
    joined, left = (
        getattr(body, name) if name in body.model_fields_set else getattr(row, name)
        for name in ("joined_on", "left_on")
    )
    return PersonEntry(row.number, body.name or row.name, body.unit or row.unit_code, joined, left)


@kept.get("/proposals")
def waiting(visit: Caller) -> list[Proposal]:
    """What waits for the word of whoever asks."""
    with visit.desk.registry.reading() as reading:
        return [Proposal.of(one) for one in proposals_for(reading, visit.reader.person_id, visit.desk.now())]


@kept.post("/proposals/{proposal}", status_code=204)
def decide(visit: Caller, proposal: UUID, body: DecisionBody) -> None:
    """Confirm an appointment, or refuse it."""
    with visit.acting() as act:
        refused = body.do == "refuse"
        appointing.decide_proposal(act, proposal, visit.reader.person_id, body.reason, is_refused=refused)
