"""Disposal lists in lists: those of one's units, those that wait for one's word, the register; who may see one.

Art. 18.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.disposal import approvers_of
from registry.tables import (
    DisposalCertificate,
    DisposalDecision,
    DisposalItem,
    DisposalList,
    DisposalStep,
    DisposalVerdict,
    Person,
    Unit,
)
from regulation.disposal_states import ItemState, ListState

_list, _item, _step = table_of(DisposalList), table_of(DisposalItem), table_of(DisposalStep)
_decision, _certificate = table_of(DisposalDecision), table_of(DisposalCertificate)
_unit, _person = table_of(Unit), table_of(Person)


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Whoever looks at lists: as the person they are, with a role over these units."""

    person_id: UUID
    unit_ids: Collection[UUID]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list as lists show it. `items` is how many originals stand on it or were destroyed from it."""

    id: UUID
    number: str
    unit_id: UUID
    unit_name: str
    zone: str
    state: ListState
    opened_at: datetime
    grace_until: datetime | None
    changed_at: datetime
    closed_at: datetime | None
    items: int


def _shown() -> Select[tuple[object, ...]]:
    items = (
        select(func.count())
        .select_from(_item)
        .where(_item.c.list_id == _list.c.id, _item.c.state != ItemState.DROPPED)
        .scalar_subquery()
    )
    return select(_list, _unit.c.name.label("unit_name"), _unit.c.zone, items.label("items")).join_from(
        _list, _unit, _unit.c.id == _list.c.unit_id
    )


def _row(row: AnyRow) -> ListRow:
    return ListRow(**{name: getattr(row, name) for name in ListRow.__dataclass_fields__})


def _is_seen_by(onlooker: Onlooker) -> ColumnElement[bool]:
    """Of a unit they have a role over; or one on which they were named, or have said something."""
    named = select(_step.c.list_id).where(_step.c.person_id == onlooker.person_id)
    decided = select(_decision.c.list_id).where(_decision.c.person_id == onlooker.person_id)
    return or_(_list.c.unit_id.in_(onlooker.unit_ids), _list.c.id.in_(named), _list.c.id.in_(decided))


def lists_seen(
    session: Session, onlooker: Onlooker, state: ListState | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[ListRow], int]:
    """The lists that somebody sees, the newest first, and how many there are; with `state`, those in it."""
    query = _shown().where(_is_seen_by(onlooker))
    if state is not None:
        query = query.where(_list.c.state == state)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_list.c.opened_at.desc(), _list.c.number.desc()).offset(offset).limit(limit))
    return [_row(one) for one in rows], int(total)


def counts_by_state(session: Session, onlooker: Onlooker) -> dict[ListState, int]:
    """How many of the lists that somebody sees are in each state."""
    query = select(_list.c.state, func.count().label("lists")).where(_is_seen_by(onlooker)).group_by(_list.c.state)
    found = {row.state: row.lists for row in session.execute(query)}
    return {state: found[state] for state in ListState if state in found}


def list_seen(session: Session, onlooker: Onlooker, number: str) -> ListRow | None:
    """The list with this number; None where there is none, and where it is not shown to them."""
    row = session.execute(_shown().where(_list.c.number == number, _is_seen_by(onlooker))).one_or_none()
    return None if row is None else _row(row)


def lists_waiting(
    session: Session, onlooker: Onlooker, administered: Collection[UUID], at: datetime, limit: int
) -> list[ListRow]:
    """Up to `limit` lists that wait for this person's word at the moment `at`, the oldest first: to be appraised in the
    units they are the administrator of, to be approved, or to be witnessed by them."""
    appraise = (_list.c.state == ListState.APPRAISAL) & _list.c.unit_id.in_(administered)
    approve = (_list.c.state == ListState.APPROVAL) & _list.c.unit_id.in_(onlooker.unit_ids)
    named = select(_step.c.list_id).where(_step.c.person_id == onlooker.person_id, _step.c.closed_at.is_(None))
    witness = (_list.c.state == ListState.WITNESSING) & _list.c.id.in_(named)
    query = _shown().where(or_(appraise, approve, witness)).order_by(_list.c.opened_at, _list.c.number)
    found = [_row(one) for one in session.execute(query)]
    return [one for one in found if _waits_for(session, one, onlooker.person_id, at)][:limit]


def _waits_for(session: Session, row: ListRow, person_id: UUID, at: datetime) -> bool:
    return row.state is not ListState.APPROVAL or person_id in approvers_of(session, row, at).people


# The register of disposal (销毁登记簿)


@dataclass(frozen=True, slots=True)
class Registered:
    """A list as the register shows it: who approved and who witnessed it, how many originals were destroyed, and the
    certificate."""

    row: ListRow
    destroyed: int
    approved_by: str
    witnesses: Sequence[str]
    certificate: str | None


@dataclass(frozen=True, slots=True)
class SoughtLists:
    """What the register is searched for: words in numbers and units, a state, and days of opening."""

    words: str = ""
    state: ListState | None = None
    since: datetime | None = None
    until: datetime | None = None


def disposal_register(
    session: Session, onlooker: Onlooker, sought: SoughtLists, offset: int = 0, limit: int = 50
) -> tuple[list[Registered], int]:
    """The lists that somebody sees, as the register has them, the newest first; and how many there are."""
    query = _shown().where(*_conditions(onlooker, sought))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_list.c.opened_at.desc(), _list.c.number.desc()).offset(offset).limit(limit))
    return _registered(session, [_row(one) for one in rows]), int(total)


def _conditions(onlooker: Onlooker, sought: SoughtLists) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_is_seen_by(onlooker)]
    if sought.words:
        certified = select(_certificate.c.list_id).where(_certificate.c.number.icontains(sought.words, autoescape=True))
        named = [one.icontains(sought.words, autoescape=True) for one in (_list.c.number, _unit.c.name)]
        found.append(or_(*named, _list.c.id.in_(certified)))
    if sought.state is not None:
        found.append(_list.c.state == sought.state)
    if sought.since is not None:
        found.append(_list.c.opened_at >= sought.since)
    if sought.until is not None:
        found.append(_list.c.opened_at < sought.until)
    return found


def _registered(session: Session, rows: Sequence[ListRow]) -> list[Registered]:
    connection, ids = session.connection(), [one.id for one in rows]
    gone = select(_item.c.list_id, func.count().label("items")).where(_item.c.state == ItemState.DESTROYED)
    destroyed = {
        one.list_id: one.items for one in rows_among(connection, gone.group_by(_item.c.list_id), _item.c.list_id, ids)
    }
    papers = select(_certificate.c.list_id, _certificate.c.number)
    certified = {one.list_id: one.number for one in rows_among(connection, papers, _certificate.c.list_id, ids)}
    spoke = _who_spoke(session, ids)
    return [
        Registered(
            one,
            destroyed.get(one.id, 0),
            "、".join(spoke.get((one.id, DisposalVerdict.APPROVED), ())),
            spoke.get((one.id, DisposalVerdict.WITNESSED), ()),
            certified.get(one.id),
        )
        for one in rows
    ]


def _who_spoke(session: Session, list_ids: Collection[UUID]) -> dict[tuple[UUID, DisposalVerdict], tuple[str, ...]]:
    query = select(
        _decision.c.list_id, _decision.c.verdict, _decision.c.at, _person.c.name, _person.c.number
    ).join_from(_decision, _person, _person.c.id == _decision.c.person_id)
    found: dict[tuple[UUID, DisposalVerdict], tuple[str, ...]] = {}
    said = rows_among(session.connection(), query, _decision.c.list_id, list_ids)
    for one in sorted(said, key=lambda row: (row.at, row.number)):
        spoke = found.get((one.list_id, one.verdict), ())
        found[one.list_id, one.verdict] = (*spoke, f"{one.name} {one.number}")
    return found
