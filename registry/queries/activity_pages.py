"""Enforcement activities as their pages show them: what was recorded, what was not, and what was said of it.

Art. 9, 10, 12, 13.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.organisation import roles_at, unit_subtree
from registry.queries.unrecorded import SeatOf, exemptions_of, gaps_of, is_about, reported_to, reports_of, reviewed_by
from registry.tables import (
    Activity,
    ActivityOfficer,
    ExemptionRecord,
    InterruptionReport,
    Person,
    Recording,
    Unit,
)
from regulation.gaps import Stretch
from regulation.policy import Policy
from regulation.vocabulary import ActivityKind

_activity, _officer, _unit = table_of(Activity), table_of(ActivityOfficer), table_of(Unit)
_recording, _person = table_of(Recording), table_of(Person)
_report, _exemption = table_of(InterruptionReport), table_of(ExemptionRecord)


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity as lists show it; `open` is how many reports and exemptions of it wait for a leader."""

    id: UUID
    number: str
    unit_id: UUID
    unit_name: str
    zone: str
    kind: ActivityKind
    place: str
    started_at: datetime
    ended_at: datetime | None
    case_number: str | None
    recordings: int
    open: int


def _shown() -> Select[tuple[object, ...]]:
    own = ("id", "number", "unit_id", "kind", "place", "started_at", "ended_at", "case_number")
    recordings = select(func.count()).select_from(_recording).where(_recording.c.activity_id == _activity.c.id)
    unseen = select(func.count()).select_from(_report)
    unseen = unseen.where(_report.c.activity_id == _activity.c.id, _report.c.seen_at.is_(None))
    undecided = select(func.count()).select_from(_exemption)
    undecided = undecided.where(_exemption.c.activity_id == _activity.c.id, _exemption.c.reviewed_at.is_(None))
    return select(
        *(_activity.c[name] for name in own),
        _unit.c.name.label("unit_name"),
        _unit.c.zone,
        recordings.scalar_subquery().label("recordings"),
        (unseen.scalar_subquery() + undecided.scalar_subquery()).label("open"),
    ).join_from(_activity, _unit, _unit.c.id == _activity.c.unit_id)


def _row(row: AnyRow) -> ActivityRow:
    return ActivityRow(**row._mapping)


def activities_seen(
    session: Session, person_id: UUID, unit_ids: Collection[UUID], words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[ActivityRow], int]:
    """The activities in which this person took part, and those of these units, the latest first; and how many there
    are. `words` are part of a number, a place or a case's number."""
    mine = select(_officer.c.activity_id).where(_officer.c.person_id == person_id)
    conditions = [or_(_activity.c.id.in_(mine), _activity.c.unit_id.in_(unit_ids))]
    if words:
        sought = (_activity.c.number, _activity.c.place, _activity.c.case_number)
        conditions.append(or_(*(one.icontains(words, autoescape=True) for one in sought)))
    total = session.execute(select(func.count()).select_from(_activity).where(*conditions)).scalar_one()
    query = _shown().where(*conditions).order_by(_activity.c.started_at.desc(), _activity.c.id)
    return [_row(one) for one in session.execute(query.offset(offset).limit(limit))], int(total)


def activity_seen(
    session: Session, activity_id: UUID, person_id: UUID, unit_ids: Collection[UUID]
) -> ActivityRow | None:
    """The activity, if this person took part in it or it is of one of these units."""
    mine = select(_officer.c.activity_id).where(_officer.c.person_id == person_id)
    theirs = or_(_activity.c.id.in_(mine), _activity.c.unit_id.in_(unit_ids))
    row = session.execute(_shown().where(_activity.c.id == activity_id, theirs)).one_or_none()
    return None if row is None else _row(row)


def activities_waiting(session: Session, person_id: UUID, at: datetime, limit: int = 50) -> list[ActivityRow]:
    """The activities of which a report or an exemption waits for this person's word at the moment `at`, the oldest
    first."""
    below = {unit for one in roles_at(session, person_id, at) for unit in unit_subtree(session, one.unit_id)}
    theirs = {
        one.activity_id
        for table, answered, seat_of in _WAITING
        for one in session.execute(select(table).where(table.c.unit_id.in_(below), table.c[answered].is_(None)))
        if person_id in seat_of(session, one.activity_id, one.unit_id, one.person_id, at).people
    }
    query = _shown().where(_activity.c.id.in_(theirs)).order_by(_activity.c.started_at)
    return [_row(one) for one in session.execute(query.limit(limit))]


