"""What the term of an original depends on, and what else keeps it (Art. 18): one statement a question, for any number
of originals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, bindparam, exists, false, func, or_, select

from registry.bulk import AnyRow, rows_among, storable, table_of
from registry.queries.fixity import has_open_incident
from registry.queries.organisation import AnyUnit
from registry.tables import (
    AccessCopy,
    AccessItem,
    AccessRequest,
    Activity,
    CaseFile,
    CaseUse,
    Conversion,
    ConversionItem,
    Duty,
    Filing,
    Hold,
    HoldItem,
    Recording,
    RecordingState,
    RetentionTerm,
    Shortened,
    TermChange,
    TermChangeItem,
    TermExtension,
    Unit,
)
from regulation import retention
from regulation.access_states import CLOSED
from regulation.conversion_states import OPEN as CONVERTED_OPEN
from regulation.duties import OPEN, DutyKind
from regulation.retention import Extension, Footage, Kept

_recording, _activity, _unit = table_of(Recording), table_of(Activity), table_of(Unit)
_case, _use, _extension = table_of(CaseFile), table_of(CaseUse), table_of(TermExtension)
_change, _change_item = table_of(TermChange), table_of(TermChangeItem)
_hold, _hold_item, _term = table_of(Hold), table_of(HoldItem), table_of(RetentionTerm)
_item, _request, _copy, _duty = table_of(AccessItem), table_of(AccessRequest), table_of(AccessCopy), table_of(Duty)
_conversion, _conversion_item = table_of(Conversion), table_of(ConversionItem)

_OF_DISPOSAL = (DutyKind.DISPOSAL_STEP, DutyKind.DELETION_FAILURE)


@dataclass(frozen=True, slots=True)
class Original:
    """An original with the facts by which its term goes."""

    recording_id: UUID
    unit_id: UUID
    zone: ZoneInfo
    retain_until: datetime | None
    state: RecordingState
    size: int
    footage: Footage
    case_ids: tuple[UUID, ...]

    def day_at(self, at: datetime) -> date:
        """The unit's day at the moment `at`."""
        return at.astimezone(self.zone).date()


def originals_of(connection: Connection, ids: Collection[UUID]) -> Iterator[Original]:
    """Each of these recordings, in no particular order."""
    columns = ("id", "unit_id", "retain_until", "state", "size", "filing", "ended_at", "received_at")
    query = (
        select(*(_recording.c[name] for name in columns), _unit.c.zone, _activity.c.kind, _activity.c.case_number)
        .join_from(_recording, _unit, _unit.c.id == _recording.c.unit_id)
        .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
    )
    rows = list(rows_among(connection, query, _recording.c.id, ids))
    cases = _cases(connection, rows)
    extensions = _extensions(connection, ids)
    for row in rows:
        yield _original(row, cases.get(row.id, {}), extensions.get(row.id, ()))


def _original(
    row: AnyRow, cases: Mapping[UUID | None, retention.CaseFile], extended: tuple[Extension, ...]
) -> Original:
    footage = Footage(
        is_sealed=row.state is not RecordingState.VERIFIED,
        kind=row.kind if row.filing is Filing.FILED else None,
        ended_at=row.ended_at,
        received_at=row.received_at,
        cases=tuple(cases.values()),
        extensions=extended,
    )
    return Original(
        row.id,
        row.unit_id,
        ZoneInfo(row.zone),
        row.retain_until,
        row.state,
        row.size,
        footage,
        tuple(one for one in cases if one is not None),
    )


def _cases(connection: Connection, rows: Iterable[AnyRow]) -> Mapping[UUID, dict[UUID | None, retention.CaseFile]]:
    """By recording, the case files it belongs to: its activity's, and those it is used in as evidence. A number that no
    file has stands under None: nobody can say how long that one is kept."""
    found: defaultdict[UUID, dict[UUID | None, retention.CaseFile]] = defaultdict(dict)
    numbered = {row.id: row.case_number for row in rows if row.case_number}
    by_number = {
        row.number: row for row in rows_among(connection, select(_case), _case.c.number, set(numbered.values()))
    }
    for recording_id, number in numbered.items():
        case = by_number.get(number)
        if case is None:
            found[recording_id][None] = retention.CaseFile(known=False)
        else:
            found[recording_id][case.id] = _case_of(case)
    used = select(_use.c.recording_id, _case).join_from(_use, _case, _case.c.id == _use.c.case_id)
    for row in rows_among(connection, used, _use.c.recording_id, [one.id for one in rows]):
        found[row.recording_id][row.id] = _case_of(row)
    return found


