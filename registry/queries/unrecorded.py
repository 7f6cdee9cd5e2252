"""What was not recorded of activities, what was said of it, and by whom it is to be seen (Art. 10, 12, 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.access import deciders_over
from registry.tables import Activity, ActivityOfficer, ExemptionRecord, InterruptionReport, Recording
from regulation.access import Deciders
from regulation.gaps import Stretch, uncovered
from regulation.policy import Policy
from regulation.unrecorded import REPORTED_TO, REVIEWED_BY
from regulation.vocabulary import Role

_activity, _officer, _recording = table_of(Activity), table_of(ActivityOfficer), table_of(Recording)
_report, _exemption = table_of(InterruptionReport), table_of(ExemptionRecord)


def gaps_of(
    connection: Connection, courses: Mapping[UUID, tuple[datetime, datetime | None]], policy: Policy
) -> dict[UUID, list[Stretch]]:
    """The stretches of each of these activities, given from when until when, that nobody recorded, by the activity's
    id; none of one that goes on."""
    recorded: dict[UUID, list[Stretch]] = {one: [] for one in courses}
    query = select(_recording.c.activity_id, _recording.c.started_at, _recording.c.ended_at)
    query = query.where(_recording.c.started_at.is_not(None), _recording.c.ended_at.is_not(None))
    for row in rows_among(connection, query, _recording.c.activity_id, recorded):
        recorded[row.activity_id].append((row.started_at, row.ended_at))
    return {
        activity_id: uncovered((start, end), recorded[activity_id], policy.span("gap_tolerance_seconds", start.date()))
        for activity_id, (start, end) in courses.items()
        if end is not None
    }


def reports_of(connection: Connection, activity_ids: Iterable[UUID]) -> list[AnyRow]:
    """Every report of an interruption of these activities, the earliest first."""
    rows = rows_among(connection, select(_report), _report.c.activity_id, activity_ids)
    return sorted(rows, key=lambda one: (one.at, one.id))


def exemptions_of(connection: Connection, activity_ids: Iterable[UUID]) -> list[AnyRow]:
    """Every work record of why these activities were not to be recorded, the earliest first."""
    rows = rows_among(connection, select(_exemption), _exemption.c.activity_id, activity_ids)
    return sorted(rows, key=lambda one: (one.at, one.id))


def is_about(report: AnyRow, gap: Stretch) -> bool:
    """Whether a report speaks of this gap: what was docked since may have made it shorter."""
    return bool(report.started_at < gap[1] and gap[0] < report.ended_at)


def next_segment(connection: Connection, activity_id: UUID, gap: Stretch) -> UUID | None:
    """The recording with which recording resumed after the gap: where the reason was to be said aloud."""
    after = _recording.c.started_at >= gap[1]
    query = select(_recording.c.id).where(_recording.c.activity_id == activity_id, after)
    return connection.execute(query.order_by(_recording.c.started_at, _recording.c.id).limit(1)).scalar_one_or_none()


def officers_of(connection: Connection, activity_id: UUID) -> frozenset[UUID]:
    """Who took part in the activity."""
    query = select(_officer.c.person_id).where(_officer.c.activity_id == activity_id)
    return frozenset(connection.execute(query).scalars())


def reported_to(session: Session, activity_id: UUID, unit_id: UUID, by: UUID, at: datetime) -> Deciders:
    """Who takes note of what `by` reported of this activity of this unit, at the moment `at`."""
    return _apart(session, REPORTED_TO, activity_id, unit_id, by, at)


def reviewed_by(session: Session, activity_id: UUID, unit_id: UUID, by: UUID, at: datetime) -> Deciders:
    """Who reviews what `by` wrote of this activity of this unit not being recorded, at the moment `at`."""
    return _apart(session, REVIEWED_BY, activity_id, unit_id, by, at)


SeatOf = Callable[[Session, UUID, UUID, UUID, datetime], Deciders]
"""`reported_to` or `reviewed_by`: who answers what was said."""


def _apart(session: Session, role: Role, activity_id: UUID, unit_id: UUID, by: UUID, at: datetime) -> Deciders:
    """Nobody who took part, and not who wrote it."""
    return deciders_over(session, role, unit_id, officers_of(session.connection(), activity_id) | {by}, at)
