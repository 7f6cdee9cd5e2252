"""The list of people: who stands where, with what they sign in, and what waits for a second person's word (Art. 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.organisation import roles_at, unit_subtree
from registry.queries.signing import LONGEST
from registry.tables import (
    Appointment,
    AppointmentProposal,
    Credential,
    DeskSession,
    Invitation,
    Person,
    PersonalToken,
    Unit,
)
from regulation.appointing import MANAGERS, confirmers
from regulation.vocabulary import Role

_person, _unit, _appointment = table_of(Person), table_of(Unit), table_of(Appointment)
_proposal, _credential, _invitation = table_of(AppointmentProposal), table_of(Credential), table_of(Invitation)
_session, _token = table_of(DeskSession), table_of(PersonalToken)
_proposer = _person.alias("proposer")


def people_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Person]:
    """The people with these ids."""
    return {one: session.get_one(Person, one) for one in ids}


def managed_units(session: Session, person_id: UUID, at: datetime) -> set[UUID]:
    """The units of which this person keeps the list of people, those below included."""
    held = [one.unit_id for one in roles_at(session, person_id, at) if one.role in MANAGERS]
    return {unit for top in held for unit in unit_subtree(session, top)}


def units_among(session: Session, unit_ids: Collection[UUID]) -> list[AnyRow]:
    """These units by their codes."""
    rows = rows_among(session.connection(), select(_unit.c.id, _unit.c.code, _unit.c.name), _unit.c.id, unit_ids)
    return sorted(rows, key=lambda row: str(row.code))


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody as the list shows them."""

    id: UUID
    number: str
    name: str
    unit_id: UUID
    unit_name: str
    zone: str
    has_left: bool
    roles: Sequence[Role]


def people_listed(
    session: Session, unit_ids: Collection[UUID], words: str, at: datetime, offset: int, limit: int
) -> tuple[list[PersonRow], int]:
    """People of these units by number, and how many there are. `words` are part of a name or number."""
    query = select(_person, _unit.c.name.label("unit_name"), _unit.c.zone).join_from(
        _person, _unit, _unit.c.id == _person.c.unit_id
    )
    query = query.where(_person.c.unit_id.in_(list(unit_ids)))
    if words:
        query = query.where(
            or_(_person.c.number.contains(words, autoescape=True), _person.c.name.contains(words, autoescape=True))
        )
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(_person.c.number).offset(offset).limit(limit)).all()
    roles = _roles(session, [row.id for row in rows], at)
    today = at.date()
    return [
        PersonRow(
            row.id, row.number, row.name, row.unit_id, row.unit_name, row.zone,
            row.left_on is not None and row.left_on < today, roles.get(row.id, ()),
        )
        for row in rows
    ], total  # fmt: skip


def _roles(session: Session, people: Collection[UUID], at: datetime) -> Mapping[UUID, Sequence[Role]]:
    found: dict[UUID, list[Role]] = {}
    for row in rows_among(session.connection(), select(_appointment), _appointment.c.person_id, people):
        if row.valid_from <= at and (row.valid_to is None or at < row.valid_to):
            found.setdefault(row.person_id, []).append(row.role)
    return found


@dataclass(frozen=True, slots=True)
class WholePerson:
    """Somebody with every appointment, what waits to be confirmed, and with what they sign in."""

    row: AnyRow
    appointments: Sequence[AnyRow]
    proposals: Sequence[AnyRow]
    credential: AnyRow | None
    sessions: int
    tokens: int
    invited_until: datetime | None


def whole_person(session: Session, number: str, unit_ids: Collection[UUID], at: datetime) -> WholePerson | None:
    """The person of this number, if they are of these units."""
    query = select(_person, _unit.c.name.label("unit_name"), _unit.c.code.label("unit_code"), _unit.c.zone).join_from(
        _person, _unit, _unit.c.id == _person.c.unit_id
    )
    row = session.execute(query.where(_person.c.number == number)).one_or_none()
    if row is None or row.unit_id not in unit_ids:
        return None
    held = select(_appointment, _unit.c.name.label("unit_name")).join_from(
        _appointment, _unit, _unit.c.id == _appointment.c.unit_id
    )
    held = held.where(_appointment.c.person_id == row.id).order_by(_appointment.c.valid_from.desc())
    own = select(_credential.c.changed_at, _credential.c.locked_until).where(_credential.c.person_id == row.id)
    invited = select(func.max(_invitation.c.expires_at)).where(
        _invitation.c.person_id == row.id, _invitation.c.used_at.is_(None), _invitation.c.expires_at > at
    )
    live = (_session.c.person_id == row.id) & _session.c.ended_at.is_(None) & (_session.c.created_at > at - LONGEST)
    tokens = (_token.c.person_id == row.id) & _token.c.revoked_at.is_(None) & (_token.c.expires_at > at)
    return WholePerson(
        row,
        session.execute(held).all(),
        _proposals(session, _proposal.c.person_id == row.id),
        session.execute(own).one_or_none(),
        session.execute(select(func.count()).select_from(_session).where(live)).scalar_one(),
        session.execute(select(func.count()).select_from(_token).where(tokens)).scalar_one(),
        session.execute(invited).scalar_one_or_none(),
    )


def _proposals(session: Session, condition: object) -> Sequence[AnyRow]:
    query = (
        select(
            _proposal,
            _person.c.number,
            _person.c.name,
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _proposer.c.name.label("proposer_name"),
        )
        .join_from(_proposal, _person, _person.c.id == _proposal.c.person_id)
        .join(_unit, _unit.c.id == _proposal.c.unit_id)
        .join(_proposer, _proposer.c.id == _proposal.c.proposed_by_id)
        .where(_proposal.c.decided_at.is_(None), condition)  # type: ignore[arg-type]
    )
    return session.execute(query.order_by(_proposal.c.proposed_at)).all()


def proposals_for(session: Session, person_id: UUID, at: datetime) -> list[AnyRow]:
    """What waits for this person's word: of the units over which they hold a seat that confirms it."""
    held = [one for one in roles_at(session, person_id, at) if one.role in MANAGERS]
    over = {(one.role, unit) for one in held for unit in unit_subtree(session, one.unit_id)}
    units = {unit for _, unit in over}
    if not units:
        return []
    return [
        row
        for row in _proposals(session, _proposal.c.unit_id.in_(list(units)))
        if person_id not in (row.proposed_by_id, row.person_id)
        and any((role, row.unit_id) in over for role in confirmers(row.role))
    ]
