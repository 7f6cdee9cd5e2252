"""Originals, the activities they may belong to, and what is still to be filed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from registry.bulk import chunked, rows_among, table_of
from registry.queries.organisation import unit_subtree
from registry.tables import (
    Activity,
    ActivityOfficer,
    Condition,
    DockItem,
    Duty,
    DutyState,
    Filing,
    FilingCandidate,
    Recording,
)
from regulation.filing import ActivitySpan

_recording = table_of(Recording)

TO_BE_FILED = and_(
    _recording.c.filing.in_((Filing.UNFILED, Filing.ASKED)), _recording.c.condition != Condition.NOT_MEDIA
)
"""What a person has to file: a recorder's logs and indexes are no footage (Art. 2, 15)."""


def recordings_of(session: Session, session_id: UUID, *, filing: Filing | None = None) -> list[Recording]:
    """The originals that a dock session brought in, oldest id first; only those in the state `filing` where given."""
    query = select(Recording).where(col(Recording.session_id) == session_id)
    if filing is not None:
        query = query.where(col(Recording.filing) == filing)
    return list(session.exec(query.order_by(col(Recording.id))))


def recordings_listed(session: Session, session_id: UUID) -> dict[UUID, Recording]:
    """Every original that an item of the dock session stands for, by id: its own and those it has duplicates of."""
    item = table_of(DockItem).c
    listed = select_columns(item.recording_id).where(item.session_id == session_id, item.recording_id.is_not(None))
    return {one.id: one for one in session.exec(select(Recording).where(col(Recording.id).in_(listed)))}


def known_content(session: Session, unit_id: UUID, digests: Iterable[str]) -> dict[str, UUID]:
    """Which of these SHA-256 digests are originals of the unit already: digest to recording id."""
    recording = table_of(Recording).c
    query = select_columns(recording.sha256, recording.id).where(recording.unit_id == unit_id)
    return {row.sha256: row.id for row in rows_among(session.connection(), query, recording.sha256, digests)}


def activities_overlapping(session: Session, unit_id: UUID, start: datetime, end: datetime) -> list[ActivitySpan]:
    """The activities of the unit and the units below it that touch `start` to `end`, each with its officers.

    An activity that has not ended touches everything after its start. Widen the two times by the tolerance.
    """
    activity, officer = table_of(Activity), table_of(ActivityOfficer)
    query = (
        select_columns(activity.c.id, activity.c.started_at, activity.c.ended_at, officer.c.person_id)
        .select_from(activity.outerjoin(officer, officer.c.activity_id == activity.c.id))
        .where(activity.c.unit_id.in_(unit_subtree(session, unit_id)))
        .where(activity.c.started_at <= end, or_(activity.c.ended_at.is_(None), activity.c.ended_at >= start))
        .order_by(activity.c.started_at, activity.c.id)
    )
    times: dict[UUID, tuple[datetime, datetime | None]] = {}
    officers: dict[UUID, set[UUID]] = {}
    for row in session.execute(query):
        times[row.id] = (row.started_at, row.ended_at)
        officers.setdefault(row.id, set()).update(() if row.person_id is None else (row.person_id,))
    return [ActivitySpan(id_, frozenset(officers[id_]), began, ended) for id_, (began, ended) in times.items()]


def activities_by_number(session: Session, numbers: Iterable[str]) -> dict[str, Activity]:
    """The activities with these numbers."""
    return {
        activity.number: activity
        for chunk in chunked(set(numbers))
        for activity in session.exec(select(Activity).where(col(Activity.number).in_(chunk)))
    }


def unfiled(session: Session, unit_id: UUID) -> list[Recording]:
    """The originals of the unit and those below it that no activity has yet (Art. 4), the longest waiting first."""
    query = select(Recording).where(col(Recording.unit_id).in_(unit_subtree(session, unit_id)), TO_BE_FILED)
    return list(session.exec(query.order_by(col(Recording.received_at), col(Recording.id))))


def candidates_of(session: Session, recording_ids: Iterable[UUID]) -> dict[UUID, list[FilingCandidate]]:
    """The activities each recording could belong to, the longest overlap first."""
    found: dict[UUID, list[FilingCandidate]] = {recording_id: [] for recording_id in recording_ids}
    for chunk in chunked(found):
        query = select(FilingCandidate).where(col(FilingCandidate.recording_id).in_(chunk))
        for one in session.exec(query.order_by(col(FilingCandidate.overlap_seconds).desc())):
            found[one.recording_id].append(one)
    return found


def running_duties(session: Session, unit_id: UUID) -> list[Duty]:
    """The duties of the unit and those below it that are not met yet, the first due first."""
    query = select(Duty).where(
        col(Duty.unit_id).in_(unit_subtree(session, unit_id)), col(Duty.state) == DutyState.RUNNING
    )
    return list(session.exec(query.order_by(col(Duty.due_at), col(Duty.id))))
