"""What can be asked for: the sealed footage of an activity (Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.destroying import GOING
from registry.tables import Activity, Recording, RecordingState
from regulation.access_terms import MOST_ITEMS

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


def offered_by_kind(session: Session, activity_number: str) -> dict[str, int]:
    """How much an activity has that can be asked for, by kind of media."""
    query = _of_activity(select(_recording.c.media_kind, func.count()), activity_number)
    return {str(kind): count for kind, count in session.execute(query.group_by(_recording.c.media_kind))}


def offered(session: Session, activity_number: str, first: int = 0, limit: int = MOST_ITEMS) -> list[Offered]:
    """The sealed footage of an activity, in its order, from the `first`; whoever knows its number may ask."""
    names = ("id", "media_kind", "started_at", "received_at", "duration_seconds", "size")
    columns = (_recording.c[name] for name in names)
    query = _of_activity(select(*columns, _activity.c.number.label("activity")), activity_number)
    rows = session.execute(query.order_by(_recording.c.started_at, _recording.c.id).offset(first).limit(limit))
    return [Offered(**row._mapping) for row in rows]


def _of_activity(query: Select[Any], number: str) -> Select[Any]:
    joined = query.join_from(_recording, _activity, _activity.c.id == _recording.c.activity_id)
    return joined.where(_activity.c.number == number, _is_there())


def recent_activities(session: Session, unit_ids: Collection[UUID], limit: int = 30) -> list[AnyRow]:
    """The latest activities of these units that have footage: number, kind, start."""
    has = select(_recording.c.activity_id).where(_is_there())
    query = (
        select(_activity.c.number, _activity.c.kind, _activity.c.started_at)
        .where(_activity.c.unit_id.in_(unit_ids), _activity.c.id.in_(has))
        .order_by(_activity.c.started_at.desc())
    )
    return list(session.execute(query.limit(limit)))
