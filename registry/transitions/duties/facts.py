"""What duties follow from, and what meets them: one question a kind, each for any number of subjects.

The facts alone decide: asked again at any time they give the same duties. `known` are the duties there are already, so
that a correction which moves a duty to another officer leaves nobody's duty without an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.recordings import TO_BE_FILED
from registry.tables import (
    TAKEN_IN,
    AccessAssignment,
    AccessCopy,
    AccessGrant,
    AccessStep,
    Activity,
    ActivityOfficer,
    Device,
    DeviceCheck,
    DeviceCustody,
    DockItem,
    DockSession,
    Person,
    Recording,
    RecordingState,
    SessionState,
    Unit,
)
from registry.transitions.duties.conversion_facts import conversion_steps
from registry.transitions.duties.disposal_facts import disposal_steps, failed_deletions
from registry.transitions.duties.owed import Known, Owed
from registry.transitions.duties.unrecorded_facts import exemption_reviews, interruption_notices
from regulation.deadlines import upload_clock
from regulation.duties import Clock, DutyKind
from regulation.vocabulary import MediaKind

_activity, _officer, _unit = table_of(Activity), table_of(ActivityOfficer), table_of(Unit)
_recording, _item, _session = table_of(Recording), table_of(DockItem), table_of(DockSession)
_access_step, _assigned = table_of(AccessStep), table_of(AccessAssignment)
_copy, _grant = table_of(AccessCopy), table_of(AccessGrant)
_custody, _device, _person, _check = table_of(DeviceCustody), table_of(Device), table_of(Person), table_of(DeviceCheck)


def _activities(act: Act, ids: Collection[UUID]) -> Iterator[AnyRow]:
    query = select(_activity, _unit.c.zone).join_from(_activity, _unit, _unit.c.id == _activity.c.unit_id)
    return rows_among(act.connection, query, _activity.c.id, ids)


def uploads(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 16: of each activity, every officer who kept a recorder during it owes its footage; where nobody did, the
    duty is there without a name. Met by the first sealed recording of that officer filed under the activity."""
    keepers, stored = _keepers(act, ids), _stored(act, ids)
    for row in _activities(act, ids):
        clock = upload_clock(row.ended_at, row.remote_reason, row.returned_at)
        arrived = stored.get(row.id, {})
        for officer in _owing(keepers.get(row.id), known, row.id):
            met_at = min(arrived.values(), default=None) if officer is None else arrived.get(officer)
            yield Owed(row.id, officer, row.unit_id, row.zone, clock.state, clock.started_at, met_at)


def _owing(officers: set[UUID] | None, known: Known, subject: UUID) -> Collection[UUID | None]:
    """Those the facts name, and those who have the duty already."""
    return {*(officers or (None,)), *(duty.owed_by_id for duty in known.get(subject, ()))}


