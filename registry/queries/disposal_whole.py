"""One disposal list with all that belongs to it: its items, its steps and what was said, what one may do (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access import authority_of, gone_among, roles_over
from registry.queries.answered import AnsweredStep, answered_steps
from registry.queries.disposal import approvers_of, taking_part
from registry.queries.disposal_pages import ListRow
from registry.queries.organisation import unit_chain, unit_subtree
from registry.tables import (
    Activity,
    DisposalCertificate,
    DisposalDecision,
    DisposalItem,
    DisposalStep,
    Person,
    Recording,
    Unit,
)
from regulation.access import Deciders
from regulation.disposal import RESTORERS, SEATS, Appraisal, DisposalStage
from regulation.disposal_states import RESTORABLE, ItemState, ListState
from regulation.retention import Kept, RetentionClass, Trigger

_item, _step, _decision = table_of(DisposalItem), table_of(DisposalStep), table_of(DisposalDecision)
_certificate, _recording, _activity = table_of(DisposalCertificate), table_of(Recording), table_of(Activity)
_unit, _person = table_of(Unit), table_of(Person)
_appraiser, _dropper = _person.alias("appraiser"), _person.alias("dropper")

MOST_OFFERED = 200
"""Witnesses that are offered to be chosen from; others can be named by their number."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An original on a list, with the term it was listed by, what was said of it and what became of it."""

    id: UUID
    recording_id: UUID
    activity: str | None
    unit_name: str
    media_kind: str
    condition: str
    size: int
    sha256: str
    retention_class: RetentionClass
    article: str
    trigger: Trigger
    trigger_on: date
    due_on: date
    state: ItemState
    appraisal: Appraisal | None
    appraised_by: str | None
    reason: str | None
    dropped_at: datetime | None
    dropped_by: str | None
    dropped_why: Kept | None
    problem: str | None
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SoughtItems:
    """Which items: words in an activity's number or at the beginning of a digest, a class, a state, and whether only
    those that nobody has appraised."""

    words: str = ""
    retention_class: RetentionClass | None = None
    state: ItemState | None = None
    unappraised: bool = False


def items_of_list(
    session: Session, list_id: UUID, sought: SoughtItems, offset: int = 0, limit: int = 50
) -> tuple[list[ItemRow], int]:
    """The items of the list that are sought, what was taken off last, those due longest first; and how many there
    are."""
    query = _items().where(_item.c.list_id == list_id, *_conditions(sought))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(
        query.order_by(_item.c.state == ItemState.DROPPED, _item.c.due_on, _item.c.id).offset(offset).limit(limit)
    )
    return [ItemRow(**row._mapping) for row in rows], int(total)


_OWN = (
    "id", "recording_id", "retention_class", "article", "trigger", "trigger_on", "due_on", "state", "appraisal",
    "reason", "dropped_at", "dropped_why", "problem", "destroyed_at",
)  # fmt: skip


def _items() -> Select[tuple[object, ...]]:
    return select(
        *(_item.c[name] for name in _OWN),
        *(_recording.c[name] for name in ("media_kind", "condition", "size", "sha256")),
        _activity.c.number.label("activity"),
        _unit.c.name.label("unit_name"),
        _appraiser.c.name.label("appraised_by"),
        _dropper.c.name.label("dropped_by"),
    ).select_from(
        _item.join(_recording, _recording.c.id == _item.c.recording_id)
        .join(_unit, _unit.c.id == _recording.c.unit_id)
        .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        .outerjoin(_appraiser, _appraiser.c.id == _item.c.appraised_by_id)
        .outerjoin(_dropper, _dropper.c.id == _item.c.dropped_by_id)
    )


def _conditions(sought: SoughtItems) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.words:
        digest = _recording.c.sha256.startswith(sought.words.lower(), autoescape=True)
        found.append(or_(_activity.c.number.icontains(sought.words, autoescape=True), digest))
    if sought.retention_class is not None:
        found.append(_item.c.retention_class == sought.retention_class)
    if sought.state is not None:
        found.append(_item.c.state == sought.state)
    if sought.unappraised:
        found += [_item.c.appraisal.is_(None), _item.c.state == ItemState.LISTED]
    return found