def _case_of(row: AnyRow) -> retention.CaseFile:
    return retention.CaseFile(row.closed_on, row.keep_years, row.permanent)


def _extensions(connection: Connection, ids: Collection[UUID]) -> dict[UUID, tuple[Extension, ...]]:
    found: dict[UUID, tuple[Extension, ...]] = {}
    query = select(_extension.c.recording_id, _extension.c.until).where(_extension.c.ended_at.is_(None))
    for row in rows_among(connection, query, _extension.c.recording_id, ids):
        found[row.recording_id] = (*found.get(row.recording_id, ()), Extension(row.until))
    return found


# What else keeps an original, whatever its term

_sought = _recording.alias("sought")
_standing = _hold.c.lifted_at.is_(None)

HELD = (
    select(_hold_item.c.recording_id).join_from(_hold_item, _hold, _hold.c.id == _hold_item.c.hold_id).where(_standing)
)
"""What a hold names."""

HELD_AS_USED = select(_use.c.recording_id).join_from(_use, _hold, _hold.c.case_id == _use.c.case_id).where(_standing)
"""What is used in a case that is held back."""

HELD_AS_FILED = (
    select(_recording.c.id)
    .join_from(_recording, _activity, _activity.c.id == _recording.c.activity_id)
    .join(_case, _case.c.number == _activity.c.case_number)
    .join(_hold, _hold.c.case_id == _case.c.id)
    .where(_standing)
)
"""What is filed under an activity of a case that is held back."""

WANTED = (
    select(_item.c.recording_id)
    .join_from(_item, _request, _request.c.id == _item.c.request_id)
    .where(_request.c.state.not_in(CLOSED))
)
"""What an open request or a live grant names (Art. 17)."""

COPIED = select(_copy.c.recording_id).where(_copy.c.ended_at.is_(None))
"""Of what a copy is out (Art. 17)."""

CONVERTING = (
    select(_conversion_item.c.recording_id)
    .join_from(_conversion_item, _conversion, _conversion.c.id == _conversion_item.c.conversion_id)
    .where(_conversion.c.state.in_(CONVERTED_OPEN), _conversion_item.c.edition == _conversion.c.edition)
)
"""What a conversion names that is not closed yet (Art. 19)."""

OWED = select(_duty.c.subject_id).where(_duty.c.state.in_(OPEN), _duty.c.kind.not_in(_OF_DISPOSAL))
"""Recordings and activities about which something is not settled yet."""


_HELD = or_(
    exists(HELD.where(_hold_item.c.recording_id == _sought.c.id)),
    exists(HELD_AS_USED.where(_use.c.recording_id == _sought.c.id)),
    exists(HELD_AS_FILED.where(_recording.c.id == _sought.c.id)),
)
_ASKED_FOR = or_(
    exists(WANTED.where(_item.c.recording_id == _sought.c.id)),
    exists(COPIED.where(_copy.c.recording_id == _sought.c.id)),
)

KEEPERS: Mapping[Kept, ColumnElement[bool]] = MappingProxyType(
    {
        Kept.LOCKED: _sought.c.retain_until > bindparam("at", type_=_sought.c.retain_until.type),
        Kept.HELD: _HELD,
        Kept.ACCESS_OPEN: _ASKED_FOR,
        Kept.CONVERSION_OPEN: exists(CONVERTING.where(_conversion_item.c.recording_id == _sought.c.id)),
        Kept.DUTY_OPEN: exists(OWED.where(_duty.c.subject_id.in_([_sought.c.id, _sought.c.activity_id]))),
        Kept.INCIDENT_OPEN: has_open_incident(_sought.c.id),
    }
)
"""What keeps an original whose term is over, and the condition under which it does."""

