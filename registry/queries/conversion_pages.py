"""Conversions in lists: one's own, those that wait for one's word, the register; who may see one (Art. 19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.access import authority_of, gone_among
from registry.queries.conversion import conversion_row, signers_of
from registry.queries.organisation import roles_at, unit_subtree
from registry.tables import (
    CaseFile,
    Conversion,
    ConversionDecision,
    ConversionDisc,
    ConversionItem,
    ConversionReading,
    ConversionReissue,
    ConversionStep,
    ConversionVerdict,
    Person,
    Unit,
)
from regulation.conversion import Carrier
from regulation.conversion_states import ConversionState

_conversion, _item, _step = table_of(Conversion), table_of(ConversionItem), table_of(ConversionStep)
_decision, _disc, _reading = table_of(ConversionDecision), table_of(ConversionDisc), table_of(ConversionReading)
_reissue, _unit, _case, _person = table_of(ConversionReissue), table_of(Unit), table_of(CaseFile), table_of(Person)
_requester, _extractor, _checker = _person.alias("requester"), _person.alias("extractor"), _person.alias("checker")

MOST_OFFERED = 200
"""People, or case files, that are offered to be chosen from; others can be named by their number."""


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """A conversion as lists and its page show it; `items` counts what its last edition asks."""

    id: UUID
    number: str
    unit_id: UUID
    unit_name: str
    zone: str
    state: ConversionState
    edition: int
    requester_id: UUID
    requester_name: str
    requester_number: str
    extractor_id: UUID
    extractor_name: str
    extractor_number: str
    checker_id: UUID
    checker_name: str
    checker_number: str
    grant_id: UUID
    case_id: UUID
    case_number: str
    cause: str
    carrier: Carrier
    copies: int
    supersedes_id: UUID | None
    correction: str | None
    created_at: datetime
    submitted_at: datetime | None
    extracted_at: datetime | None
    changed_at: datetime
    issued_at: datetime | None
    closed_at: datetime | None
    problem: str | None
    recalled_by_id: UUID | None
    recall_reason: str | None
    items: int

    @property
    def was_sent_back(self) -> bool:
        """Whether it was handed in before, and is a draft again."""
        return self.state is ConversionState.DRAFT and self.submitted_at is not None

    @property
    def is_recalled(self) -> bool:
        """Whether it was issued, and does not count any more."""
        return self.state is ConversionState.WITHDRAWN and self.issued_at is not None


def _shown() -> Select[tuple[object, ...]]:
    items = (
        select(func.count())
        .select_from(_item)
        .where(_item.c.conversion_id == _conversion.c.id, _item.c.edition == _conversion.c.edition)
        .scalar_subquery()
    )
    named = (
        one.c[name].label(f"{one.name}_{name}")
        for one in (_requester, _extractor, _checker)
        for name in ("name", "number")
    )
    about = (_unit.c.name.label("unit_name"), _unit.c.zone, _case.c.number.label("case_number"))
    return select(_conversion, *named, *about, items.label("items")).select_from(
        _conversion.join(_unit, _unit.c.id == _conversion.c.unit_id)
        .join(_case, _case.c.id == _conversion.c.case_id)
        .join(_requester, _requester.c.id == _conversion.c.requester_id)
        .join(_extractor, _extractor.c.id == _conversion.c.extractor_id)
        .join(_checker, _checker.c.id == _conversion.c.checker_id)
    )


def _row(row: AnyRow) -> ConversionRow:
    return ConversionRow(**{name: getattr(row, name) for name in ConversionRow.__dataclass_fields__})


def conversions_of(session: Session, person_id: UUID, limit: int = 50) -> list[ConversionRow]:
    """What this person takes part in: asked for, extracts or checks; the latest changed first."""
    columns = (_conversion.c.requester_id, _conversion.c.extractor_id, _conversion.c.checker_id)
    mine = _conversion.c.requester_id == person_id
    named = or_(*(one == person_id for one in columns)) & _conversion.c.submitted_at.is_not(None)
    query = _shown().where(or_(mine, named)).order_by(_conversion.c.changed_at.desc(), _conversion.c.number.desc())
    return [_row(one) for one in session.execute(query.limit(limit))]


def conversions_waiting(session: Session, person_id: UUID, at: datetime, limit: int = 50) -> list[ConversionRow]:
    """Up to `limit` conversions that wait for this person's word at the moment `at`, the oldest first: to be extracted
    or checked by them, or to be signed from a seat of theirs."""
    asked = select(_step.c.conversion_id).where(_step.c.person_id == person_id, _step.c.closed_at.is_(None))
    seats = {one.unit_id for one in roles_at(session, person_id, at)}
    below = {unit for seat in seats for unit in unit_subtree(session, seat)}
    signed = (_conversion.c.state == ConversionState.SIGNING) & _conversion.c.unit_id.in_(below)
    query = _shown().where(or_(_conversion.c.id.in_(asked), signed))
    rows = session.execute(query.order_by(_conversion.c.submitted_at, _conversion.c.number))
    found = (_row(one) for one in rows)
    return [one for one in found if _waits_for(session, one, person_id, at)][:limit]


def _waits_for(session: Session, row: ConversionRow, person_id: UUID, at: datetime) -> bool:
    return row.state is not ConversionState.SIGNING or may_sign(session, row, person_id, at)


def may_sign(session: Session, row: ConversionRow, person_id: UUID, at: datetime) -> bool:
    """Whether the conversion waits for a signature that this person may give at the moment `at`."""
    if row.state is not ConversionState.SIGNING:
        return False
    kept = conversion_row(session.connection(), row.id)
    return kept is not None and person_id in signers_of(session, kept, at).people


def conversion_seen(
    session: Session, number: str, person_id: UUID, registered: Collection[UUID], at: datetime
) -> ConversionRow | None:
    """The conversion with this number; None where there is none, and where it is not shown to this person.

    It is shown to who takes part in it, may sign it now, or ever decided about it, and to who keeps the register of its
    unit (`registered`: the units whose register is open to them); while it was never handed in, to who wrote it down
    alone.
    """
    found = session.execute(_shown().where(_conversion.c.number == number)).one_or_none()
    if found is None:
        return None
    row = _row(found)
    if row.submitted_at is None:
        return row if person_id == row.requester_id else None
    is_open = row.unit_id in registered or person_id in (row.requester_id, row.extractor_id, row.checker_id)
    spoke = select(_decision.c.step_id).where(_decision.c.conversion_id == row.id, _decision.c.person_id == person_id)
    if is_open or session.execute(spoke.limit(1)).first() is not None:
        return row
    return row if may_sign(session, row, person_id, at) else None


# The register of conversions (登记簿)


@dataclass(frozen=True, slots=True)
class Registered:
    """A conversion as the register shows it: who signed it, on how many media it was handed out, and of how many of
    them (every medium of every copy) a reading found that they are what was issued, or that they are not."""

    row: ConversionRow
    signatories: Sequence[str]
    media: int
    read_good: int
    read_bad: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What the register is searched for: words in number, case number, cause or requester, a state, and days on which
    it was handed in, or written down."""

    words: str = ""
    state: ConversionState | None = None
    since: datetime | None = None
    until: datetime | None = None


