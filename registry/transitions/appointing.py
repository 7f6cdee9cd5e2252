"""People and appointments kept at the desk: by whom, and with whose word (Art. 6, 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.ledger.seat_rows import ENDED
from registry.queries.access import in_office, roles_over
from registry.queries.organisation import holdings_of, person_by_number, unit_by_code, unit_chain
from registry.tables import AccountChange, Appointment, AppointmentProposal, Credential, Person, Proposed, Unit
from registry.transitions.directory import AppointmentEntry, DirectoryDenied, PersonEntry, enter_people
from registry.transitions.directory import enter_appointments as enter
from registry.transitions.signing import end_sessions, invite, tell_of
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.appointing import ARTICLE, check_change, check_confirm, check_manage, needs_confirmation
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_proposal, _appointment, _credential = table_of(AppointmentProposal), table_of(Appointment), table_of(Credential)


def keep_person(act: Act, entry: PersonEntry, by: UUID, *, is_new: bool) -> UUID:
    """Enter somebody, or change what is entered; gives who it is.

    Raises `ActionDenied` for who may not, and `FieldDenied` for entries that cannot be: a number that is taken or
    unknown, a unit that is not theirs to fill, dates in the wrong order.
    """
    found = person_by_number(act.session, entry.number)
    if is_new and found is not None:
        raise FieldDenied("number", "Somebody has this certificate number already.")
    if not is_new and found is None:
        raise FieldDenied("number", "Nobody has this certificate number.")
    unit = unit_by_code(act.session, entry.unit)
    if unit is None:
        raise FieldDenied("unit", "There is no such unit.")
    _check_manages(act, by, None if found is None else found.id, unit.id)
    if found is not None:
        _check_change(act, by, found)
    check_text("name", entry.name, ARTICLE)
    return _entered(act, entry)


def _entered(act: Act, entry: PersonEntry) -> UUID:
    try:
        enter_people(act, [entry])
    except DirectoryDenied as denied:
        fault = denied.faults[0]
        raise FieldDenied(fault.field, f"{fault.message[0].upper()}{fault.message[1:]}.") from None
    person = person_by_number(act.session, entry.number)
    assert person is not None
    return person.id


def _check_manages(act: Act, by: UUID, concerned: UUID | None, unit_id: UUID) -> None:
    check_manage(by, concerned, roles_over(act.session, by, unit_chain(act.session, unit_id), act.at))


def _check_change(act: Act, by: UUID, person: Person) -> None:
    """Whoever changes somebody keeps the list where they are, and stands above every seat they hold or will hold."""
    _check_manages(act, by, person.id, person.unit_id)
    for one in holdings_of(act.session, person.id):
        if one.valid_to is not None and one.valid_to <= act.at:
            continue
        chain = unit_chain(act.session, one.unit_id)
        check_change(roles_over(act.session, by, chain, act.at), [one.role])


def _person(act: Act, person_id: UUID) -> Person:
    found = in_office(act.session, person_id, act.at)
    if found is None:
        raise ActionDenied("There is no such person in office.", subject=str(person_id))
    return found


def let_in(act: Act, person_id: UUID, by: UUID, token_hash: str) -> None:
    """Let somebody choose a password, as `invite` does. Raises `ActionDenied` for who may not."""
    _check_change(act, by, _person(act, person_id))
    invite(act, person_id, token_hash, by)


def put_out(act: Act, person_id: UUID, by: UUID) -> None:
    """End whatever somebody is signed in with, and their password: a phone was lost. They are let in again by an
    invitation. Raises `ActionDenied` for who keeps no list there."""
    found = act.session.get(Person, person_id)
    if found is None:
        raise ActionDenied("There is no such person in office.", subject=str(person_id))
    _check_manages(act, by, person_id, found.unit_id)
    ended = update(_credential).where(_credential.c.person_id == person_id).values(password_hash=ENDED)
    act.connection.execute(ended)
    end_sessions(act, person_id)
    act.record(Event.CREDENTIAL_ENDED, "person", person_id, {"by": by}, unit_id=found.unit_id, article=ARTICLE)
    tell_of(act, person_id, AccountChange.ENDED, by)


def propose(
    act: Act,
    person_id: UUID,
    unit_code: str,
    role: Role,
    valid_from: datetime,
    valid_to: datetime | None,
    document: str,
    by: UUID,
    *,
    acting: bool = False,
) -> UUID | None:
    """Propose that somebody hold a role; gives the proposal, or None where it took nobody else's word and holds.

    It begins no earlier than now. Raises `ActionDenied` for who may not, `FieldDenied` for entries that cannot be.
    """
    person, unit = _person(act, person_id), unit_by_code(act.session, unit_code)
    if unit is None:
        raise FieldDenied("unit", "There is no such unit.")
    _check_manages(act, by, person_id, unit.id)
    begins = max(valid_from, act.at)
    if valid_to is not None and valid_to <= begins:
        raise FieldDenied("valid_to", "It ends before it begins, or is over already.")
    paper = storable(check_text("document", document, ARTICLE))
    if not needs_confirmation(role):
        enter(act, [AppointmentEntry(person.number, unit_code, role, begins, valid_to, acting, paper)])
        return None
    return _propose(act, person_id, unit.id, role, acting, paper, begins, valid_to, None, by)


def propose_end(act: Act, appointment_id: UUID, valid_to: datetime, document: str, by: UUID) -> UUID | None:
    """Propose that an appointment end, no earlier than now; gives the proposal, or None where it ends by that.

    Raises `ActionDenied` for who may not and for what is over, `FieldDenied` without a paper.
    """
    row = _appointment_of(act, appointment_id)
    _check_manages(act, by, row.person_id, row.unit_id)
    if row.valid_to is not None and row.valid_to <= act.at:
        raise ActionDenied("This appointment is over.", article=ARTICLE)
    paper, ends = storable(check_text("document", document, ARTICLE)), max(valid_to, act.at, row.valid_from)
    if not needs_confirmation(row.role):
        _end(act, row, ends)
        return None
    return _propose(
        act, row.person_id, row.unit_id, row.role, row.acting, paper, row.valid_from, ends, appointment_id, by
    )


def _appointment_of(act: Act, appointment_id: UUID) -> AnyRow:
    query = select(_appointment).where(_appointment.c.id == appointment_id)
    row = act.connection.execute(query).one_or_none()
    if row is None:
        raise ActionDenied("There is no such appointment.", article=ARTICLE, subject=str(appointment_id))
    return row


def _propose(
    act: Act,
    person_id: UUID,
    unit_id: UUID,
    role: Role,
    acting: bool,
    paper: str,
    valid_from: datetime,
    valid_to: datetime | None,
    ends_id: UUID | None,
    by: UUID,
) -> UUID:
    proposal_id = new_id()
    row = {
        "id": proposal_id,
        "person_id": person_id,
        "unit_id": unit_id,
        "role": role,
        "acting": acting,
        "document": paper,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "ends_id": ends_id,
        "proposed_by_id": by,
        "proposed_at": act.at,
    }
    insert_rows(act.connection, AppointmentProposal, [row])
    _tell(act, Event.APPOINTMENT_PROPOSED, proposal_id, row, by)
    return proposal_id


def _tell(act: Act, event: Event, proposal_id: UUID, row: Mapping[str, Any], by: UUID) -> None:
    facts = {name: row[name] for name in ("person_id", "valid_from", "valid_to", "ends_id", "acting")}
    more = {"role": row["role"].value, "document_sha256": digest_of(row["document"]), "by": by}
    act.record(event, "appointment-proposal", proposal_id, facts | more, unit_id=row["unit_id"], article=ARTICLE)


def decide_proposal(act: Act, proposal_id: UUID, by: UUID, reason: str, *, is_refused: bool = False) -> None:
    """Confirm a proposal, which then holds from its beginning or from now, whichever is later; or refuse it.

    Raises `ActionDenied` for who may not, for what was decided already and what can hold no more, `FieldDenied` where a
    refusal gives no reason.
    """
    query = select(_proposal).where(_proposal.c.id == proposal_id)
    row = act.connection.execute(query).one_or_none()
    if row is None or row.decided_at is not None:
        raise ActionDenied("This was decided already.", article=ARTICLE, subject=str(proposal_id))
    chain = unit_chain(act.session, row.unit_id)
    roles = roles_over(act.session, by, chain, act.at)
    check_confirm(by, row.proposed_by_id, row.person_id, row.role, roles)
    said = storable(check_text("reason", reason, ARTICLE)) if is_refused or reason.strip() else None
    verdict = Proposed.REFUSED if is_refused else Proposed.CONFIRMED
    decided = {"id": proposal_id, "decided_by_id": by, "decided_at": act.at, "verdict": verdict, "reason": said}
    update_rows(act.connection, AppointmentProposal, [decided])
    event = Event.APPOINTMENT_REFUSED if is_refused else Event.APPOINTMENT_CONFIRMED
    _tell(act, event, proposal_id, row._asdict(), by)
    if not is_refused:
        _hold(act, row)


def _hold(act: Act, row: AnyRow) -> None:
    if row.ends_id is not None:
        _end(act, _appointment_of(act, row.ends_id), max(row.valid_to, act.at))
        return
    person, unit = _person(act, row.person_id), act.session.get_one(Unit, row.unit_id)
    begins = max(row.valid_from, act.at)
    if row.valid_to is not None and row.valid_to <= begins:
        raise ActionDenied("This appointment is over.", article=ARTICLE)
    enter(act, [AppointmentEntry(person.number, unit.code, row.role, begins, row.valid_to, row.acting, row.document)])


def _end(act: Act, row: AnyRow, at: datetime) -> None:
    """Have it end then, unless it ends sooner."""
    if row.valid_to is not None and row.valid_to <= at:
        return
    number = act.session.get_one(Person, row.person_id).number
    code = act.session.get_one(Unit, row.unit_id).code
    ends = at if at > row.valid_from else row.valid_from + timedelta.resolution
    enter(act, [AppointmentEntry(number, code, row.role, row.valid_from, ends, row.acting, row.document)])
