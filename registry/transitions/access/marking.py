"""Footage that the rules of confidentiality protect: marked by whoever sees it, lifted by decision (Art. 17)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.queries.access import markings_of
from registry.queries.organisation import roles_at, unit_chain
from registry.tables import Recording, RecordingMarking
from registry.transitions.access.common import digest_of
from registry.types import new_id
from regulation.access import ARTICLE, check_mark, check_unmark
from regulation.access_terms import check_text
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking, Role

_marking, _recording = table_of(RecordingMarking), table_of(Recording)


def mark_recording(act: Act, recording_id: UUID, marking: Marking, by: UUID, reason: str) -> None:
    """Mark a recording; grants of it stop opening it until somebody looked at the marking. Marked so already: nothing.

    Raises `ActionDenied` for an unknown recording and for who may not, `FieldDenied` without a reason.
    """
    recording = _recording_of(act, recording_id)
    check_mark(by, recording.officer_id, _roles(act, recording, by))
    said = storable(check_text("reason", reason))
    if marking in markings_of(act.session, [recording_id]).get(recording_id, ()):
        return
    row = {
        "id": new_id(),
        "recording_id": recording_id,
        "marking": marking,
        "placed_by_id": by,
        "placed_at": act.at,
        "reason": said,
    }
    insert_rows(act.connection, RecordingMarking, [row])
    _tell(act, Event.RECORDING_MARKED, recording, marking, by, said)


def lift_marking(act: Act, recording_id: UUID, marking: Marking, by: UUID, reason: str) -> None:
    """Lift a marking. Raises `ActionDenied` where there is none and for who may not, `FieldDenied` without a reason."""
    recording = _recording_of(act, recording_id)
    check_unmark(_roles(act, recording, by))
    said = storable(check_text("reason", reason))
    query = select(_marking.c.id).where(
        _marking.c.recording_id == recording_id, _marking.c.marking == marking, _marking.c.lifted_at.is_(None)
    )
    found = act.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise ActionDenied("It is not marked so.", article=ARTICLE, subject=str(recording_id))
    row = {"id": found, "lifted_by_id": by, "lifted_at": act.at, "lift_reason": said}
    update_rows(act.connection, RecordingMarking, [row])
    _tell(act, Event.RECORDING_UNMARKED, recording, marking, by, said)


def _recording_of(act: Act, recording_id: UUID) -> AnyRow:
    row = act.connection.execute(select(_recording).where(_recording.c.id == recording_id)).one_or_none()
    if row is None:
        raise ActionDenied("There is no such recording.", article=ARTICLE, subject=str(recording_id))
    return row


def _roles(act: Act, recording: AnyRow, by: UUID) -> set[Role]:
    over = unit_chain(act.session, recording.unit_id)
    return {one.role for one in roles_at(act.session, by, act.at) if one.unit_id in over}


def _tell(act: Act, event: Event, recording: AnyRow, marking: Marking, by: UUID, reason: str) -> None:
    facts = {"marking": marking.value, "person_id": by, "reason_sha256": digest_of(reason)}
    act.record(event, "recording", recording.id, facts, unit_id=recording.unit_id, article=ARTICLE)
