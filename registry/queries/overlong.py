"""The review of upper limits: what is still there long after its term, though nothing keeps it (Art. 18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.queries.fixity import has_open_incident
from registry.queries.organisation import AnyUnit
from registry.queries.retention import CONVERTING, COPIED, HELD, HELD_AS_FILED, HELD_AS_USED, OWED, WANTED
from registry.tables import Activity, DisposalList, Recording, RecordingState, RetentionTerm, Unit
from regulation.disposal_states import CLOSED, ListState
from regulation.errors import ConfigurationError
from regulation.expiry import day_over, ended_before
from regulation.policy import Policy
from regulation.retention import RetentionClass

_term, _recording, _activity = table_of(RetentionTerm), table_of(Recording), table_of(Activity)
_list, _unit = table_of(DisposalList), table_of(Unit)
_KEEPING = (HELD, HELD_AS_USED, HELD_AS_FILED, WANTED, COPIED, CONVERTING, OWED)


@dataclass(frozen=True, slots=True)
class Limit:
    """From which day on the end of a term, and from which moment on the last change of a list, is not long ago."""

    day: date
    moment: datetime


@dataclass(frozen=True, slots=True)
class OverlongRow:
    """An original that is there for longer than its class allows, without a reason; or on a list that does not move."""

    recording_id: UUID
    activity: str | None
    unit_name: str
    retention_class: RetentionClass
    article: str
    due_on: date
    size: int
    list_number: str | None
    list_state: ListState | None


def limits_of(
    units: Iterable[AnyUnit], policy_of: Callable[[UUID], Policy], at: datetime
) -> tuple[dict[Limit, list[UUID]], list[UUID]]:
    """The units by their limit at the moment `at`; and those whose policy is not sound, which have none."""
    found, unsound = defaultdict[Limit, list[UUID]](list), list[UUID]()
    for unit in units:
        zone = ZoneInfo(unit.zone)
        today = at.astimezone(zone).date()
        try:
            day = ended_before(today, policy_of(unit.id).value("overlong_review_months", today))
        except ConfigurationError:
            unsound.append(unit.id)
            continue
        found[Limit(day, day_over(day - timedelta(days=1), zone))].append(unit.id)
    return dict(found), unsound


def overlong(
    session: Session, limits: Mapping[Limit, Collection[UUID]], at: datetime, offset: int = 0, limit: int = 50
) -> tuple[list[OverlongRow], int]:
    """What is overlong in these units by the limits of each, the longest over first; and how many there are."""
    if not limits:
        return [], 0
    query = _terms().where(or_(*(_is_over(one, units, at) for one, units in limits.items())))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_term.c.due_on, _term.c.recording_id).offset(offset).limit(limit))
    return [OverlongRow(**row._mapping) for row in rows], int(total)


def _terms() -> Select[tuple[object, ...]]:
    return select(
        _term.c.recording_id,
        _activity.c.number.label("activity"),
        _unit.c.name.label("unit_name"),
        _term.c.retention_class,
        _term.c.article,
        _term.c.due_on,
        _recording.c.size,
        _list.c.number.label("list_number"),
        _list.c.state.label("list_state"),
    ).select_from(
        _term.join(_recording, _recording.c.id == _term.c.recording_id)
        .join(_unit, _unit.c.id == _term.c.unit_id)
        .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        .outerjoin(_list, _list.c.id == _term.c.list_id)
    )


def _is_over(limit: Limit, unit_ids: Collection[UUID], at: datetime) -> ColumnElement[bool]:
    stands_still = and_(_list.c.state.not_in(CLOSED), _list.c.changed_at < limit.moment)
    return and_(
        _term.c.unit_id.in_(unit_ids),
        _term.c.due_on < limit.day,
        _recording.c.state == RecordingState.SEALED,
        or_(_list.c.id.is_(None) & _kept_by_nothing(at), stands_still),
    )


def _kept_by_nothing(at: datetime) -> ColumnElement[bool]:
    """The questions of `registry.queries.retention.KEEPERS`, asked of every original at once."""
    unlocked = or_(_recording.c.retain_until.is_(None), _recording.c.retain_until <= at)
    settled = or_(_recording.c.activity_id.is_(None), _recording.c.activity_id.not_in(OWED))
    free = [_recording.c.id.not_in(kept) for kept in _KEEPING]
    return and_(unlocked, settled, ~has_open_incident(_recording.c.id), *free)
