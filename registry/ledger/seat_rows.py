"""Units, people, the seats they hold, by whose word, and what they sign in with, against the ledger.

Art. 6, 17: every decision is judged by who held which seat at that moment, so whoever takes one behind the registry's
back is found out.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import (
    NOT_SO,
    UNKNOWN,
    Check,
    as_told,
    facts_in,
    stated_problem,
    stream,
    unit_moved,
    vanished,
    with_newest,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    Appointment,
    AppointmentProposal,
    Credential,
    DeskSession,
    Invitation,
    LedgerEntry,
    Person,
    PersonalToken,
    Proposed,
    Unit,
)

MODELS = (Unit, Person, Appointment, AppointmentProposal, Credential, Invitation, PersonalToken, DeskSession)
"""Whose rows are compared here."""

_entry = table_of(LedgerEntry).alias("entry")
_unit, _person, _appointment = table_of(Unit), table_of(Person), table_of(Appointment)
_proposal, _credential = table_of(AppointmentProposal), table_of(Credential)
_invitation, _token, _session = table_of(Invitation), table_of(PersonalToken), table_of(DeskSession)
_VERDICTS = {Proposed.CONFIRMED: Event.APPOINTMENT_CONFIRMED, Proposed.REFUSED: Event.APPOINTMENT_REFUSED}

ENDED = "!"
"""What stands in the place of a password that lets in nobody any more; no password has this hash."""


def credential_digest(password_hash: str, sealed_secret: str) -> str:
    """What the ledger has of a credential: enough to tell it from another, nothing to sign in with."""
    return sha256(f"{password_hash}\n{sealed_secret}".encode()).hexdigest()


def _units(connection: Connection) -> Iterator[RowProblem | None]:
    """Each unit stands in the tree where it was put last."""
    for row in with_newest(connection, _unit, Event.UNIT_ENTERED, Event.UNIT_CHANGED):
        stated = {"code": row.code, "level": row.level.value, "parent_id": as_told(row.parent_id), "zone": row.zone}
        yield stated_problem("unit", row.id, row.facts, stated)


def _people(connection: Connection) -> Iterator[RowProblem | None]:
    """Each person is of the unit that was entered last, and has left when it says."""
    for row in with_newest(connection, _person, Event.PERSON_ENTERED, Event.PERSON_CHANGED):
        left_on = None if row.left_on is None else row.left_on.isoformat()
        yield stated_problem("person", row.id, row.facts, {"unit_id": str(row.unit_id), "left_on": left_on})


def _appointments(connection: Connection) -> Iterator[RowProblem | None]:
    """Each seat is held by whom, from when and until when it was entered last."""
    events = (Event.APPOINTMENT_ENTERED, Event.APPOINTMENT_CHANGED)
    for row in with_newest(connection, _appointment, *events):
        yield stated_problem("appointment", row.id, row.facts, _seat(row)) or unit_moved("appointment", row)


def _proposals(connection: Connection) -> Iterator[RowProblem | None]:
    """Each proposal is what was proposed, by whom, on which paper."""
    for row in with_newest(connection, _proposal, Event.APPOINTMENT_PROPOSED):
        stated = _seat(row) | {"ends_id": as_told(row.ends_id), "by": str(row.proposed_by_id)}
        yield stated_problem(_proposal.name, row.id, row.facts, stated) or unit_moved(_proposal.name, row)


def _verdicts(connection: Connection) -> Iterator[RowProblem | None]:
    """Each proposal is confirmed or refused by whom and when the ledger says, or waits where it says nothing."""
    for row in with_newest(connection, _proposal, *_VERDICTS.values()):
        event = None if row.verdict is None else _VERDICTS[row.verdict].value
        told = facts_in(row.facts)
        if (row.event, row.then, told.get("by")) != (event, row.decided_at, as_told(row.decided_by_id)):
            yield RowProblem("appointment_proposal", row.id, "verdict", NOT_SO)
        else:
            yield None


def _credentials(connection: Connection) -> Iterator[RowProblem | None]:
    """Each person signs in with what they chose themselves, or with nothing any more."""
    events = (Event.CREDENTIAL_SET, Event.CREDENTIAL_ENDED)
    for row in with_newest(connection, _credential, *events, key="person_id"):
        if row.event == Event.CREDENTIAL_ENDED.value:
            is_so = row.password_hash == ENDED
        else:
            is_so = facts_in(row.facts).get("sha256") == credential_digest(row.password_hash, row.sealed_secret)
        yield None if is_so else RowProblem("credential", row.person_id, "password_hash", NOT_SO)


def _tokens(table: Table, begun: Event, named: str, over: Event | None = None) -> Check:
    """Whatever lets somebody in was given to them, and as it is; and is over where it was taken back."""

    def check(connection: Connection) -> Iterator[RowProblem | None]:
        rows = stream(connection, select(table).order_by(table.c.person_id, table.c.id))
        for person_id, theirs in groupby(rows, key=attrgetter("person_id")):
            given = {str(facts.get(named)): facts for facts in _about(connection, begun, person_id)}
            gone = {str(facts.get(named)) for facts in _about(connection, over, person_id)} if over else set()
            for row in theirs:
                facts = given.get(str(row.id))
                if facts is None:
                    yield RowProblem(table.name, row.id, "id", UNKNOWN)
                elif facts.get("token_sha256") != row.token_hash:
                    yield RowProblem(table.name, row.id, "token_hash", NOT_SO)
                elif "expires_at" in facts and facts["expires_at"] != time_text(row.expires_at):
                    yield RowProblem(table.name, row.id, "expires_at", NOT_SO)
                elif str(row.id) in gone and row.revoked_at is None:
                    yield RowProblem(table.name, row.id, "revoked_at", NOT_SO)
                else:
                    yield None

    return check


def _about(connection: Connection, event: Event, person_id: UUID) -> list[dict[str, Any]]:
    query = select(_entry.c.facts).where(_entry.c.subject_id == person_id, _entry.c.event == event.value)
    return [facts_in(text) for text in connection.execute(query).scalars()]


def _seat(row: AnyRow) -> dict[str, object]:
    return {
        "person_id": str(row.person_id),
        "role": row.role.value,
        "acting": row.acting,
        "document_sha256": digest_of(row.document),
        "valid_from": time_text(row.valid_from),
        "valid_to": as_told(row.valid_to),
    }


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """What was entered is still there."""
    for event, table in _ENTERED.items():
        yield from vanished(connection, event, table)


_ENTERED: dict[Event, Table] = {
    Event.UNIT_ENTERED: _unit,
    Event.PERSON_ENTERED: _person,
    Event.APPOINTMENT_ENTERED: _appointment,
    Event.APPOINTMENT_PROPOSED: _proposal,
}
CHECKS: tuple[Check, ...] = (
    _units,
    _people,
    _appointments,
    _proposals,
    _verdicts,
    _credentials,
    _tokens(_invitation, Event.PERSON_INVITED, "invitation_id"),
    _tokens(_token, Event.PERSONAL_TOKEN_ISSUED, "token_id", over=Event.PERSONAL_TOKEN_REVOKED),
    _tokens(_session, Event.PERSON_SIGNED_IN, "desk_session_id"),
    _vanished,
)