def conversion_register(
    session: Session, unit_ids: Collection[UUID], sought: Sought, offset: int = 0, limit: int = 50
) -> tuple[list[Registered], int]:
    """The conversions of these units, the newest first; and how many there are. Drafts that were never handed in are
    nobody's business but the requester's."""
    query = _shown().where(*_conditions(unit_ids, sought))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(
        query.order_by(_conversion.c.created_at.desc(), _conversion.c.number.desc()).offset(offset).limit(limit)
    )
    return _registered(session, [_row(one) for one in rows]), int(total)


def _conditions(unit_ids: Collection[UUID], sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_conversion.c.unit_id.in_(unit_ids), _conversion.c.submitted_at.is_not(None)]
    if sought.words:
        columns = (
            _conversion.c.number, _conversion.c.cause, _case.c.number, _requester.c.name, _requester.c.number,
        )  # fmt: skip
        found.append(or_(*(one.icontains(sought.words, autoescape=True) for one in columns)))
    if sought.state is not None:
        found.append(_conversion.c.state == sought.state)
    if sought.since is not None:
        found.append(_conversion.c.submitted_at >= sought.since)
    if sought.until is not None:
        found.append(_conversion.c.submitted_at < sought.until)
    return found


def _registered(session: Session, rows: Sequence[ConversionRow]) -> list[Registered]:
    ids = [one.id for one in rows]
    signed, media, read = _signatories(session, ids), _media(session, ids), _readings(session, ids)
    return [
        Registered(
            one,
            signed.get(one.id, ()),
            media.get(one.id, 0),
            sum(read.get(one.id, {}).values()),
            sum(not good for good in read.get(one.id, {}).values()),
        )
        for one in rows
    ]