_WAITING = ((_report, "seen_at", reported_to), (_exemption, "reviewed_at", reviewed_by))
"""What waits, until when, and for whom."""


# One activity, whole


@dataclass(frozen=True, slots=True)
class Officer:
    """Who took part."""

    person_id: UUID
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Said:
    """A report or an exemption with who wrote and who saw it; `is_theirs` is whether it is the reader's to answer."""

    row: AnyRow
    by: Officer
    seen_by: Officer | None
    is_open: bool
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class GapRow:
    """A stretch in which nothing was recorded, and what was said of it."""

    stretch: Stretch
    reports: Sequence[Said]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.stretch[1] - self.stretch[0]).total_seconds()


@dataclass(frozen=True, slots=True)
class WholeActivity:
    """An activity with all that is known of it. `bridged` are reports of interruptions that recordings docked since
    have closed."""

    row: ActivityRow
    officers: Sequence[Officer]
    recordings: Sequence[AnyRow]
    gaps: Sequence[GapRow]
    bridged: Sequence[Said]
    exemptions: Sequence[Said]
    took_part: bool


def whole_activity(session: Session, row: ActivityRow, policy: Policy, person_id: UUID, at: datetime) -> WholeActivity:
    """The activity as this person sees it at the moment `at`."""
    connection = session.connection()
    officers = _officers(session, row.id)
    told = _said(session, reports_of(connection, [row.id]), "seen", reported_to, person_id, at)
    found = gaps_of(connection, {row.id: (row.started_at, row.ended_at)}, policy).get(row.id, [])
    gaps = [GapRow(gap, [one for one in told if is_about(one.row, gap)]) for gap in found]
    return WholeActivity(
        row,
        officers,
        _recordings(session, row.id),
        gaps,
        [one for one in told if not any(is_about(one.row, gap) for gap in found)],
        _said(session, exemptions_of(connection, [row.id]), "reviewed", reviewed_by, person_id, at),
        person_id in {one.person_id for one in officers},
    )


def _said(
    session: Session, rows: Sequence[AnyRow], answered: str, seat_of: SeatOf, person_id: UUID, at: datetime
) -> list[Said]:
    """Each of these reports or exemptions as this person sees it; `answered` begins the columns of its answer."""
    by, when = f"{answered}_by_id", f"{answered}_at"
    people = _people(session, {one.person_id for one in rows} | {getattr(one, by) for one in rows})
    return [
        Said(
            one,
            people[one.person_id],
            people.get(getattr(one, by)),
            getattr(one, when) is None,
            person_id in seat_of(session, one.activity_id, one.unit_id, one.person_id, at).people,
        )
        for one in rows
    ]


def _people(session: Session, ids: set[UUID | None]) -> dict[UUID | None, Officer]:
    query = select(_person.c.id, _person.c.name, _person.c.number)
    return {one.id: Officer(*one) for one in rows_among(session.connection(), query, _person.c.id, ids - {None})}


def _officers(session: Session, activity_id: UUID) -> list[Officer]:
    query = (
        select(_person.c.id, _person.c.name, _person.c.number)
        .join_from(_officer, _person, _person.c.id == _officer.c.person_id)
        .where(_officer.c.activity_id == activity_id)
        .order_by(_person.c.number)
    )
    return [Officer(*one) for one in session.execute(query)]


def _recordings(session: Session, activity_id: UUID) -> Sequence[AnyRow]:
    """What was recorded of it, destroyed or not, in the order of time."""
    columns = ("id", "media_kind", "started_at", "ended_at", "received_at", "duration_seconds", "sha256", "state")
    query = select(*(_recording.c[name] for name in columns), _person.c.number.label("officer")).select_from(
        _recording.outerjoin(_person, _person.c.id == _recording.c.officer_id)
    )
    query = query.where(_recording.c.activity_id == activity_id)
    return session.execute(query.order_by(_recording.c.started_at, _recording.c.id)).all()
