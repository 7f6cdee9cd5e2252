"""How an original stands: its term, what else keeps it, what was decided about it; or what is left of it (Art. 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.retention import kept_by
from registry.tables import (
    CaseFile,
    CaseUse,
    DisposalCertificate,
    DisposalDecision,
    DisposalItem,
    DisposalList,
    Hold,
    HoldItem,
    Person,
    Recording,
    RecordingState,
    RetentionTerm,
    TermExtension,
    TermTouch,
    Unit,
)
from regulation.citing import Language
from regulation.disposal_states import ItemState
from regulation.retention import Kept
from regulation.retention_words import why_kept

_term, _touch, _list, _item = (
    table_of(RetentionTerm),
    table_of(TermTouch),
    table_of(DisposalList),
    table_of(DisposalItem),
)
_hold, _hold_item, _extension = table_of(Hold), table_of(HoldItem), table_of(TermExtension)
_case, _use, _person = table_of(CaseFile), table_of(CaseUse), table_of(Person)
_decision, _certificate = table_of(DisposalDecision), table_of(DisposalCertificate)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an original that was destroyed: its item with the list's number, what was said of the list, and
    the certificate's number, empty until it is issued."""

    item: AnyRow
    decisions: Sequence[AnyRow]
    certificate: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an original stands on its unit's day `today`. `is_stale`: a fact has changed, and the next sweep works its
    term out anew."""

    today: date
    term: AnyRow | None
    keepers: tuple[Kept, ...]
    list_number: str | None
    is_stale: bool
    holds: Sequence[AnyRow]
    uses: Sequence[AnyRow]
    extensions: Sequence[AnyRow]
    tombstone: Tombstone | None

    def sentence(self, language: Language) -> str:
        """Why it is kept, or what is due, with the article."""
        return why_kept(self.term, self.today, language, keepers=self.keepers, list_number=self.list_number)


def standing_of(session: Session, recording: Recording, unit: Unit, at: datetime) -> Standing:
    """How the recording, which is of `unit`, stands at the moment `at`."""
    connection = session.connection()
    listed = select(_term, _list.c.number).outerjoin_from(_term, _list, _list.c.id == _term.c.list_id)
    term = session.execute(listed.where(_term.c.recording_id == recording.id)).one_or_none()
    touched = select(_touch.c.recording_id).where(_touch.c.recording_id == recording.id)
    return Standing(
        at.astimezone(ZoneInfo(unit.zone)).date(),
        term,
        kept_by(connection, [recording.id], at).get(recording.id, ()),
        None if term is None else term.number,
        session.execute(touched).first() is not None,
        _holds(session, recording.id),
        _uses(session, recording.id),
        _extensions(session, recording.id),
        _tombstone(session, recording.id) if recording.state is RecordingState.DISPOSED else None,
    )


def _holds(session: Session, recording_id: UUID) -> Sequence[AnyRow]:
    query = (
        select(_hold, _person.c.name)
        .join_from(_hold, _hold_item, _hold_item.c.hold_id == _hold.c.id)
        .join(_person, _person.c.id == _hold.c.placed_by_id)
        .where(_hold_item.c.recording_id == recording_id)
    )
    return session.execute(query.order_by(_hold.c.placed_at)).all()


def _uses(session: Session, recording_id: UUID) -> Sequence[AnyRow]:
    query = (
        select(_use, _case.c.number, _person.c.name)
        .join_from(_use, _case, _case.c.id == _use.c.case_id)
        .join(_person, _person.c.id == _use.c.person_id)
        .where(_use.c.recording_id == recording_id)
    )
    return session.execute(query.order_by(_use.c.at)).all()


def _extensions(session: Session, recording_id: UUID) -> Sequence[AnyRow]:
    query = select(_extension, _person.c.name).join_from(_extension, _person, _person.c.id == _extension.c.person_id)
    return session.execute(query.where(_extension.c.recording_id == recording_id).order_by(_extension.c.at)).all()


def _tombstone(session: Session, recording_id: UUID) -> Tombstone | None:
    listed = select(_item, _list.c.number).join_from(_item, _list, _list.c.id == _item.c.list_id)
    gone = listed.where(_item.c.recording_id == recording_id, _item.c.state == ItemState.DESTROYED)
    item = session.execute(gone).one_or_none()
    if item is None:
        return None
    said = select(_decision, _person.c.name, _person.c.number).join_from(
        _decision, _person, _person.c.id == _decision.c.person_id
    )
    decisions = session.execute(said.where(_decision.c.list_id == item.list_id).order_by(_decision.c.at)).all()
    number = select(_certificate.c.number).where(_certificate.c.list_id == item.list_id)
    return Tombstone(item, decisions, session.execute(number).scalar_one_or_none())
