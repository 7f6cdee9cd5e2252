"""Whose turn it is to be read again, how much of a unit's footage is proved, and what is wrong with it (Art. 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, case, func, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.tables import (
    DisposalItem,
    FixityCheck,
    Incident,
    Recording,
    RecordingRepair,
    RecordingState,
    Turn,
    Unit,
)
from regulation.disposal_states import ItemState
from regulation.incidents import DAMAGED, IncidentKind, Resolution

_check, _incident, _repair = table_of(FixityCheck), table_of(Incident), table_of(RecordingRepair)
_recording, _unit, _item = table_of(Recording), table_of(Unit), table_of(DisposalItem)

_READ = ("id", "unit_id", "size", "sha256", "vault_key", "state")


def version_kept() -> ColumnElement[str | None]:
    """Of a row of recordings, the version that holds it: its own, or the one it was put back as last."""
    put_back = select(_repair.c.vault_version).where(_repair.c.recording_id == _recording.c.id)
    newest = put_back.order_by(_repair.c.at.desc(), _repair.c.id.desc()).limit(1).scalar_subquery()
    return func.coalesce(newest, _recording.c.vault_version).label("vault_version")


def next_in_turn(connection: Connection, at: datetime, limit: int, *, suspects_only: bool = False) -> list[AnyRow]:
    """Up to `limit` recordings that are to be read now, of the first turn that has any, the longest waiting first."""
    for turn in (Turn.SUSPECT,) if suspects_only else Turn:
        query = (
            select(*(_recording.c[name] for name in _READ), version_kept())
            .join_from(_check, _recording, _recording.c.id == _check.c.recording_id)
            .where(_check.c.turn == turn, _check.c.next_at <= at)
            .order_by(_check.c.next_at, _check.c.recording_id)
            .limit(limit)
        )
        if rows := connection.execute(query).all():
            return list(rows)
    return []


def as_kept(session: Session, recording: Recording) -> Recording:
    """The recording with the version of its key that holds it now, for whoever reads the vault."""
    query = select(version_kept()).where(_recording.c.id == recording.id)
    version = session.execute(query).scalar_one()
    if version == recording.vault_version:
        return recording
    return Recording(**{**recording.model_dump(), "vault_version": version})


def leaving(connection: Connection, recording_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these recordings, those that are destroyed by decision: True, or are being destroyed: False."""
    begun = select(_item.c.recording_id).where(_item.c.state.in_((ItemState.DESTROYING, ItemState.FAILED)))
    gone = select(_recording.c.id).where(_recording.c.state == RecordingState.DISPOSED)
    found = {row.recording_id: False for row in rows_among(connection, begun, _item.c.recording_id, recording_ids)}
    return found | {row.id: True for row in rows_among(connection, gone, _recording.c.id, recording_ids)}


# Incidents


