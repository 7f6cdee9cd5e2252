"""Holds as their pages show them, and the originals that they name (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.queries.disposal_pages import Onlooker
from registry.tables import Activity, CaseFile, Hold, HoldItem, Person, Recording, RecordingState, Unit
from regulation.holds import HoldKind

_case, _hold, _hold_item = table_of(CaseFile), table_of(Hold), table_of(HoldItem)
_unit, _person = table_of(Unit), table_of(Person)
_recording, _activity = table_of(Recording), table_of(Activity)
_placer, _lifter = _person.alias("placer"), _person.alias("lifter")


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """An original as lists name it."""

    recording_id: UUID
    activity: str | None
    unit_name: str
    zone: str
    media_kind: str
    started_at: datetime | None
    received_at: datetime
    size: int
    sha256: str
    state: str


def _originals() -> Select[tuple[object, ...]]:
    columns = ("media_kind", "started_at", "received_at", "size", "sha256", "state")
    return select(
        _recording.c.id.label("recording_id"),
        _activity.c.number.label("activity"),
        _unit.c.name.label("unit_name"),
        _unit.c.zone,
        *(_recording.c[name] for name in columns),
    ).select_from(
        _recording.join(_unit, _unit.c.id == _recording.c.unit_id).outerjoin(
            _activity, _activity.c.id == _recording.c.activity_id
        )
    )


def originals_among(session: Session, ids: Collection[UUID], offset: int = 0, limit: int = 50) -> list[OriginalRow]:
    """Some of these originals, in the order of their ids."""
    query = _originals().where(_recording.c.id.in_(sorted(ids)[offset : offset + limit]))
    return [OriginalRow(**row._mapping) for row in session.execute(query.order_by(_recording.c.id))]


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold as lists show it."""

    id: UUID
    number: str
    unit_id: UUID
    unit_name: str
    zone: str
    kind: HoldKind
    case_number: str | None
    reason: str
    document: str | None
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None
    recordings: int


def _holds(onlooker: Onlooker) -> Select[tuple[object, ...]]:
    """Those of one's units, and those one placed."""
    held = select(func.count()).select_from(_hold_item).where(_hold_item.c.hold_id == _hold.c.id).scalar_subquery()
    columns = ("id", "number", "unit_id", "kind", "reason", "document", "placed_at", "lifted_at", "lift_reason")
    return (
        select(
            *(_hold.c[name] for name in columns),
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _case.c.number.label("case_number"),
            _placer.c.name.label("placed_by"),
            _lifter.c.name.label("lifted_by"),
            held.label("recordings"),
        )
        .select_from(
            _hold.join(_unit, _unit.c.id == _hold.c.unit_id)
            .join(_placer, _placer.c.id == _hold.c.placed_by_id)
            .outerjoin(_lifter, _lifter.c.id == _hold.c.lifted_by_id)
            .outerjoin(_case, _case.c.id == _hold.c.case_id)
        )
        .where(or_(_hold.c.unit_id.in_(onlooker.unit_ids), _hold.c.placed_by_id == onlooker.person_id))
    )


def holds_seen(
    session: Session, onlooker: Onlooker, *, lifted: bool, words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[HoldRow], int]:
    """The holds that somebody sees, the newest first, and how many there are: those that were lifted, or the others.
    `words` are part of a number, a reason, a document or a case."""
    query = _holds(onlooker).where(_hold.c.lifted_at.is_not(None) if lifted else _hold.c.lifted_at.is_(None))
    if words:
        columns = (_hold.c.number, _hold.c.reason, _hold.c.document, _case.c.number)
        query = query.where(or_(*(one.icontains(words, autoescape=True) for one in columns)))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_hold.c.placed_at.desc(), _hold.c.number.desc()).offset(offset).limit(limit))
    return [HoldRow(**row._mapping) for row in rows], int(total)


def hold_seen(session: Session, onlooker: Onlooker, number: str) -> HoldRow | None:
    """The hold with this number; None where there is none, and where it is not shown to them."""
    row = session.execute(_holds(onlooker).where(_hold.c.number == number)).one_or_none()
    return None if row is None else HoldRow(**row._mapping)


def recordings_held(session: Session, hold_id: UUID, offset: int = 0, limit: int = 50) -> list[OriginalRow]:
    """What a hold names, by when it was filed there."""
    query = _originals().join(_hold_item, _hold_item.c.recording_id == _recording.c.id)
    query = query.where(_hold_item.c.hold_id == hold_id).order_by(_hold_item.c.at, _recording.c.id)
    return [OriginalRow(**row._mapping) for row in session.execute(query.offset(offset).limit(limit))]


def recordings_to_hold(
    session: Session, onlooker: Onlooker, activity_number: str, limit: int = 200
) -> list[OriginalRow]:
    """The footage of an activity that somebody may hold back: of their units, or made by them."""
    theirs = or_(_recording.c.unit_id.in_(onlooker.unit_ids), _recording.c.officer_id == onlooker.person_id)
    query = _originals().where(
        _activity.c.number == activity_number, _recording.c.state != RecordingState.DISPOSED, theirs
    )
    rows = session.execute(query.order_by(_recording.c.started_at, _recording.c.id).limit(limit))
    return [OriginalRow(**row._mapping) for row in rows]
