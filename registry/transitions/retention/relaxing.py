"""A policy that releases footage earlier than before: listed first, let into force by the principal leader.

Art. 23.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from registry.act import Act
from registry.bulk import storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.organisation import unit_chain
from registry.tables import Shortened, TermChange, TermChangeItem
from registry.transitions.retention.touching import touch_found_terms
from regulation.access_terms import check_text
from regulation.disposal import check_shorten
from regulation.errors import ActionDenied

_change, _item = table_of(TermChange), table_of(TermChangeItem)


def decide_change(act: Act, change_id: UUID, by: UUID, verdict: Shortened, reason: str) -> None:
    """Let the shorter terms of a policy into force, or have the longer ones go on.

    Raises `ActionDenied` for an unknown or decided change and for who may not, `FieldDenied` without a reason.
    """
    row = act.connection.execute(select(_change).where(_change.c.id == change_id)).one_or_none()
    if row is None or row.decided_at is not None:
        raise ActionDenied("This was decided already.", article="Art. 23", subject=str(change_id))
    check_shorten(roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at))
    said = storable(check_text("reason", reason, "Art. 23"))
    decided = {"id": change_id, "decided_by_id": by, "decided_at": act.at, "verdict": verdict, "reason": said}
    update_rows(act.connection, TermChange, [decided])
    items = select(_item.c.recording_id).where(_item.c.change_id == change_id)
    count = act.connection.execute(select(func.count()).select_from(items.subquery())).scalar_one()
    facts = {
        "person_id": by,
        "verdict": verdict.value,
        "policy": row.policy_version,
        "recordings": count,
        "reason_sha256": digest_of(said),
    }
    act.record(Event.TERMS_SHORTENED, "term_change", change_id, facts, unit_id=row.unit_id, article="Art. 23")
    touch_found_terms(act, items)
