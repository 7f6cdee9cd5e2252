"""Footage that the rules of confidentiality protect: marked by whoever sees it, lifted by decision (Art. 17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import markings_of, roles_over
from registry.queries.organisation import unit_chain
from registry.tables import AccessDecision, AccessItem, AccessStep, Recording, RecordingMarking
from registry.types import new_id
from regulation.access import ARTICLE, check_mark, check_unmark
from regulation.access_terms import check_text
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking, Role

_marking, _recording = table_of(RecordingMarking), table_of(Recording)
_item, _step, _decision = table_of(AccessItem), table_of(AccessStep), table_of(AccessDecision)


def mark_recording(act: Act, recording_id: UUID, marking: Marking, by: UUID, reason: str) -> None:
    """Mark a recording; grants of it stop opening it until somebody looked at the marking. Marked so already: nothing.

    Raises `ActionDenied` for an unknown recording and for who may not, `FieldDenied` without a reason.
    """
    recording = _recording_of(act, recording_id)
    check_mark(by, recording.officer_id, _roles(act, recording, by))
    said, placed_at = storable(check_text("reason", reason)), _unseen_from(act, recording_id)
    if marking in markings_of(act.session, [recording_id]).get(recording_id, ()):
        return
    row = {
        "id": new_id(),
        "recording_id": recording_id,
        "marking": marking,
        "placed_by_id": by,
        "placed_at": placed_at,
        "reason": said,
    }
    insert_rows(act.connection, RecordingMarking, [row])
    _tell(act, Event.RECORDING_MARKED, recording, marking, by, said, placed_at=placed_at)


def _unseen_from(act: Act, recording_id: UUID) -> datetime:
    """Now, and after every decision there is about the recording: an act that waited for its turn has an earlier time
    than those that went before it, and whoever decided there has not seen this marking."""
    decided = (
        select(func.max(_decision.c.at))
        .join_from(_item, _step, _step.c.request_id == _item.c.request_id)
        .join(_decision, _decision.c.step_id == _step.c.id)
        .where(_item.c.recording_id == recording_id)
    )
    last = act.connection.execute(decided).scalar_one_or_none()
    return act.at if last is None else max(act.at, last + timedelta.resolution)


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
    return roles_over(act.session, by, unit_chain(act.session, recording.unit_id), act.at)


def _tell(act: Act, event: Event, recording: AnyRow, marking: Marking, by: UUID, reason: str, **more: datetime) -> None:
    facts = {"marking": marking.value, "person_id": by, "reason_sha256": digest_of(reason), **more}
    act.record(event, "recording", recording.id, facts, unit_id=recording.unit_id, article=ARTICLE)
