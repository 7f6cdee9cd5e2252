"""Who may sign in, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.organisation import roles_at
from registry.tables import Credential, DeskSession, Invitation, Person, PersonalToken, Unit
from regulation import access, holds
from regulation.appointing import MANAGERS
from regulation.authority import Holding
from regulation.vocabulary import Role

IDLE = timedelta(minutes=30)
"""After so long without a request a session is over."""

LONGEST = timedelta(hours=12)
"""After so long it is over anyway: a working day."""

_credential, _session, _invitation = table_of(Credential), table_of(DeskSession), table_of(Invitation)
_person, _unit, _token = table_of(Person), table_of(Unit), table_of(PersonalToken)
_ABOUT = (
    *(_person.c[name] for name in ("number", "name", "unit_id", "left_on")),
    *(_unit.c.name.label("unit_name"), _unit.c.zone),
)
_SIGNED_IN = (
    select(_session, *_ABOUT)
    .join_from(_session, _person, _person.c.id == _session.c.person_id)
    .join(_unit, _unit.c.id == _person.c.unit_id)
    .where(
        _session.c.token_hash == bindparam("token_hash"),
        _session.c.browser == bindparam("browser"),
        _session.c.ended_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, as they are at this moment."""

    session_id: UUID
    seen_at: datetime
    person_id: UUID
    number: str
    name: str
    unit_id: UUID
    unit_name: str
    zone: str
    held: tuple[Holding, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles they hold, acting ones included."""
        return frozenset(one.role for one in self.held)

    @property
    def keeps_people(self) -> bool:
        """Whether they keep a list of people."""
        return not self.roles.isdisjoint(MANAGERS)

    @property
    def oversees_footage(self) -> bool:
        """Whether what is kept and what goes of some unit is open to them."""
        return not self.roles.isdisjoint(holds.OVERSEERS)

    @property
    def sees_trails(self) -> bool:
        """Whether the pages of some unit's recordings are open to them."""
        return not self.roles.isdisjoint(access.OVERSEERS)


def credential_of(session: Session, number: str) -> AnyRow | None:
    """What the person with this certificate number signs in with; None where there is nothing, or they have left."""
    query = select(_credential, _person.c.number).join_from(
        _credential, _person, _person.c.id == _credential.c.person_id
    )
    return session.execute(query.where(_person.c.number == number)).one_or_none()


def signed_in(session: Session, token_hash: str, browser: str, at: datetime) -> Reader | None:
    """Whose session this is; None where it is over, of another browser, or its person has left."""
    row = session.execute(_SIGNED_IN, {"token_hash": token_hash, "browser": browser}).one_or_none()
    if row is None or at > min(row.seen_at + IDLE, row.created_at + LONGEST):
        return None
    return _reader(session, row, row.seen_at, at)


def _reader(session: Session, row: AnyRow, seen_at: datetime, at: datetime) -> Reader | None:
    if row.left_on is not None and row.left_on < at.astimezone(ZoneInfo(row.zone)).date():
        return None
    who = (row.person_id, row.number, row.name, row.unit_id, row.unit_name, row.zone)
    return Reader(row.id, seen_at, *who, tuple(roles_at(session, row.person_id, at)))


def bearer_of(session: Session, token_hash: str, at: datetime) -> Reader | None:
    """As whom a personal token acts; None where it is unknown, taken back or over, or its person has left."""
    query = (
        select(*(_token.c[name] for name in ("id", "person_id", "created_at", "last_used_at")), *_ABOUT)
        .join_from(_token, _person, _person.c.id == _token.c.person_id)
        .join(_unit, _unit.c.id == _person.c.unit_id)
        .where(_token.c.token_hash == token_hash, _token.c.revoked_at.is_(None), _token.c.expires_at > at)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else _reader(session, row, row.last_used_at or row.created_at, at)


def tokens_of(session: Session, person_id: UUID, at: datetime) -> list[AnyRow]:
    """A person's live tokens, the newest first."""
    live = (_token.c.person_id == person_id) & _token.c.revoked_at.is_(None) & (_token.c.expires_at > at)
    return list(session.execute(select(_token).where(live).order_by(_token.c.created_at.desc(), _token.c.id)))


def person_of_session(session: Session, token_hash: str) -> UUID | None:
    """Whose session this is or was."""
    query = select(_session.c.person_id).where(_session.c.token_hash == token_hash)
    return session.execute(query).scalar_one_or_none()


def invited(session: Session, token_hash: str, at: datetime) -> AnyRow | None:
    """The person whom this invitation lets choose a password now: id, number and name."""
    query = (
        select(_invitation.c.id, _invitation.c.person_id, _person.c.number, _person.c.name)
        .join_from(_invitation, _person, _person.c.id == _invitation.c.person_id)
        .where(_invitation.c.token_hash == token_hash, _invitation.c.used_at.is_(None), _invitation.c.expires_at >= at)
    )
    return session.execute(query).one_or_none()
