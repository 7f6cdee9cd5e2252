"""Looking at what was made, by those who answer for it: on record like a look at the original (Art. 17, 19)."""

from __future__ import annotations

from uuid import UUID

from registry.act import Act
from registry.ledger import Event
from registry.queries.conversion_looks import check_may_look, made_output
from registry.tables import Recording
from registry.transitions.conversion.common import conversion_of
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied


def open_made(act: Act, conversion_id: UUID, output_id: UUID, by: UUID) -> None:
    """Enter, about the recording, that `by` opens what was made of it.

    Raises `ActionDenied` where there is no such thing, for who has no part in the conversion now, and where the leave
    to the footage was revoked or it was marked since.
    """
    row = conversion_of(act, conversion_id)
    found = made_output(act.session, row, output_id)
    if found is None:
        raise ActionDenied("There is no such thing that was made.", article=ARTICLE, subject=row.number)
    output, recording_id = found
    check_may_look(act.session, row, recording_id, by, act.at)
    facts = {"conversion_id": row.id, "output_id": output.id, "sha256": output.sha256, "person_id": by}
    unit_id = act.session.get_one(Recording, recording_id).unit_id
    act.record(Event.ACCESS_VIEWED_MADE, "recording", recording_id, facts, unit_id=unit_id, article="Art. 17")
