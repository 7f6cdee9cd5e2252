"""One conversion with all that its page shows, and what whoever looks may do with it now (Art. 19)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.access import roles_over
from registry.queries.answered import AnsweredStep, answered_steps
from registry.queries.conversion import (
    asked_of,
    cleared_at,
    discs_of,
    items_of_conversion,
    outputs_of,
    readings_of,
    signatories_of,
    signers_of,
    statement_of_conversion,
    transcripts_of,
)
from registry.queries.conversion_looks import lookers_of
from registry.queries.conversion_pages import ConversionRow
from registry.queries.organisation import unit_chain
from registry.tables import (
    Activity,
    CaseFile,
    Conversion,
    ConversionDecision,
    ConversionItem,
    ConversionReissue,
    ConversionStep,
    Person,
    Recording,
    Unit,
)
from regulation.access import Deciders
from regulation.conversion import RECALLERS, SHOWN_WHILE, Asked, ConversionStage
from regulation.conversion_states import NEXT, ConversionEvent, ConversionState
from regulation.stated import DerivedKind
from regulation.vocabulary import Role

_conversion, _step, _decision = table_of(Conversion), table_of(ConversionStep), table_of(ConversionDecision)
_reissue, _person, _unit = table_of(ConversionReissue), table_of(Person), table_of(Unit)
_recording, _activity = table_of(Recording), table_of(Activity)
_item, _case = table_of(ConversionItem), table_of(CaseFile)

WRITABLE = (
    ConversionState.DRAFT,
    ConversionState.EXTRACTION,
    ConversionState.MAKING,
    ConversionState.CHECKING,
)
"""While what was said can still be written down: see `registry.transitions.conversion.making`."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What is asked of one recording, the recording, what was made of it, and what is said in it in writing."""

    position: int
    asked: Asked
    recording: AnyRow
    outputs: Sequence[AnyRow]
    transcript: AnyRow | None

    @property
    def made(self) -> list[AnyRow]:
        """What was made of it, or was to be: its own facts left out."""
        order = [kind.value for kind in DerivedKind]
        found = [one for one in self.outputs if one.kind in order]
        return sorted(found, key=lambda one: (order.index(one.kind), one.ordinal))


@dataclass(frozen=True, slots=True)
class May:
    """What whoever looks may do now. `answers` is the step that waits for their word, `look` whether what was made is
    shown to them."""

    is_requester: bool
    answers: AnyRow | None
    edit: bool
    withdraw: bool
    transcribe: bool
    recall: bool
    correct: bool
    fetch: bool
    look: bool


@dataclass(frozen=True, slots=True)
class WholeConversion:
    """Everything about one conversion that its page shows."""

    row: ConversionRow
    items: Sequence[ItemRow]
    steps: Sequence[AnsweredStep]
    signers: Deciders | None
    statement: AnyRow | None
    discs: Sequence[AnyRow]
    readings: Sequence[AnyRow]
    reissues: Sequence[AnyRow]
    supersedes: str | None
    superseded_by: str | None
    recalled_by: str | None
    cleared_at: datetime | None
    may: May

    @property
    def copies(self) -> int:
        """How many copies of it may be handed out, those allowed later included."""
        more: int = sum(one.copies for one in self.reissues)
        return self.row.copies + more

    def item_of(self, recording_id: UUID) -> ItemRow | None:
        """The first item about a recording."""
        return next((one for one in self.items if one.recording.id == recording_id), None)


def whole_conversion(session: Session, row: ConversionRow, person_id: UUID, at: datetime) -> WholeConversion:
    """The conversion with all that belongs to it, as this person sees it at the moment `at`."""
    connection = session.connection()
    kept, steps = _kept(session, row), answered_steps(session, _step, _decision, "conversion_id", row.id)
    signers = signers_of(session, kept, at) if row.state is ConversionState.SIGNING else None
    roles = roles_over(session, person_id, unit_chain(session, row.unit_id), at)
    signed_by = signatories_of(connection, row.id)
    waits_on = next((one.step for one in steps if one.is_open), None)
    return WholeConversion(
        row=row,
        items=_items(session, kept),
        steps=steps,
        signers=signers,
        statement=statement_of_conversion(connection, row.id),
        discs=discs_of(connection, row.id),
        readings=readings_of(connection, row.id),
        reissues=_reissues(session, row.id),
        supersedes=_number(session, _conversion.c.id == row.supersedes_id),
        superseded_by=number_in_place_of(session, row.id),
        recalled_by=_name(session, row.recalled_by_id),
        cleared_at=cleared_at(connection, row.id),
        may=_may(
            row,
            person_id,
            _answers(waits_on, signers, person_id),
            roles,
            signed_by,
            lookers_of(session, kept, person_id, at),
        ),
    )


