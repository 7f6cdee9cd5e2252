"""Copies that were handed out, as their receipts show them (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access import roles_over
from registry.queries.organisation import unit_chain
from registry.tables import AccessCopy, AccessGrant, AccessRequest, CopyEnd, Duty, Person, Recording, Unit
from regulation.access import OVERSEERS
from regulation.duties import DutyKind
from regulation.vocabulary import MediaKind, Role

_copy, _grant, _request = table_of(AccessCopy), table_of(AccessGrant), table_of(AccessRequest)
_recording, _unit, _person, _duty = table_of(Recording), table_of(Unit), table_of(Person), table_of(Duty)


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy with its holder, its recording and when it is to be back; `may_confirm` says whether whoever asks can
    confirm that it is."""

    number: str
    request_number: str
    recording_id: UUID
    media_kind: MediaKind
    original_sha256: str
    unit_name: str
    zone: str
    person_id: UUID
    holder_name: str
    holder_number: str
    start_second: float
    end_second: float | None
    size: int
    sha256: str
    handed_at: datetime
    due_at: datetime | None
    declared: CopyEnd | None
    declared_at: datetime | None
    ended: CopyEnd | None
    ended_at: datetime | None
    may_confirm: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is the original, byte for byte."""
        return self.sha256 == self.original_sha256


def _copies() -> Select[tuple[object, ...]]:
    due = select(_duty.c.due_at).where(_duty.c.kind == DutyKind.COPY_RETURN, _duty.c.subject_id == _copy.c.id)
    return (
        select(
            _copy,
            _request.c.number.label("request_number"),
            _recording.c.media_kind,
            _recording.c.sha256.label("original_sha256"),
            _recording.c.unit_id,
            _unit.c.name.label("unit_name"),
            _unit.c.zone,
            _person.c.name.label("holder_name"),
            _person.c.number.label("holder_number"),
            due.limit(1).scalar_subquery().label("due_at"),
        )
        .join_from(_copy, _grant, _grant.c.id == _copy.c.grant_id)
        .join(_request, _request.c.id == _grant.c.request_id)
        .join(_recording, _recording.c.id == _copy.c.recording_id)
        .join(_unit, _unit.c.id == _recording.c.unit_id)
        .join(_person, _person.c.id == _copy.c.person_id)
    )


def copy_shown(session: Session, number: str, reader: UUID, at: datetime) -> CopyRow | None:
    """The copy, for its holder and for those who oversee the footage; None for everybody else and where there is
    none."""
    row = session.execute(_copies().where(_copy.c.number == number)).one_or_none()
    if row is None:
        return None
    roles = roles_over(session, reader, unit_chain(session, row.unit_id), at)
    if reader != row.person_id and not roles & frozenset(OVERSEERS):
        return None
    can = Role.DEVICE_ADMINISTRATOR in roles and reader != row.person_id and row.ended_at is None
    return _shown(row, may_confirm=can)


def copies_of(session: Session, grant_id: UUID) -> list[CopyRow]:
    """Every copy under a grant, the newest first."""
    query = _copies().where(_copy.c.grant_id == grant_id).order_by(_copy.c.handed_at.desc(), _copy.c.number.desc())
    return [_shown(row) for row in session.execute(query)]


def _shown(row: AnyRow, *, may_confirm: bool = False) -> CopyRow:
    names = [name for name in CopyRow.__dataclass_fields__ if name != "may_confirm"]
    return CopyRow(**{name: getattr(row, name) for name in names}, may_confirm=may_confirm)