def has_open_incident(recording_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """The condition that the recording in the column is in quarantine: nothing disputed is destroyed."""
    disputed = select(_incident.c.id).where(_incident.c.recording_id == recording_id, _incident.c.closed_at.is_(None))
    return disputed.exists()


def disputed(connection: Connection, recording_ids: Collection[UUID]) -> set[UUID]:
    """Of these recordings, those that are in quarantine."""
    query = select(_incident.c.recording_id).where(_incident.c.closed_at.is_(None))
    return {row[0] for row in rows_among(connection, query, _incident.c.recording_id, recording_ids)}


def given_up(connection: Connection, recording_ids: Collection[UUID]) -> set[UUID]:
    """Of these recordings, those that a leader has given up as lost."""
    query = select(_incident.c.recording_id).where(_incident.c.resolution == Resolution.LOST)
    return {row[0] for row in rows_among(connection, query, _incident.c.recording_id, recording_ids)}


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as people see it: no key, no name."""

    id: UUID
    number: str
    kind: IncidentKind
    unit_code: str
    unit_id: UUID
    recording_id: UUID | None
    detail: str
    found_at: datetime
    repaired_at: datetime | None


def open_incidents(
    connection: Connection, unit_ids: Collection[UUID] | None = None, limit: int = 500
) -> list[IncidentRow]:
    """The open incidents, of these units where given, the newest first."""
    query = (
        select(*_SHOWN)
        .join_from(_incident, _unit, _unit.c.id == _incident.c.unit_id)
        .where(_incident.c.closed_at.is_(None))
    )
    if unit_ids is not None:
        query = query.where(_incident.c.unit_id.in_(unit_ids))
    rows = connection.execute(query.order_by(_incident.c.found_at.desc(), _incident.c.number.desc()).limit(limit))
    return [IncidentRow(*row) for row in rows]


_SHOWN = (
    _incident.c.id,
    _incident.c.number,
    _incident.c.kind,
    _unit.c.code,
    _incident.c.unit_id,
    _incident.c.recording_id,
    _incident.c.detail,
    _incident.c.found_at,
    _incident.c.repaired_at,
)


def incident_numbered(connection: Connection, number: str) -> AnyRow | None:
    """The incident with this number."""
    return connection.execute(select(_incident).where(_incident.c.number == number)).one_or_none()


def to_repair(connection: Connection, after: UUID | None, limit: int) -> list[AnyRow]:
    """Up to `limit` damaged originals that nobody has put back yet, each with its incident, in the order of these."""
    query = (
        select(
            _incident.c.id.label("incident_id"),
            *(_recording.c[name] for name in (*_READ, "retain_until")),
            _incident.c.kind,
        )
        .join_from(_incident, _recording, _recording.c.id == _incident.c.recording_id)
        .where(_incident.c.closed_at.is_(None), _incident.c.repaired_at.is_(None), _incident.c.kind.in_(DAMAGED))
        .where(_recording.c.state != RecordingState.DISPOSED)
    )
    if after is not None:
        query = query.where(_incident.c.id > after)
    return list(connection.execute(query.order_by(_incident.c.id).limit(limit)))


# Coverage


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a unit's footage is proved to be as it was verified: originals and bytes in the vault, those of them
    read within the period and found intact, those never read, the oldest reading, and what is open."""

    unit_code: str
    unit_name: str
    originals: int
    size: int
    covered: int
    covered_size: int
    never: int
    oldest: datetime | None
    incidents: int

    @property
    def share(self) -> float:
        """The share of the originals that is covered, 0 to 1; 1 of none."""
        return self.covered / self.originals if self.originals else 1.0


def coverage(connection: Connection, at: datetime) -> list[Coverage]:
    """Of each unit that has any originals, by code."""
    fresh = (_check.c.due_at > at) & (_check.c.outcome == "intact")
    oldest = func.min(_check.c.checked_at, type_=_check.c.checked_at.type)
    query = (
        select(
            _recording.c.unit_id,
            func.count().label("originals"),
            func.sum(_recording.c.size).label("size"),
            func.count(case((fresh, 1))).label("covered"),
            func.coalesce(func.sum(case((fresh, _recording.c.size))), 0).label("covered_size"),
            (func.count() - func.count(_check.c.checked_at)).label("never"),
            oldest.label("oldest"),
        )
        .select_from(_recording.outerjoin(_check, _check.c.recording_id == _recording.c.id))
        .where(_recording.c.state != RecordingState.DISPOSED)
        .group_by(_recording.c.unit_id)
    )
    disputed_by = (
        select(_incident.c.unit_id, func.count()).where(_incident.c.closed_at.is_(None)).group_by(_incident.c.unit_id)
    )
    incidents = {row[0]: row[1] for row in connection.execute(disputed_by)}
    found = {row.unit_id: row for row in connection.execute(query)}
    units = connection.execute(select(_unit.c.id, _unit.c.code, _unit.c.name).order_by(_unit.c.code))
    return [
        _coverage(unit, found.get(unit.id), incidents.get(unit.id, 0))
        for unit in units
        if unit.id in found or unit.id in incidents
    ]


def _coverage(unit: AnyRow, row: AnyRow | None, incidents: int) -> Coverage:
    if row is None:
        return Coverage(unit.code, unit.name, 0, 0, 0, 0, 0, None, incidents)
    counted = (row.originals, int(row.size), row.covered, int(row.covered_size), row.never)
    return Coverage(unit.code, unit.name, *counted, row.oldest, incidents)
