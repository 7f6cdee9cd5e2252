"""A request being entered, handed in, and taken back (Art. 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import Wanted, in_office, roles_over, wanted_of
from registry.queries.organisation import unit_chain
from registry.tables import AccessItem, AccessQuestion, AccessRequest, Person, Recording, Unit
from registry.transitions.access.common import (
    asking_of,
    change,
    close_steps,
    request_of,
    tell_ledger,
    terms_of,
    unanswered,
)
from registry.transitions.access.shapes import NewRequest
from registry.transitions.access.stepping import open_round
from registry.transitions.duties.settling import Rules
from registry.transitions.numbers import next_number
from registry.types import new_id
from regulation.access import ARTICLE, needs_document, steps_of
from regulation.access_states import RequestEvent, RequestState
from regulation.access_terms import MOST_ITEMS, FieldDenied, Terms, check_asked, check_range, check_text
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_question = table_of(AccessQuestion)


def enter_request(act: Act, new: NewRequest, by: UUID) -> UUID:
    """Enter a request as a draft; gives its id. `by` types it in: the requester, or the device administrator of the
    requester's unit on their behalf.

    Raises `ActionDenied` for anybody else and for who has left, and `FieldDenied` for entries that cannot be.
    """
    requester = _in_office(act, new.requester_id)
    _check_enters(act, requester, by)
    unit = act.session.get_one(Unit, requester.unit_id)
    request_id = new_id()
    row = {
        "id": request_id,
        "number": next_number(act, "AR", unit),
        "unit_id": unit.id,
        "requester_id": requester.id,
        "entered_by_id": by,
        "purpose": storable(check_text("purpose", new.purpose)),
        "outsider": _optional("outsider", new.outsider),
        "document": _optional("document", new.document),
        "created_at": act.at,
        "changed_at": act.at,
        **asdict(new.terms),
        "state": RequestState.DRAFT,
        "round": 0,
        "next_at": new.terms.valid_until,
    }
    insert_rows(act.connection, AccessRequest, [row])
    insert_rows(act.connection, AccessItem, _items(act, request_id, new))
    return request_id


def _in_office(act: Act, person_id: UUID) -> Person:
    person = in_office(act.session, person_id, act.at)
    if person is None:
        raise FieldDenied("requester", "There is no such person in office.")
    return person


def _check_enters(act: Act, requester: Person, by: UUID) -> None:
    if by == requester.id:
        return
    chain = unit_chain(act.session, requester.unit_id)
    if Role.DEVICE_ADMINISTRATOR not in roles_over(act.session, by, chain, act.at):
        raise ActionDenied("Only the device administrator asks on behalf of somebody else.", article=ARTICLE)


def _optional(field: str, text: str | None) -> str | None:
    return None if text is None or not text.strip() else storable(check_text(field, text))


def _items(act: Act, request_id: UUID, new: NewRequest) -> list[dict[str, Any]]:
    if not 0 < len(new.parts) <= MOST_ITEMS:
        raise FieldDenied("recordings", f"A request names 1 to {MOST_ITEMS} recordings.")
    recording = table_of(Recording).c
    query = select(recording.id, recording.duration_seconds)
    found = {row.id: row for row in rows_among(act.connection, query, recording.id, new.parts)}
    if missing := set(new.parts) - set(found):
        raise FieldDenied("recordings", f"There is no such recording: {min(missing)}.")
    for recording_id, part in new.parts.items():
        check_range(part, found[recording_id].duration_seconds)
    return [
        {
            "id": new_id(),
            "request_id": request_id,
            "recording_id": recording_id,
            "start_second": part.start,
            "end_second": part.end,
        }
        for recording_id, part in new.parts.items()
    ]


def submit_request(act: Act, request_id: UUID, by: UUID, rules: Rules, answer: str | None = None) -> None:
    """Hand the request in: from now on it waits for the leaders that Art. 17 names. `answer` is to the question with
    which it was sent back, if it was.

    Raises `ActionDenied` for what is no draft of `by`'s, `FieldDenied` where something is missing: the document where
    footage leaves its unit, an answer to a question, footage that is not sealed, a requester in office;
    `ConfigurationError` where the policy of a unit is not sound.
    """
    request = request_of(act, request_id)
    _check_own(request, by)
    _in_office(act, request.requester_id)
    wanted = wanted_of(act.session, request_id)
    _check_ready(act, request, wanted, rules)
    _answer_questions(act, request_id, answer)
    steps = steps_of(asking_of(act, request), [one.footage for one in wanted])
    if needs_document(steps) and request.document is None:
        raise FieldDenied("document", "Name the letter or document with which the footage is asked for.")
    round_now = request.round + 1
    change(act, request, RequestEvent.SUBMITTED, round=round_now, submitted_at=act.at)
    facts = {
        "round": round_now,
        "requester_id": request.requester_id,
        "entered_by_id": request.entered_by_id,
        "recordings": [one.recording_id for one in wanted],
        "purpose_sha256": digest_of(request.purpose),
        "document_sha256": digest_of(request.document),
    }
    tell_ledger(act, Event.ACCESS_SUBMITTED, request, facts)
    open_round(act, request_of(act, request_id), steps, wanted)


def amend_request(act: Act, request_id: UUID, by: UUID, purpose: str, document: str | None, terms: Terms) -> None:
    """Change what a draft says; which recordings it is about stays. Raises as `enter_request` does."""
    request = request_of(act, request_id)
    _check_own(request, by)
    if request.state is not RequestState.DRAFT:
        raise ActionDenied("Only a draft can be changed.", article=ARTICLE)
    row = {
        "id": request_id,
        "purpose": storable(check_text("purpose", purpose)),
        "document": _optional("document", document),
        **asdict(terms),
        "next_at": terms.valid_until,
        "changed_at": act.at,
    }
    update_rows(act.connection, AccessRequest, [row])


def _check_own(request: AnyRow, by: UUID) -> None:
    if by not in (request.requester_id, request.entered_by_id):
        raise ActionDenied("This request is somebody else's.", article=ARTICLE)


def _check_ready(act: Act, request: AnyRow, wanted: Sequence[Wanted], rules: Rules) -> None:
    if any(not one.is_sealed for one in wanted):
        raise FieldDenied("recordings", "Footage can be asked for once it is sealed, and until it is destroyed.")
    for unit_id in {one.footage.unit_id for one in wanted}:
        zone = ZoneInfo(act.session.get_one(Unit, unit_id).zone)
        check_asked(terms_of(request), rules.policy_of(unit_id), zone, act.at)


def _answer_questions(act: Act, request_id: UUID, answer: str | None) -> None:
    asked = select(_question.c.id).where(_question.c.request_id == request_id, _question.c.answered_at.is_(None))
    ids = act.connection.execute(asked).scalars().all()
    if ids:
        said = storable(check_text("answer", answer or ""))
        update_rows(act.connection, AccessQuestion, [{"id": one, "answer": said, "answered_at": act.at} for one in ids])


def withdraw_request(act: Act, request_id: UUID, by: UUID) -> None:
    """Take the request back before it is decided. Raises `ActionDenied` for others' requests and decided ones."""
    request = request_of(act, request_id)
    _check_own(request, by)
    change(act, request, RequestEvent.WITHDRAWN, closed_at=act.at, next_at=None)
    close_steps(act, unanswered(act, request))
    tell_ledger(act, Event.ACCESS_WITHDRAWN, request, {"person_id": by})