def _signatories(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    query = (
        select(_decision.c.conversion_id, _decision.c.at, _person.c.name, _person.c.number)
        .join_from(_decision, _person, _person.c.id == _decision.c.person_id)
        .where(_decision.c.verdict == ConversionVerdict.SIGNED)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    rows = rows_among(session.connection(), query, _decision.c.conversion_id, ids)
    for one in sorted(rows, key=lambda row: row.at):
        name, others = f"{one.name} {one.number}", found.get(one.conversion_id, ())
        found[one.conversion_id] = others if name in others else (*others, name)
    return found


def _media(session: Session, ids: Collection[UUID]) -> dict[UUID, int]:
    """How many discs or sticks there are of each: every medium of every copy, those issued again included."""
    connection = session.connection()
    discs = select(_disc.c.conversion_id, func.count().label("discs")).group_by(_disc.c.conversion_id)
    more = select(_reissue.c.conversion_id, func.sum(_reissue.c.copies).label("copies"))
    again = rows_among(connection, more.group_by(_reissue.c.conversion_id), _reissue.c.conversion_id, ids)
    added = {one.conversion_id: int(one.copies) for one in again}
    copies = rows_among(connection, select(_conversion.c.id, _conversion.c.copies), _conversion.c.id, ids)
    issued = {one.id: one.copies + added.get(one.id, 0) for one in copies}
    rows = rows_among(connection, discs, _disc.c.conversion_id, ids)
    return {one.conversion_id: one.discs * issued[one.conversion_id] for one in rows}


def _readings(session: Session, ids: Collection[UUID]) -> Mapping[UUID, Mapping[tuple[UUID, int], bool]]:
    """By conversion, what the last reading of each medium of each copy found."""
    columns = (_reading.c.disc_id, _reading.c.copy_number, _reading.c.read_at, _reading.c.is_same)
    query = select(*columns, _disc.c.conversion_id).join_from(_reading, _disc, _disc.c.id == _reading.c.disc_id)
    found: dict[UUID, dict[tuple[UUID, int], bool]] = {}
    rows = rows_among(session.connection(), query, _disc.c.conversion_id, ids)
    for one in sorted(rows, key=lambda row: row.read_at):
        found.setdefault(one.conversion_id, {})[one.disc_id, one.copy_number] = one.is_same
    return found


# What a form offers


def open_cases(session: Session, unit_id: UUID) -> list[str]:
    """The numbers of the open case files of the unit, the latest first."""
    units = unit_subtree(session, authority_of(session, unit_id))
    query = select(_case.c.number).where(_case.c.unit_id.in_(units), _case.c.closed_on.is_(None))
    return list(session.execute(query.order_by(_case.c.changed_at.desc()).limit(MOST_OFFERED)).scalars())


def colleagues(session: Session, unit_id: UUID, at: datetime) -> list[AnyRow]:
    """People in office of the enforcement unit, by number: who may be named to extract or to check."""
    units = unit_subtree(session, authority_of(session, unit_id))
    query = select(_person.c.id, _person.c.number, _person.c.name).where(_person.c.unit_id.in_(units))
    found = list(session.execute(query.order_by(_person.c.number)))
    gone = gone_among(session, [one.id for one in found], at)
    return [one for one in found if one.id not in gone][:MOST_OFFERED]
