"""What a notice about what was not recorded has to tell: of which activity, and how much of it waits (Art. 12, 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from registry.queries.unrecorded import exemptions_of, reports_of
from registry.tables import Activity, Unit, Unrecorded


@dataclass(frozen=True, slots=True)
class UnrecordedNews:
    """What happened, and how many reports and exemptions of the activity wait for a leader now."""

    what: Unrecorded
    activity_id: UUID
    activity: str
    unit_name: str
    started_at: datetime
    unseen: int
    undecided: int


def unrecorded_news(session: Session, subject: str | None) -> UnrecordedNews | None:
    """What the notice with this subject, ``<what>:<activity>``, tells; None where there is no such activity."""
    what, _, about = (subject or "").partition(":")
    activity = session.get(Activity, UUID(about))
    if activity is None:
        return None
    connection = session.connection()
    return UnrecordedNews(
        Unrecorded(what),
        activity.id,
        activity.number,
        session.get_one(Unit, activity.unit_id).name,
        activity.started_at,
        sum(one.seen_at is None for one in reports_of(connection, [activity.id])),
        sum(one.reviewed_at is None for one in exemptions_of(connection, [activity.id])),
    )