def recordings_listed_on(session: Session, list_id: UUID, *, unappraised: bool = False) -> set[UUID]:
    """The originals that stand on the list; `unappraised`: only those that nobody has said anything of."""
    query = select(_item.c.recording_id).where(_item.c.list_id == list_id, _item.c.state == ItemState.LISTED)
    if unappraised:
        query = query.where(_item.c.appraisal.is_(None))
    return set(session.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class WholeList:
    """Everything about one list that its page shows but for the items themselves. `counts` are items and bytes by
    state; `unappraised` is how many still wait for a word; the rest is what whoever looks may do now."""

    row: ListRow
    steps: Sequence[AnsweredStep]
    counts: dict[ItemState, tuple[int, int]]
    unappraised: int
    certificate: AnyRow | None
    approvers: Deciders | None
    may_appraise: bool
    may_approve: bool
    may_restore: bool
    witnesses_as: AnyRow | None

    def open_step(self, stage: DisposalStage) -> AnyRow | None:
        """The first step of the stage that waits."""
        return next((one.step for one in self.steps if one.is_open and one.step.stage == stage), None)

    @property
    def awaited(self) -> list[AnyRow]:
        """The witnesses who have not spoken yet."""
        return [one.step for one in self.steps if one.is_open and one.step.stage is DisposalStage.WITNESS]


def whole_list(session: Session, row: ListRow, person_id: UUID, at: datetime) -> WholeList:
    """The list with all that belongs to it, as this person sees it at the moment `at`."""
    steps = answered_steps(session, _step, _decision, "list_id", row.id)
    counts, unappraised = _counts(session, row.id)
    roles = roles_over(session, person_id, unit_chain(session, row.unit_id), at)
    asked = row.state in (ListState.APPROVAL, ListState.WITNESSING)
    approvers = approvers_of(session, row, at) if asked else None
    named = [
        one.step
        for one in steps
        if one.is_open and one.step.stage is DisposalStage.WITNESS and one.step.person_id == person_id
    ]
    certified = select(_certificate).where(_certificate.c.list_id == row.id)
    part = person_id in taking_part(session.connection(), row.id)
    return WholeList(
        row,
        steps,
        counts,
        unappraised,
        session.execute(certified).one_or_none(),
        approvers,
        row.state is ListState.APPRAISAL and SEATS[DisposalStage.APPRAISAL] in roles,
        approvers is not None and person_id in approvers.people,
        row.state in RESTORABLE and (part or not roles.isdisjoint(RESTORERS)),
        named[0] if named and row.state is ListState.WITNESSING else None,
    )


def _counts(session: Session, list_id: UUID) -> tuple[dict[ItemState, tuple[int, int]], int]:
    waits = func.count().filter(_item.c.appraisal.is_(None)).label("unappraised")
    query = (
        select(_item.c.state, func.count().label("items"), func.sum(_recording.c.size).label("size"), waits)
        .join_from(_item, _recording, _recording.c.id == _item.c.recording_id)
        .where(_item.c.list_id == list_id)
        .group_by(_item.c.state)
    )
    found = {row.state: row for row in session.execute(query)}
    counts = {state: (found[state].items, int(found[state].size)) for state in ItemState if state in found}
    return counts, found[ItemState.LISTED].unappraised if ItemState.LISTED in found else 0


def witnesses_offered(session: Session, row: ListRow, but: Collection[UUID], at: datetime) -> list[AnyRow]:
    """People in office of the list's unit who may be named to witness it: nobody who takes part in it, nor any of
    `but`. Up to `MOST_OFFERED`, by number."""
    units = unit_subtree(session, authority_of(session, row.unit_id))
    aside = taking_part(session.connection(), row.id) | set(but)
    query = select(_person.c.id, _person.c.number, _person.c.name).where(_person.c.unit_id.in_(units))
    found = [one for one in session.execute(query.order_by(_person.c.number)) if one.id not in aside]
    gone = gone_among(session, [one.id for one in found], at)
    return [one for one in found if one.id not in gone][:MOST_OFFERED]
