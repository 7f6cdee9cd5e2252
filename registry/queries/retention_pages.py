"""Case files and changes of terms, as their pages show them (Art. 18, 23)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.holding_pages import OriginalRow, originals_among
from registry.queries.retention import recordings_of_case
from registry.tables import (
    Activity,
    CaseFile,
    CaseUse,
    Person,
    Recording,
    RetentionTerm,
    Shortened,
    TermChange,
    TermChangeItem,
    Unit,
)

_case, _use, _term = table_of(CaseFile), table_of(CaseUse), table_of(RetentionTerm)
_change, _change_item = table_of(TermChange), table_of(TermChangeItem)
_unit, _person = table_of(Unit), table_of(Person)
_recording, _activity = table_of(Recording), table_of(Activity)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case file as lists show it; `recordings` is how many were filed in it or are used there."""

    id: UUID
    number: str
    unit_id: UUID
    unit_code: str
    unit_name: str
    zone: str
    document: str | None
    closed_on: date | None
    keep_years: int | None
    permanent: bool
    entered_by: str
    entered_at: datetime
    changed_at: datetime
    recordings: int


def _cases(unit_ids: Collection[UUID]) -> Select[tuple[object, ...]]:
    filed = (
        select(_recording.c.id)
        .join_from(_recording, _activity, _activity.c.id == _recording.c.activity_id)
        .where(_activity.c.case_number == _case.c.number)
    )
    used = select(_use.c.recording_id).where(_use.c.case_id == _case.c.id)
    both = filed.correlate(_case).union(used.correlate(_case)).subquery()
    own = ("id", "number", "unit_id", "document", "closed_on", "keep_years", "permanent", "entered_at", "changed_at")
    return (
        select(
            *(_case.c[name] for name in own),
            _unit.c.code.label("unit_code"),
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _person.c.name.label("entered_by"),
            select(func.count()).select_from(both).scalar_subquery().label("recordings"),
        )
        .select_from(
            _case.join(_unit, _unit.c.id == _case.c.unit_id).join(_person, _person.c.id == _case.c.entered_by_id)
        )
        .where(_case.c.unit_id.in_(unit_ids))
    )


def cases_seen(
    session: Session, unit_ids: Collection[UUID], words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[CaseRow], int]:
    """The case files of these units, the latest changed first, and how many there are. `words` are part of a number or
    a document."""
    query = _cases(unit_ids)
    if words:
        query = query.where(or_(*(one.icontains(words, autoescape=True) for one in (_case.c.number, _case.c.document))))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_case.c.changed_at.desc(), _case.c.number).offset(offset).limit(limit))
    return [CaseRow(**row._mapping) for row in rows], int(total)


def case_seen(session: Session, unit_ids: Collection[UUID], case_id: UUID) -> CaseRow | None:
    """The case file with this id, if it is of one of these units."""
    row = session.execute(_cases(unit_ids).where(_case.c.id == case_id)).one_or_none()
    return None if row is None else CaseRow(**row._mapping)


def recordings_in_case(session: Session, case_id: UUID, offset: int = 0, limit: int = 50) -> list[OriginalRow]:
    """Some of what was filed in a case or is used there."""
    return originals_among(session, recordings_of_case(session.connection(), case_id), offset, limit)


# Changes of terms


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A policy that would release footage of a unit earlier, and what was said of it."""

    id: UUID
    unit_id: UUID
    unit_name: str
    zone: str
    policy_version: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    verdict: Shortened | None
    reason: str | None
    recordings: int


def _changes(unit_ids: Collection[UUID]) -> Select[tuple[object, ...]]:
    items = (
        select(func.count()).select_from(_change_item).where(_change_item.c.change_id == _change.c.id).scalar_subquery()
    )
    own = ("id", "unit_id", "policy_version", "found_at", "decided_at", "verdict", "reason")
    return (
        select(
            *(_change.c[name] for name in own),
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _person.c.name.label("decided_by"),
            items.label("recordings"),
        )
        .select_from(
            _change.join(_unit, _unit.c.id == _change.c.unit_id).outerjoin(
                _person, _person.c.id == _change.c.decided_by_id
            )
        )
        .where(_change.c.unit_id.in_(unit_ids))
    )


def changes_seen(session: Session, unit_ids: Collection[UUID], *, pending: bool = False) -> list[ChangeRow]:
    """The changes of these units' terms, those that wait first, then the newest; with `pending`, only those."""
    query = _changes(unit_ids)
    if pending:
        query = query.where(_change.c.decided_at.is_(None))
    rows = session.execute(query.order_by(_change.c.decided_at.is_not(None), _change.c.found_at.desc()).limit(200))
    return [ChangeRow(**row._mapping) for row in rows]


def change_seen(session: Session, unit_ids: Collection[UUID], change_id: UUID) -> ChangeRow | None:
    """The change with this id, if it is of one of these units."""
    row = session.execute(_changes(unit_ids).where(_change.c.id == change_id)).one_or_none()
    return None if row is None else ChangeRow(**row._mapping)


def released_by(session: Session, change_id: UUID, offset: int = 0, limit: int = 50) -> list[AnyRow]:
    """What a change would release earlier, the soonest first: the recording, its class, the day and the day instead of
    which it would go."""
    known: dict[str, Any] = {"activity": _activity.c.number, "unit_name": _unit.c.name}
    query = (
        select(
            _change_item,
            _term.c.retention_class,
            _recording.c.size,
            *(column.label(name) for name, column in known.items()),
        )
        .select_from(
            _change_item.join(_recording, _recording.c.id == _change_item.c.recording_id)
            .join(_term, _term.c.recording_id == _recording.c.id)
            .join(_unit, _unit.c.id == _recording.c.unit_id)
            .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        )
        .where(_change_item.c.change_id == change_id)
        .order_by(_change_item.c.due_on, _change_item.c.recording_id)
    )
    return list(session.execute(query.offset(offset).limit(limit)))
