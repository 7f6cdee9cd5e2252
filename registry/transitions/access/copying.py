"""Copies: handed out under a grant, each with its digest, and given back or destroyed (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, table_of, update_rows
from registry.ledger import Event
from registry.queries.access import gone_among, roles_over
from registry.queries.access_grants import copies_used, is_live, opened_part
from registry.queries.organisation import unit_chain
from registry.tables import AccessCopy, AccessGrant, CopyEnd, Recording, Unit
from registry.transitions.access.common import opened_for
from registry.transitions.duties.touching import touch
from registry.transitions.numbers import next_number
from registry.types import new_id
from regulation.access import ARTICLE
from regulation.access_terms import Range
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_grant, _copy = table_of(AccessGrant), table_of(AccessCopy)


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """The file that is handed out: how many bytes it has, and their SHA-256."""

    size: int
    sha256: str


def hand_copy(act: Act, grant_id: UUID, recording_id: UUID, by: UUID, address: str, made: MadeCopy) -> str:
    """Hand a copy of what the grant opens of a recording to its holder; gives the copy's number.

    Raises `ActionDenied` unless `by` is in office and the grant is theirs, live, names the recording, and has a copy
    left.
    """
    part = check_copy(act.session, grant_id, recording_id, by, act.at)
    unit = act.session.get_one(Unit, act.session.get_one(Recording, recording_id).unit_id)
    copy_id, number = new_id(), next_number(act, "CP", unit)
    row = {
        "id": copy_id,
        "number": number,
        "grant_id": grant_id,
        "recording_id": recording_id,
        "person_id": by,
        "address": address,
        "start_second": part.start,
        "end_second": part.end,
        "size": made.size,
        "sha256": made.sha256,
        "handed_at": act.at,
    }
    insert_rows(act.connection, AccessCopy, [row])
    said = {"number": number, "grant_id": grant_id, "size": made.size, "sha256": made.sha256}
    _tell(act, Event.ACCESS_COPIED, copy_id, recording_id, by, said)
    touch(act, DutyKind.COPY_RETURN, [copy_id])
    return number


def check_copy(session: Session, grant_id: UUID, recording_id: UUID, by: UUID, at: datetime) -> Range:
    """The part of the recording of which `by` may take a copy at the moment `at`. Raises `ActionDenied` as `hand_copy`
    does."""
    grant, part = opened_for(session, grant_id, recording_id, by, at)
    if copies_used(session, grant_id) >= grant.copies:
        raise ActionDenied("Every copy that was granted is handed out.", article=ARTICLE)
    return part


def copy_of(act: Act, number: str) -> AnyRow:
    """The copy. Raises `ActionDenied` where there is none."""
    row = act.connection.execute(select(_copy).where(_copy.c.number == number)).one_or_none()
    if row is None:
        raise ActionDenied("There is no such copy.", article=ARTICLE)
    return row


def note_fetched(act: Act, number: str, by: UUID, address: str) -> None:
    """Enter that the copy's file is sent to its holder at the network address `address`. Raises `ActionDenied` where it
    may not be: somebody else's, over, or its grant is, or the recording was marked since."""
    row = copy_of(act, number)
    grant = act.connection.execute(select(_grant).where(_grant.c.id == row.grant_id)).one()
    is_over = row.declared_at is not None or row.ended_at is not None
    if row.person_id != by or is_over or not is_live(grant, act.at) or gone_among(act.session, [by], act.at):
        raise ActionDenied("There is no leave to take this copy now.", article=ARTICLE)
    if opened_part(act.session, row.grant_id, row.recording_id) is None:
        raise ActionDenied("This recording was not granted, or was marked since.", article=ARTICLE)
    _tell(act, Event.ACCESS_COPY_FETCHED, row.id, row.recording_id, by, {"address": address})


def declare_copy(act: Act, number: str, by: UUID, what: CopyEnd) -> None:
    """Enter what became of a copy, as its holder says, once. Raises `ActionDenied` for anybody else."""
    row = copy_of(act, number)
    if row.person_id != by:
        raise ActionDenied("This copy is somebody else's.", article=ARTICLE)
    if row.declared_at is not None or row.ended_at is not None:
        raise ActionDenied("What became of this copy was entered already.", article=ARTICLE)
    update_rows(act.connection, AccessCopy, [{"id": row.id, "declared": what, "declared_at": act.at}])
    _tell(act, Event.ACCESS_COPY_DECLARED, row.id, row.recording_id, by, {"declared": what})


def confirm_copy(act: Act, number: str, by: UUID, what: CopyEnd) -> None:
    """Confirm that a copy is back or destroyed; nothing more is owed. Raises `ActionDenied` unless `by` is device
    administrator over the footage and not the holder themselves, and for a copy that is over."""
    row = copy_of(act, number)
    unit_id = act.session.get_one(Recording, row.recording_id).unit_id
    roles = roles_over(act.session, by, unit_chain(act.session, unit_id), act.at)
    if by == row.person_id or Role.DEVICE_ADMINISTRATOR not in roles:
        raise ActionDenied("A device administrator of the unit confirms it, not the holder.", article=ARTICLE)
    if row.ended_at is not None:
        raise ActionDenied("What became of this copy was entered already.", article=ARTICLE)
    update_rows(act.connection, AccessCopy, [{"id": row.id, "ended": what, "ended_at": act.at, "ended_by_id": by}])
    _tell(act, Event.ACCESS_COPY_ENDED, row.id, row.recording_id, by, {"ended": what})
    touch(act, DutyKind.COPY_RETURN, [row.id])


def touch_copies(act: Act, grant_id: UUID) -> None:
    """The grant's time has changed, and with it when its copies are due."""
    found = act.connection.execute(select(_copy.c.id).where(_copy.c.grant_id == grant_id))
    touch(act, DutyKind.COPY_RETURN, found.scalars())


def _tell(act: Act, event: Event, copy_id: UUID, recording_id: UUID, by: UUID, more: dict[str, object]) -> None:
    unit_id = act.session.get_one(Recording, recording_id).unit_id
    facts = {"copy_id": copy_id, "person_id": by, **more}
    act.record(event, "recording", recording_id, facts, unit_id=unit_id, article=ARTICLE)
