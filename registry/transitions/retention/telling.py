"""Who hears that terms are going to end: the unit's administrators, once for each of the notices the policy sets
(Art. 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from registry.act import Act
from registry.bulk import table_of
from registry.queries.organisation import AnyUnit, units_of_authority
from registry.tables import NoticeKind, RetentionTerm
from registry.transitions.disposal.listing import seat_of_unit
from registry.transitions.duties.settling import Rules
from registry.transitions.notices.queueing import queue_notices
from regulation.disposal import DisposalStage

_term = table_of(RetentionTerm)

NOTICES = ("due_first_notice_hours", "due_second_notice_hours", "due_last_notice_hours")
"""The parameters that say how long before the end of a term each notice is given, the earliest first."""


@dataclass(frozen=True, slots=True)
class Coming:
    """So many originals of a unit whose terms end no later than a day, of which nobody has been told so yet."""

    until: date
    originals: int


def tell_coming(act: Act, unit: AnyUnit, rules: Rules) -> list[Coming]:
    """Queue the notices of what is coming for one unit and its departments; told once, it is not told again.

    Raises `ConfigurationError` where the unit's policy is not sound.
    """
    today = act.at.astimezone(ZoneInfo(unit.zone)).date()
    policy = rules.policy_of(unit.id)
    units = units_of_authority(act.session, unit.id)
    told = []
    for place, name in reversed(list(enumerate(NOTICES, start=1))):
        until = today + timedelta(days=policy.span(name, today).days)
        count = _mark(act, units, today, until, place)
        if count:
            told.append(Coming(until, count))
            subject = f"due:{unit.id}:{until.isoformat()}:{count}"
            queue_notices(act, NoticeKind.DISPOSAL, seat_of_unit(act, unit.id, DisposalStage.APPRAISAL), subject)
    return told


def _mark(act: Act, units: Sequence[UUID], today: date, until: date, place: int) -> int:
    """Note that this notice was given of whatever ends by then; gives of how many it was not yet. What is so near that
    a later notice has its turn is not told twice in one night."""
    coming = (
        _term.c.unit_id.in_(units)
        & _term.c.due_on.between(today, until)
        & _term.c.list_id.is_(None)
        & (_term.c.told < place)
    )
    count = act.connection.execute(select(func.count()).select_from(_term).where(coming)).scalar_one()
    if count:
        act.connection.execute(_term.update().where(coming).values(told=place))
    return int(count)
