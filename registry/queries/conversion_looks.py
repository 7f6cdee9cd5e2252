"""What was made for a conversion, who may look at it now, and who has opened it (Art. 17, 19)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.ledger.comparing import facts_in
from registry.ledger.events import Event
from registry.queries.access import gone_among, roles_over
from registry.queries.access_grants import LASTS, opened_part
from registry.queries.conversion import items_of_conversion, outputs_of, signatories_of, signers_of
from registry.queries.organisation import unit_chain
from registry.tables import AccessGrant, LedgerEntry
from regulation.conversion import check_look
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from regulation.stated import DerivedKind
from regulation.vocabulary import Role

_entry = table_of(LedgerEntry)


def made_output(session: Session, row: AnyRow, output_id: UUID) -> tuple[AnyRow, UUID] | None:
    """A derivative of the conversion's last edition for which there is a file, and the recording it was made of."""
    connection = session.connection()
    kinds = set(DerivedKind)
    outputs = (one for one in outputs_of(connection, row) if one.kind in kinds and one.problem is None)
    output = next((one for one in outputs if one.id == output_id), None)
    if output is None:
        return None
    return output, next(one.recording_id for one in items_of_conversion(connection, row) if one.id == output.item_id)


def lookers_of(session: Session, row: AnyRow, person_id: UUID, at: datetime) -> set[UUID]:
    """Who has a part in the conversion at the moment `at`: who asked, extracts and checks; who may sign it, while it
    waits for that, or has signed it; and `person_id` where it is issued and they hand packages of its unit out."""
    people = {row.requester_id, row.extractor_id, row.checker_id}
    if row.state is ConversionState.SIGNING:
        people |= set(signers_of(session, row, at).people)
    if row.state in (ConversionState.PACKING, ConversionState.ISSUED):
        people |= signatories_of(session.connection(), row.id)
    if row.state is ConversionState.ISSUED and Role.DEVICE_ADMINISTRATOR in roles_over(
        session, person_id, unit_chain(session, row.unit_id), at
    ):
        people.add(person_id)
    return people - set(gone_among(session, people, at))


def check_may_look(session: Session, row: AnyRow, recording_id: UUID, person_id: UUID, at: datetime) -> None:
    """Raise `ActionDenied` unless this person may look at what was made of the recording at the moment `at`: not where
    the leave to the footage was revoked, or the footage was marked or destroyed since (Art. 17)."""
    check_look(person_id, row.state, lookers_of(session, row, person_id, at))
    if session.get_one(AccessGrant, row.grant_id).revoked_at is not None:
        raise ActionDenied("The leave to this footage was revoked.", article="Art. 17", subject=row.number)
    if opened_part(session, row.grant_id, recording_id) is None:
        raise ActionDenied("It was marked or destroyed since.", article="Art. 17", subject=str(recording_id))


def may_look(session: Session, row: AnyRow, recording_id: UUID, person_id: UUID, at: datetime) -> bool:
    """Whether `check_may_look` lets them."""
    try:
        check_may_look(session, row, recording_id, person_id, at)
    except ActionDenied:
        return False
    return True


def look_opened(
    session: Session, output_id: UUID, recording_id: UUID, person_id: UUID, at: datetime
) -> datetime | None:
    """When this person opened it, as the ledger has it; None where they did not, or so long ago that it is another
    look."""
    query = (
        select(_entry.c.at, _entry.c.facts)
        .where(_entry.c.subject_id == recording_id, _entry.c.event == Event.ACCESS_VIEWED_MADE.value)
        .order_by(_entry.c.seq.desc())
    )
    for one in session.connection().execute(query):
        facts = facts_in(one.facts)
        if (facts.get("output_id"), facts.get("person_id")) == (str(output_id), str(person_id)):
            opened: datetime = one.at
            return opened if at <= opened + LASTS else None
    return None
