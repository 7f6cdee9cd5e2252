"""What a grant opens, to whom and for how long, and how much of it was used (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.fixity import as_kept
from registry.tables import (
    AccessCopy,
    AccessGrant,
    AccessGrantItem,
    AccessView,
    Recording,
    RecordingMarking,
    RecordingState,
)
from regulation.access_terms import Range

LASTS = timedelta(hours=12)
"""How long one viewing may be gone on with: a working day, lunch included."""

_recording, _marking, _copy = table_of(Recording), table_of(RecordingMarking), table_of(AccessCopy)
_grant, _grant_item, _view = table_of(AccessGrant), table_of(AccessGrantItem), table_of(AccessView)


def is_live(grant: AnyRow, at: datetime) -> bool:
    """Whether the grant may be used at the moment `at`: from its beginning until, but not at, its end."""
    return grant.ended_at is None and grant.revoked_at is None and grant.valid_from <= at < grant.valid_until


@dataclass(frozen=True, slots=True)
class Viewing:
    """A viewing that may go on: the recording's place in the vault, and the part of it that is opened."""

    view_id: UUID
    grant_id: UUID
    recording: Recording
    part: Range
    opened_at: datetime
    address: str


def viewing(session: Session, view_id: UUID, person_id: UUID, at: datetime) -> Viewing | None:
    """The viewing, if it may go on at the moment `at`: this person's own, not over, its grant live."""
    view = session.get(AccessView, view_id)
    if view is None or view.person_id != person_id or view.closed_at is not None or at > view.opened_at + LASTS:
        return None
    grant = session.execute(select(_grant).where(_grant.c.id == view.grant_id)).one()
    part = opened_part(session, view.grant_id, view.recording_id)
    if part is None or not is_live(grant, at):
        return None
    recording = as_kept(session, session.get_one(Recording, view.recording_id))
    return Viewing(view_id, view.grant_id, recording, part, view.opened_at, view.address)


def is_used(session: Session, grant_id: UUID) -> bool:
    """Whether anything was looked at, or handed out, under a grant."""
    return views_used(session, grant_id) > 0 or copies_used(session, grant_id) > 0


def views_used(session: Session, grant_id: UUID) -> int:
    """How often a viewing was opened under a grant."""
    query = select(func.count()).select_from(_view).where(_view.c.grant_id == grant_id)
    return int(session.execute(query).scalar_one())


def copies_used(session: Session, grant_id: UUID) -> int:
    """How many copies were handed out under a grant."""
    query = select(func.count()).select_from(_copy).where(_copy.c.grant_id == grant_id)
    return int(session.execute(query).scalar_one())


def opened_part(session: Session, grant_id: UUID, recording_id: UUID) -> Range | None:
    """The part of the recording that the grant opens; None where it opens none of it, where it was marked since, and
    where it was destroyed (Art. 18)."""
    query = (
        select(_grant_item.c.start_second, _grant_item.c.end_second)
        .join_from(_grant_item, _grant, _grant.c.id == _grant_item.c.grant_id)
        .join(_recording, _recording.c.id == _grant_item.c.recording_id)
        .where(_grant_item.c.grant_id == grant_id, _grant_item.c.recording_id == recording_id)
        .where(_recording.c.state != RecordingState.DISPOSED)
    )
    since = (
        select(_marking.c.id)
        .where(_marking.c.recording_id == recording_id, _marking.c.lifted_at.is_(None))
        .where(_marking.c.placed_at > _grant.c.granted_at)
        .correlate(_grant)
    )
    row = session.execute(query.where(~since.exists())).one_or_none()
    return None if row is None else Range(row.start_second, row.end_second)