_SOUGHT_ID = cast("Column[Any]", _sought.c.id)
_KEPT = select(_sought.c.id, *KEEPERS.values()).where(or_(*KEEPERS.values()))


def kept_by(connection: Connection, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[Kept, ...]]:
    """Of these recordings, those that something keeps at the moment `at`, and what."""
    return {
        recording_id: tuple(why for why, holds in zip(KEEPERS, answers, strict=True) if holds)
        for recording_id, *answers in rows_among(connection, _KEPT.params(at=at), _SOUGHT_ID, ids)
    }


def held(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those that a hold names, and those of a case that is held back: whatever came to it since, too."""
    return {row.id for row in rows_among(connection, select(_sought.c.id).where(_HELD), _SOUGHT_ID, ids)}


def terms_among(connection: Connection, ids: Collection[UUID]) -> dict[UUID, AnyRow]:
    """The terms last worked out for these recordings."""
    return {row.recording_id: row for row in rows_among(connection, select(_term), _term.c.recording_id, ids)}


def promised_before(connection: Connection, ids: Collection[UUID]) -> dict[tuple[UUID, str], date | None]:
    """Until which day these were kept before a policy that nobody has allowed would release them earlier, by recording
    and that policy's version; None for no end."""
    query = select(_change_item.c.recording_id, _change_item.c.instead_of, _change.c.policy_version)
    query = query.join_from(_change_item, _change, _change.c.id == _change_item.c.change_id)
    query = query.where(or_(_change.c.verdict.is_(None), _change.c.verdict != Shortened.ALLOWED))
    rows = rows_among(connection, query, _change_item.c.recording_id, ids)
    return {(row.recording_id, row.policy_version): row.instead_of for row in rows}


def recordings_of_case(connection: Connection, case_id: UUID) -> list[UUID]:
    """Every recording that belongs to the case: filed under its activities, or used in it."""
    filed = (
        select(_recording.c.id)
        .join_from(_recording, _activity, _activity.c.id == _recording.c.activity_id)
        .join(_case, _case.c.number == _activity.c.case_number)
        .where(_case.c.id == case_id)
    )
    used = select(_use.c.recording_id).where(_use.c.case_id == case_id)
    return sorted({row[0] for query in (filed, used) for row in connection.execute(query)})


def case_numbered(connection: Connection, number: str) -> AnyRow | None:
    """The case file with this number."""
    return connection.execute(select(_case).where(_case.c.number == storable(number))).one_or_none()


def overdue_terms(
    connection: Connection, units: Iterable[AnyUnit], at: datetime, after: tuple[date, UUID] | None, limit: int
) -> list[AnyRow]:
    """Up to `limit` terms that are over in these units at the moment `at`, the longest over first, on no list; those
    after the pair `after` of due day and recording."""
    query = select(_term.c.recording_id, _term.c.unit_id, _term.c.due_on).where(_is_overdue(units, at))
    if after is not None:
        day, recording_id = after
        query = query.where(or_(_term.c.due_on > day, (_term.c.due_on == day) & (_term.c.recording_id > recording_id)))
    return list(connection.execute(query.order_by(_term.c.due_on, _term.c.recording_id).limit(limit)).all())


def count_overdue(connection: Connection, units: Iterable[AnyUnit], at: datetime) -> dict[UUID, int]:
    """How many terms are over in each of these units, on no list; units without any are left out."""
    query = select(_term.c.unit_id, func.count().label("terms")).where(_is_overdue(units, at))
    return {row.unit_id: row.terms for row in connection.execute(query.group_by(_term.c.unit_id))}


def _is_overdue(units: Iterable[AnyUnit], at: datetime) -> ColumnElement[bool]:
    """Whether the term ended before its unit's own day at the moment `at`, and is on no list."""
    by_day: defaultdict[date, list[UUID]] = defaultdict(list)
    for unit in units:
        by_day[at.astimezone(ZoneInfo(unit.zone)).date()].append(unit.id)
    over = [_term.c.unit_id.in_(ids) & (_term.c.due_on < day) for day, ids in by_day.items()]
    return or_(false(), *over) & _term.c.list_id.is_(None)