def _keepers(act: Act, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Which of an activity's officers kept a recorder at some time during it (Art. 4)."""
    during = and_(
        _custody.c.person_id == _officer.c.person_id,
        or_(_activity.c.ended_at.is_(None), _custody.c.issued_at < _activity.c.ended_at),
        or_(_custody.c.returned_at.is_(None), _custody.c.returned_at > _activity.c.started_at),
    )
    query = (
        select(_officer.c.activity_id, _officer.c.person_id)
        .select_from(_officer.join(_activity, _activity.c.id == _officer.c.activity_id).join(_custody, during))
        .distinct()
    )
    return _gathered(rows_among(act.connection, query, _officer.c.activity_id, ids))


def _gathered(rows: Iterator[AnyRow]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for subject, person in rows:
        found[subject].add(person)
    return found


def _stored(act: Act, ids: Collection[UUID]) -> dict[UUID, dict[UUID | None, datetime]]:
    """When footage of each activity had first reliably arrived, by officer. What came wirelessly counts from the
    moment somebody confirmed that it is there (Art. 16)."""
    confirmed, sealed = _session.c.arrival_confirmed_at, _session.c.sealed_at
    arrived = case((_session.c.wireless & (confirmed > sealed), confirmed), else_=sealed)
    query = (
        select(_recording.c.activity_id, _recording.c.officer_id, func.min(arrived, type_=sealed.type))
        .select_from(
            _recording.join(_item, _item.c.recording_id == _recording.c.id).join(
                _session, _session.c.id == _item.c.session_id
            )
        )
        .where(_is_footage(), _session.c.state == SessionState.SEALED, _item.c.outcome.in_(TAKEN_IN))
        .where(or_(~_session.c.wireless, confirmed.is_not(None)))
        .group_by(_recording.c.activity_id, _recording.c.officer_id)
    )
    found: dict[UUID, dict[UUID | None, datetime]] = defaultdict(dict)
    for activity_id, officer, first in rows_among(act.connection, query, _recording.c.activity_id, ids):
        found[activity_id][officer] = first
    return found


def _is_footage() -> ColumnElement[bool]:
    return and_(_recording.c.state == RecordingState.SEALED, _recording.c.media_kind != MediaKind.OTHER)


def filings(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 15: what could not be filed by itself is its officer's to file. Met when it is filed."""
    columns = ("id", "unit_id", "officer_id", "received_at", "filed_at")
    query = select(*(_recording.c[name] for name in columns), TO_BE_FILED.label("waits"), _unit.c.zone).join_from(
        _recording, _unit, _unit.c.id == _recording.c.unit_id
    )
    for row in rows_among(act.connection, query, _recording.c.id, ids):
        if row.id in known:
            officers: Collection[UUID | None] = [duty.owed_by_id for duty in known[row.id]]
        elif row.waits:
            officers = [row.officer_id]
        else:
            continue
        for officer in officers:
            yield Owed(row.id, officer, row.unit_id, row.zone, Clock.RECEIVED, row.received_at, row.filed_at)


def recalls(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 6: who leaves or is transferred gives the recorder back, and the administrator sees to it. Met by the
    return."""
    keeper = (_person.c.left_on, _person.c.moved_at, _person.c.unit_id.label("person_unit_id"))
    query = select(_custody, _device.c.unit_id, _unit.c.zone, *keeper).select_from(
        _custody.join(_device, _device.c.id == _custody.c.device_id)
        .join(_unit, _unit.c.id == _device.c.unit_id)
        .join(_person, _person.c.id == _custody.c.person_id)
    )
    for row in rows_among(act.connection, query, _custody.c.id, ids):
        gone = _gone_since(row)
        if row.id in known and (row.left_on is None or _was_moved(row)):
            # Of several transfers the first counts, and neither going back nor leaving altogether undoes it.
            first = next(iter(known[row.id])).clock_started_at
            gone = first if gone is None else min(first, gone)
        if gone is not None and (row.id in known or row.returned_at is None or row.returned_at > gone):
            yield Owed(row.id, None, row.unit_id, row.zone, Clock.LEFT, gone, row.returned_at)


def _gone_since(row: AnyRow) -> datetime | None:
    """From when the keeper of a recorder is no longer with the recorder's unit; the last day is still one of duty."""
    if row.left_on is not None:
        last = datetime.combine(row.left_on, datetime.min.time(), ZoneInfo(row.zone))
        return last + timedelta(days=1)
    return row.moved_at if _was_moved(row) and row.person_unit_id != row.unit_id else None


def _was_moved(row: AnyRow) -> bool:
    """Whether the keeper was transferred while they kept it."""
    return row.moved_at is not None and bool(row.moved_at > row.issued_at)


def replacements(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 7: a recorder that failed its check before use is exchanged. Met by a later check that it passes, or by
    another recorder issued to the same officer."""
    query = (
        select(_check, _device.c.unit_id, _unit.c.zone, _passed_again(), _issued_another())
        .join_from(_check, _device, _device.c.id == _check.c.device_id)
        .join(_unit, _unit.c.id == _device.c.unit_id)
        .where(~_passes(_check))
    )
    for row in rows_among(act.connection, query, _check.c.id, ids):
        met_at = min((at for at in (row.passed_at, row.another_at) if at is not None), default=None)
        yield Owed(row.id, None, row.unit_id, row.zone, Clock.CHECK_FAILED, row.checked_at, met_at)


def _passes(check: object) -> ColumnElement[bool]:
    column = check.c  # type: ignore[attr-defined]  # a table or an alias of one
    return and_(column.battery_ok, column.storage_ok, column.clock_ok, column.works)


def _passed_again() -> ColumnElement[datetime]:
    later = _check.alias("later")
    return (
        select(func.min(later.c.checked_at, type_=later.c.checked_at.type))
        .where(later.c.device_id == _check.c.device_id, later.c.checked_at > _check.c.checked_at, _passes(later))
        .correlate(_check)
        .scalar_subquery()
        .label("passed_at")
    )


def _issued_another() -> ColumnElement[datetime]:
    return (
        select(func.min(_custody.c.issued_at, type_=_custody.c.issued_at.type))
        .where(_custody.c.person_id == _check.c.person_id, _custody.c.device_id != _check.c.device_id)
        .where(_custody.c.issued_at >= _check.c.checked_at)
        .correlate(_check)
        .scalar_subquery()
        .label("another_at")
    )


def returns(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 16: who is away on remote or continuous work reports the return, for that starts the clock of the upload."""
    officers = _gathered(rows_among(act.connection, _taking_part(), _officer.c.activity_id, ids))
    for row in _activities(act, ids):
        if row.remote_reason is None and row.id not in known:
            continue
        clock = Clock.AWAITS_END if row.ended_at is None else Clock.ACTIVITY_ENDED
        for officer in _owing(officers.get(row.id), known, row.id):
            yield Owed(row.id, officer, row.unit_id, row.zone, clock, row.ended_at, row.return_reported_at)


def _taking_part() -> Select[tuple[UUID, UUID]]:
    return select(_officer.c.activity_id, _officer.c.person_id)


def access_decisions(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 17: whoever is asked to decide a step owes the decision; where nobody can be, it is owed without a name. Met
    by the answer, or when they stand aside or name another."""
    asked: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows_among(act.connection, select(_assigned), _assigned.c.step_id, ids):
        asked[row.step_id].append(row)
    query = select(_access_step, _unit.c.zone).join_from(_access_step, _unit, _unit.c.id == _access_step.c.unit_id)
    query = query.where(_access_step.c.opened_at.is_not(None))
    for row in rows_among(act.connection, query, _access_step.c.id, ids):
        for one in asked[row.id]:
            met_at = min((at for at in (one.ended_at, row.closed_at) if at is not None), default=None)
            yield Owed(row.id, one.person_id, row.unit_id, row.zone, Clock.ASKED, one.assigned_at, met_at)
        gap = _unasked(row.opened_at, _spans(asked[row.id]))
        if gap is not None:
            met_at = min((at for at in (gap[1], row.closed_at) if at is not None), default=None)
            yield Owed(row.id, None, row.unit_id, row.zone, Clock.ASKED, gap[0], met_at)


def _spans(asked: Iterable[AnyRow]) -> list[tuple[datetime, datetime | None]]:
    return [(one.assigned_at, one.ended_at) for one in sorted(asked, key=lambda one: one.assigned_at)]


def _unasked(
    opened_at: datetime, asked: Iterable[tuple[datetime, datetime | None]]
) -> tuple[datetime, datetime | None] | None:
    """The time in which nobody is asked, or else the first in which nobody was, from and to; None where somebody always
    was."""
    until, first = opened_at, None
    for assigned_at, ended_at in asked:
        if assigned_at > until:
            first = first or (until, assigned_at)
        if ended_at is None:
            return first
        until = max(until, ended_at)
    return until, None


def copy_returns(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 17: a copy is given back or destroyed once the grant is over, and its holder sees to it. Met when that is
    confirmed."""
    query = (
        select(_copy, _grant.c.valid_until, _grant.c.ended_at.label("over_at"), _recording.c.unit_id, _unit.c.zone)
        .join_from(_copy, _grant, _grant.c.id == _copy.c.grant_id)
        .join(_recording, _recording.c.id == _copy.c.recording_id)
        .join(_unit, _unit.c.id == _recording.c.unit_id)
    )
    for row in rows_among(act.connection, query, _copy.c.id, ids):
        over = min(at for at in (row.over_at, row.valid_until) if at is not None)
        yield Owed(row.id, row.person_id, row.unit_id, row.zone, Clock.GRANT_OVER, over, row.ended_at)


Question = Callable[[Act, Collection[UUID], Known], Iterator[Owed]]

QUESTIONS: Mapping[DutyKind, Question] = MappingProxyType(
    {
        DutyKind.UPLOAD: uploads,
        DutyKind.FILING: filings,
        DutyKind.DEVICE_RECALL: recalls,
        DutyKind.DEVICE_REPLACEMENT: replacements,
        DutyKind.RETURN_REPORT: returns,
        DutyKind.ACCESS_DECISION: access_decisions,
        DutyKind.COPY_RETURN: copy_returns,
        DutyKind.DISPOSAL_STEP: disposal_steps,
        DutyKind.DELETION_FAILURE: failed_deletions,
        DutyKind.EXEMPTION_REVIEW: exemption_reviews,
        DutyKind.INTERRUPTION_NOTICE: interruption_notices,
        DutyKind.CONVERSION_STEP: conversion_steps,
    }
)
"""By kind, the question whose answer are the duties of the subjects named."""
