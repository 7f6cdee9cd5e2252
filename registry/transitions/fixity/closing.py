"""An incident is settled by somebody, never by the software (Art. 7)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from registry.act import Act
from registry.bulk import AnyRow, storable, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.fixity import incident_numbered
from registry.queries.organisation import unit_chain
from registry.tables import CheckOutcome, FixityCheck, Incident
from regulation.access_terms import check_text
from regulation.errors import ActionDenied
from regulation.incidents import ARTICLE, Resolution, check_close

_incident, _check = table_of(Incident), table_of(FixityCheck)


def close_incident(act: Act, number: str, by: UUID, resolution: Resolution, reason: str) -> None:
    """Enter that person `by` has settled the incident so, and why. The recording leaves quarantine with its last open
    incident.

    Raises `ActionDenied` (Art. 7) where there is no such open incident or `regulation.incidents.check_close` refuses,
    `FieldDenied` without a reason.
    """
    row = incident_numbered(act.connection, number)
    if row is None or row.closed_at is not None:
        raise ActionDenied("There is no such open incident.", article=ARTICLE, subject=number)
    said = storable(check_text("reason", reason, ARTICLE))
    roles = roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at)
    check_close(roles, row.kind, resolution, is_intact=_is_intact(act, row))
    settled = {"closed_at": act.at, "closed_by_id": by, "resolution": resolution, "reason": said}
    act.connection.execute(update(_incident).where(_incident.c.id == row.id).values(settled))
    # The reason is free text and may name people: the ledger has its digest only.
    facts = {
        "person_id": by,
        "resolution": resolution.value,
        "reason_sha256": digest_of(said),
        "recording_id": row.recording_id,
    }
    act.record(Event.INCIDENT_CLOSED, "incident", row.id, facts, unit_id=row.unit_id, article=ARTICLE)


def _is_intact(act: Act, row: AnyRow) -> bool:
    """Whether the original was read again since and was what had been verified."""
    read = select(_check.c.recording_id).where(
        _check.c.recording_id == row.recording_id,
        _check.c.checked_at > row.found_at,
        _check.c.outcome == CheckOutcome.INTACT,
    )
    return act.connection.execute(read).first() is not None
