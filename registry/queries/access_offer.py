"""What can be asked for: the sealed footage of an activity (Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.destroying import GOING
from registry.tables import Activity, Recording, RecordingState

_recording, _activity = table_of(Recording), table_of(Activity)


def _is_there() -> ColumnElement[bool]:
    """Sealed, and neither destroyed nor about to be (Art. 18)."""
    return (_recording.c.state == RecordingState.SEALED) & _recording.c.id.not_in(GOING)


@dataclass(frozen=True, slots=True)
class Offered:
    """A recording that can be asked for."""

    id: UUID
    activity: str | None
    media_kind: str
    started_at: datetime | None
    received_at: datetime
    duration_seconds: float | None
    size: int


def offered(session: Session, activity_number: str, limit: int = 200) -> list[Offered]:
    """The sealed footage of an activity; whoever knows its number may ask."""
    names = ("id", "media_kind", "started_at", "received_at", "duration_seconds", "size")
    query = (
        select(*(_recording.c[name] for name in names), _activity.c.number.label("activity"))
        .join_from(_recording, _activity, _activity.c.id == _recording.c.activity_id)
        .where(_activity.c.number == activity_number, _is_there())
    )
    rows = session.execute(query.order_by(_recording.c.started_at, _recording.c.id).limit(limit))
    return [Offered(**row._mapping) for row in rows]


def recent_activities(session: Session, unit_ids: Collection[UUID], limit: int = 30) -> list[AnyRow]:
    """The latest activities of these units that have footage: number, kind, start."""
    has = select(_recording.c.activity_id).where(_is_there())
    query = (
        select(_activity.c.number, _activity.c.kind, _activity.c.started_at)
        .where(_activity.c.unit_id.in_(unit_ids), _activity.c.id.in_(has))
        .order_by(_activity.c.started_at.desc())
    )
    return list(session.execute(query.limit(limit)))
