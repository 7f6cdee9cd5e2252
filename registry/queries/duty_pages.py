"""Duties as people see them at the desk: their own, and those of the units that they look after (Art. 15, 16, 20)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.notices import DutyRow, duties_shown, duty_row
from registry.queries.organisation import holders_at, holdings_of, unit_chain
from registry.queries.unrecorded import officers_of
from registry.tables import (
    Activity,
    Device,
    DockItem,
    DockSession,
    Duty,
    DutyDecision,
    Filing,
    FilingCandidate,
    Person,
    Recording,
    SessionState,
    Unit,
)
from regulation.authority import DutyQuestion, can_excuse_duty, can_report_return
from regulation.duties import OPEN, DutyKind
from regulation.vocabulary import MediaKind

_duty, _unit, _decision, _person = table_of(Duty), table_of(Unit), table_of(DutyDecision), table_of(Person)
_recording, _candidate, _activity = table_of(Recording), table_of(FilingCandidate), table_of(Activity)
_item, _session, _device = table_of(DockItem), table_of(DockSession), table_of(Device)


@dataclass(frozen=True, slots=True)
class DutySeen:
    """A duty, whom it is about, and the zone of its unit."""

    row: DutyRow
    unit_id: UUID
    subject_id: UUID
    owed_by_id: UUID | None
    zone: str

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.row.state in OPEN


@dataclass(frozen=True, slots=True)
class Choice:
    """An activity that a recording could belong to."""

    activity_id: UUID
    number: str
    place: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recording that waits for an answer; without `choices` nothing fits it."""

    media_kind: MediaKind
    device_number: str | None
    started_at: datetime | None
    received_at: datetime
    choices: tuple[Choice, ...]


def duties_seen(
    session: Session, person_id: UUID, unit_ids: Collection[UUID], first: int, most: int
) -> tuple[list[DutySeen], int]:
    """What this person owes and what is owed in these units, the first due first; and how many there are."""
    theirs = _theirs(person_id, unit_ids) & _duty.c.state.in_(OPEN)
    query = _seen().where(theirs).order_by(_duty.c.due_at.is_(None), _duty.c.due_at, _duty.c.id)
    total = session.execute(select(func.count()).select_from(_duty).where(theirs)).scalar_one()
    return [_of(row) for row in session.execute(query.offset(first).limit(most))], int(total)


def duty_seen(session: Session, duty_id: UUID, person_id: UUID, unit_ids: Collection[UUID]) -> DutySeen | None:
    """The duty, if it is theirs or one of these units; None otherwise."""
    row = session.execute(_seen().where(_theirs(person_id, unit_ids), _duty.c.id == duty_id)).one_or_none()
    return None if row is None else _of(row)


def may_decide(session: Session, duty: DutySeen, person_id: UUID, at: datetime) -> bool:
    """Whether the person may excuse or pause the duty now; the act asks again."""
    chain = unit_chain(session, duty.unit_id)
    question = DutyQuestion(duty.row.kind, duty.owed_by_id, chain)
    return duty.is_open and can_excuse_duty(person_id, question, holders_at(session, chain, at), at)


def decisions_on(session: Session, duty_id: UUID) -> list[AnyRow]:
    """What was decided about the duty, by whom, why; in order."""
    query = (
        select(_decision, _person.c.number, _person.c.name)
        .join_from(_decision, _person, _person.c.id == _decision.c.person_id)
        .where(_decision.c.duty_id == duty_id)
    )
    return list(session.execute(query.order_by(_decision.c.at, _decision.c.id)))


def waiting_of(session: Session, duty: DutySeen) -> Waiting | None:
    """The recording that a filing duty is about, while it waits for an answer; None for any other duty."""
    if duty.row.kind is not DutyKind.FILING:
        return None
    columns = (_recording.c.media_kind, _device.c.number, _recording.c.started_at, _recording.c.received_at)
    waits = _recording.c.filing.in_((Filing.UNFILED, Filing.ASKED))
    query = select(*columns).select_from(_recording.outerjoin(_device, _device.c.id == _recording.c.device_id))
    row = session.execute(query.where(_recording.c.id == duty.subject_id, waits)).one_or_none()
    if row is None:
        return None
    choices = tuple(_choices(session, duty.subject_id))
    return Waiting(row.media_kind, row.number, row.started_at, row.received_at, choices)


def _choices(session: Session, recording_id: UUID) -> list[Choice]:
    """The best fitting first."""
    query = (
        select(_activity.c.id, _activity.c.number, _activity.c.place, _activity.c.started_at)
        .join_from(_candidate, _activity, _activity.c.id == _candidate.c.activity_id)
        .where(_candidate.c.recording_id == recording_id)
        .order_by(_candidate.c.overlap_seconds.desc(), _activity.c.number)
    )
    return [Choice(*row) for row in session.execute(query)]


def unconfirmed_of(session: Session, duty: DutySeen) -> list[AnyRow]:
    """The wireless sessions with footage that an upload duty is about whose arrival nobody has confirmed."""
    if duty.row.kind is not DutyKind.UPLOAD:
        return []
    query = (
        select(_session.c.id, _session.c.number, _session.c.sealed_at)
        .join_from(_session, _item, _item.c.session_id == _session.c.id)
        .join(_recording, _recording.c.id == _item.c.recording_id)
        .where(
            _recording.c.activity_id == duty.subject_id,
            _recording.c.officer_id == duty.owed_by_id,
            _session.c.wireless.is_(True),
            _session.c.state == SessionState.SEALED,
            _session.c.arrival_confirmed_at.is_(None),
        )
        .distinct()
    )
    return list(session.execute(query.order_by(_session.c.number)))


def returning_of(session: Session, duty: DutySeen, person_id: UUID, at: datetime) -> AnyRow | None:
    """The activity whose return the duty asks for, while the person may report it; the act asks again. None for any
    other duty."""
    if duty.row.kind is not DutyKind.RETURN_REPORT:
        return None
    awaited = (
        _activity.c.remote_reason.is_not(None),
        _activity.c.ended_at.is_not(None),
        _activity.c.returned_at.is_(None),
    )
    query = select(_activity.c.number, _activity.c.place, _activity.c.ended_at, _activity.c.unit_id)
    row = session.execute(query.where(_activity.c.id == duty.subject_id, *awaited)).one_or_none()
    if row is None:
        return None
    officers, chain = officers_of(session.connection(), duty.subject_id), unit_chain(session, row.unit_id)
    return row if can_report_return(person_id, officers, chain, holdings_of(session, person_id), at) else None


def _theirs(person_id: UUID, unit_ids: Collection[UUID]) -> ColumnElement[bool]:
    return or_(_duty.c.owed_by_id == person_id, _duty.c.unit_id.in_(unit_ids))


def _seen() -> Select[tuple[object, ...]]:
    return duties_shown(_duty.c.unit_id, _duty.c.owed_by_id, _unit.c.zone)


def _of(row: AnyRow) -> DutySeen:
    return DutySeen(duty_row(row), row.unit_id, row.subject_id, row.owed_by_id, row.zone)
