"""What can be converted: grants that open footage to somebody, copies included, and what they open (Art. 17, 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access_grants import is_live, opened_part
from registry.tables import AccessGrant, AccessGrantItem, AccessRequest, Activity, Recording, RecordingState, Unit
from regulation.access_terms import Range
from regulation.conversion import WHOLE
from regulation.vocabulary import MediaKind

_grant, _item, _request = table_of(AccessGrant), table_of(AccessGrantItem), table_of(AccessRequest)
_recording, _activity, _unit = table_of(Recording), table_of(Activity), table_of(Unit)


@dataclass(frozen=True, slots=True)
class Open:
    """A recording that a grant opens, and the part of it that is opened."""

    id: UUID
    activity: str | None
    case_number: str | None
    unit_name: str
    zone: str
    media_kind: MediaKind
    started_at: datetime | None
    received_at: datetime
    duration_seconds: float | None
    size: int
    sha256: str
    part: Range

    @property
    def is_whole(self) -> bool:
        """Whether all of it was granted: only then the original can be asked for."""
        return self.part == WHOLE


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant of somebody's, and what it opens of the footage that is there to be had."""

    id: UUID
    request_number: str
    valid_until: datetime
    copies: int
    is_live: bool
    recordings: Sequence[Open]

    def opened(self, recording_id: UUID) -> Open | None:
        """One of its recordings."""
        return next((one for one in self.recordings if one.id == recording_id), None)


def granted_to(session: Session, grant_id: UUID, person_id: UUID, at: datetime) -> Granted | None:
    """The grant, if it is this person's; over or not."""
    query = select(_grant, _request.c.number).join_from(_grant, _request, _request.c.id == _grant.c.request_id)
    found = session.execute(query.where(_grant.c.id == grant_id, _grant.c.person_id == person_id)).one_or_none()
    if found is None:
        return None
    opened = _opened(session, found.id)
    return Granted(found.id, found.number, found.valid_until, found.copies, is_live(found, at), opened)


def _opened(session: Session, grant_id: UUID) -> list[Open]:
    names = ("id", "media_kind", "started_at", "received_at", "duration_seconds", "size", "sha256")
    query = (
        select(
            *(_recording.c[name] for name in names),
            _activity.c.number.label("activity"),
            _activity.c.case_number,
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
        )
        .select_from(
            _item.join(_recording, _recording.c.id == _item.c.recording_id)
            .join(_unit, _unit.c.id == _recording.c.unit_id)
            .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        )
        .where(_item.c.grant_id == grant_id, _recording.c.state == RecordingState.SEALED)
        .order_by(_recording.c.started_at, _recording.c.received_at, _recording.c.id)
    )
    rows = [(one, opened_part(session, grant_id, one.id)) for one in session.execute(query).all()]
    return [Open(**row._mapping, part=part) for row, part in rows if part is not None]


def grants_with_copies(session: Session, person_id: UUID, at: datetime, limit: int = 50) -> list[AnyRow]:
    """This person's grants that are live at the moment `at` and allow copies, the newest first: id, number of the
    request, end, copies, how many recordings."""
    items = select(func.count()).select_from(_item).where(_item.c.grant_id == _grant.c.id).scalar_subquery()
    query = (
        select(_grant, _request.c.number, _request.c.purpose, items.label("items"))
        .join_from(_grant, _request, _request.c.id == _grant.c.request_id)
        .where(_grant.c.person_id == person_id, _grant.c.copies > 0)
        .where(_grant.c.valid_until > at, _grant.c.ended_at.is_(None), _grant.c.revoked_at.is_(None))
    )
    found = session.execute(query.order_by(_grant.c.granted_at.desc()).limit(limit))
    return [one for one in found if is_live(one, at)]