def _answers(step: AnyRow | None, signers: Deciders | None, person_id: UUID) -> AnyRow | None:
    """The step, if it waits for this person."""
    if step is None:
        return None
    people = signers.people if step.stage is ConversionStage.SIGNATURE and signers is not None else (step.person_id,)
    return step if person_id in people else None


def _may(
    row: ConversionRow,
    person_id: UUID,
    answers: AnyRow | None,
    roles: Collection[Role],
    signed_by: Collection[UUID],
    lookers: Collection[UUID],
) -> May:
    is_requester = person_id == row.requester_id
    takes_part = person_id in (row.requester_id, row.extractor_id, row.checker_id)
    is_issued = row.state is ConversionState.ISSUED
    return May(
        is_requester=is_requester,
        answers=answers,
        edit=is_requester and row.state is ConversionState.DRAFT,
        withdraw=is_requester and (row.state, ConversionEvent.WITHDRAWN) in NEXT,
        transcribe=takes_part and row.state in WRITABLE,
        recall=is_issued and (person_id in signed_by or not set(RECALLERS).isdisjoint(roles)),
        correct=is_issued and is_requester,
        fetch=is_issued and (takes_part or person_id in signed_by or Role.DEVICE_ADMINISTRATOR in roles),
        look=row.state in SHOWN_WHILE and person_id in lookers,
    )


def _kept(session: Session, row: ConversionRow) -> AnyRow:
    return session.execute(select(_conversion).where(_conversion.c.id == row.id)).one()


def _items(session: Session, row: AnyRow) -> list[ItemRow]:
    connection = session.connection()
    items = items_of_conversion(connection, row)
    ids = {one.recording_id for one in items}
    query = select(
        _recording, _activity.c.number.label("activity"), _unit.c.name.label("unit_name"), _unit.c.zone
    ).select_from(
        _recording.join(_unit, _unit.c.id == _recording.c.unit_id).outerjoin(
            _activity, _activity.c.id == _recording.c.activity_id
        )
    )
    recordings = {one.id: one for one in rows_among(connection, query, _recording.c.id, ids)}
    made: dict[UUID, list[AnyRow]] = {}
    for output in outputs_of(connection, row):
        made.setdefault(output.item_id, []).append(output)
    written = transcripts_of(connection, row.id)
    return [
        ItemRow(
            one.position,
            asked_of(one),
            recordings[one.recording_id],
            made.get(one.id, ()),
            written.get(one.recording_id),
        )
        for one in items
    ]


def conversions_of_recording(session: Session, recording_id: UUID, unit_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """The conversions of these units that name the recording and were handed in, the newest first: number, state, case
    number, what it proves there."""
    query = (
        select(_conversion, _case.c.number.label("case_number"), _item.c.proves)
        .join_from(_conversion, _item, _item.c.conversion_id == _conversion.c.id)
        .join(_case, _case.c.id == _conversion.c.case_id)
        .where(_item.c.recording_id == recording_id, _item.c.edition == _conversion.c.edition)
        .where(_conversion.c.unit_id.in_(unit_ids), _conversion.c.submitted_at.is_not(None))
    )
    return session.execute(query.order_by(_conversion.c.created_at.desc(), _item.c.position)).all()


def _reissues(session: Session, conversion_id: UUID) -> Sequence[AnyRow]:
    query = select(_reissue, _person.c.name, _person.c.number).join_from(
        _reissue, _person, _person.c.id == _reissue.c.person_id
    )
    return session.execute(query.where(_reissue.c.conversion_id == conversion_id).order_by(_reissue.c.at)).all()


def _number(session: Session, which: ColumnElement[bool]) -> str | None:
    query = select(_conversion.c.number).where(which).order_by(_conversion.c.issued_at.desc())
    found: str | None = session.execute(query.limit(1)).scalar_one_or_none()
    return found


def number_in_place_of(session: Session, conversion_id: UUID) -> str | None:
    """The number of the conversion that was issued to correct this one."""
    return _number(session, (_conversion.c.supersedes_id == conversion_id) & _conversion.c.issued_at.is_not(None))


def _name(session: Session, person_id: UUID | None) -> str | None:
    person = None if person_id is None else session.get(Person, person_id)
    return None if person is None else f"{person.name} {person.number}"


def entered_by(session: Session, transcript: AnyRow) -> tuple[str, str | None]:
    """Who entered a transcript, and who confirmed it."""
    return _name(session, transcript.entered_by_id) or "", _name(session, transcript.confirmed_by_id)
