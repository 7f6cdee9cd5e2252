"""Incidents as their pages show them: what is wrong with an original, and how it was settled (Art. 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.tables import Activity, Incident, Person, Recording, Unit
from regulation.incidents import IncidentKind, Resolution

_incident, _unit, _person = table_of(Incident), table_of(Unit), table_of(Person)
_recording, _activity = table_of(Recording), table_of(Activity)


@dataclass(frozen=True, slots=True)
class IncidentSeen:
    """An incident. `recording_id` is None where the registry knows no such original; `detail` says in codes what was
    found."""

    number: str
    kind: IncidentKind
    unit_id: UUID
    unit_name: str
    zone: str
    recording_id: UUID | None
    activity: str | None
    sha256: str | None
    detail: str
    found_at: datetime
    repaired_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    resolution: Resolution | None
    reason: str | None


def incidents_seen(
    session: Session, unit_ids: Collection[UUID], *, settled: bool, offset: int = 0, limit: int = 50
) -> tuple[list[IncidentSeen], int]:
    """The incidents of these units that are open, or those that were settled, the newest first; and how many."""
    total = incidents_counted(session, unit_ids, settled=settled)
    newest = _incidents(unit_ids).order_by(_incident.c.found_at.desc(), _incident.c.number.desc())
    rows = session.execute(newest.where(_is(settled=settled)).offset(offset).limit(limit))
    return [IncidentSeen(**row._mapping) for row in rows], total


def incidents_counted(session: Session, unit_ids: Collection[UUID], *, settled: bool) -> int:
    """How many incidents of these units are open, or how many were settled."""
    query = select(func.count()).select_from(_incident)
    return int(session.execute(query.where(_incident.c.unit_id.in_(unit_ids), _is(settled=settled))).scalar_one())


def _is(*, settled: bool) -> ColumnElement[bool]:
    return _incident.c.closed_at.is_not(None) if settled else _incident.c.closed_at.is_(None)


def incident_seen(session: Session, unit_ids: Collection[UUID], number: str) -> IncidentSeen | None:
    """The incident with this number; None where there is none in these units."""
    row = session.execute(_incidents(unit_ids).where(_incident.c.number == number)).one_or_none()
    return None if row is None else IncidentSeen(**row._mapping)


def _incidents(unit_ids: Collection[UUID]) -> Select[tuple[object, ...]]:
    columns = (
        *("number", "kind", "unit_id", "recording_id", "detail", "found_at", "repaired_at"),
        *("closed_at", "resolution", "reason"),
    )
    return (
        select(
            *(_incident.c[name] for name in columns),
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _activity.c.number.label("activity"),
            _recording.c.sha256,
            _person.c.name.label("closed_by"),
        )
        .select_from(
            _incident.join(_unit, _unit.c.id == _incident.c.unit_id)
            .outerjoin(_recording, _recording.c.id == _incident.c.recording_id)
            .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
            .outerjoin(_person, _person.c.id == _incident.c.closed_by_id)
        )
        .where(_incident.c.unit_id.in_(unit_ids))
    )
