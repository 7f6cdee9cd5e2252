"""The return from remote, continuous or outlying work is reported: the clock of the upload starts (Art. 16)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import table_of, update_rows
from registry.ledger import Event
from registry.queries.organisation import holdings_of, unit_chain
from registry.queries.unrecorded import officers_of
from registry.tables import Activity
from registry.transitions.directory.activities import activity_facts, touch_followers
from regulation.authority import check_report_return
from regulation.clock import as_utc
from regulation.deadlines import check_return
from regulation.errors import ActionDenied

_activity = table_of(Activity)


def report_return(act: Act, activity_id: UUID, returned_at: datetime, by: UUID) -> None:
    """Enter that person `by` says when who was away on the activity returned to the unit. That meets the duty to report
    it and starts the clock of the upload; the next sweep settles both.

    Raises `ActionDenied` (Art. 16) unless `by` may report it at the act's time, and unless the activity is over, has a
    remote reason and its return is not reported yet; `FieldDenied` for a return before its end or ahead of the act.
    """
    row = act.connection.execute(select(_activity).where(_activity.c.id == activity_id)).one_or_none()
    if row is None:
        raise ActionDenied("There is no such activity.", article="Art. 16", subject=str(activity_id))
    officers = officers_of(act.connection, activity_id)
    check_report_return(by, officers, unit_chain(act.session, row.unit_id), holdings_of(act.session, by), act.at)
    check_return(row.ended_at, row.remote_reason, row.returned_at, returned_at, act.at)
    entered = {"returned_at": as_utc(returned_at), "return_reported_at": row.return_reported_at or act.at}
    update_rows(act.connection, Activity, [{"id": activity_id, **entered}])
    changed = [name for name, value in entered.items() if getattr(row, name) != value]
    facts = activity_facts({**row._mapping, **entered}, officers) | {"changed": changed, "person_id": by}
    act.record(Event.ACTIVITY_CHANGED, "activity", activity_id, facts, unit_id=row.unit_id, article="Art. 16")
    touch_followers(act, [activity_id])
