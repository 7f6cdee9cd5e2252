"""A decision to keep an original without an end is taken back by the principal leader alone (Art. 18)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.organisation import unit_chain
from registry.tables import Recording, TermExtension
from registry.transitions.retention.touching import touch_terms
from regulation.access_terms import check_text
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, check_lift

_extension, _recording = table_of(TermExtension), table_of(Recording)


def end_extension(act: Act, recording_id: UUID, extension_id: UUID, by: UUID, reason: str) -> None:
    """Have an original that a decision keeps without an end go by its own term again; one that names a day ends with
    that day.

    Raises `ActionDenied` for an unknown, dated or ended decision and for who may not, `FieldDenied` without a reason.
    """
    query = select(_extension, _recording.c.unit_id).join_from(
        _extension, _recording, _recording.c.id == _extension.c.recording_id
    )
    query = query.where(_extension.c.id == extension_id, _extension.c.recording_id == recording_id)
    row = act.connection.execute(query).one_or_none()
    if row is None or row.ended_at is not None or row.until is not None:
        raise ActionDenied("Nothing is kept without an end by this.", article=ARTICLE, subject=str(extension_id))
    check_lift(roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at))
    said = storable(check_text("reason", reason, ARTICLE))
    ended = {"id": extension_id, "ended_by_id": by, "ended_at": act.at, "end_reason": said}
    update_rows(act.connection, TermExtension, [ended])
    facts = {"extension_id": extension_id, "person_id": by, "reason_sha256": digest_of(said)}
    act.record(Event.EXTENSION_ENDED, "recording", row.recording_id, facts, unit_id=row.unit_id, article=ARTICLE)
    touch_terms(act, [row.recording_id])
