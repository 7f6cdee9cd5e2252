"""Disposal lists: what stands on them, who took part, who may say something now (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import canonical_json
from registry.queries.access import deciders_over
from registry.tables import (
    Activity,
    DisposalCertificate,
    DisposalDecision,
    DisposalItem,
    DisposalList,
    DisposalStep,
    DisposalVerdict,
    Recording,
)
from regulation.access import Deciders
from regulation.disposal import SEATS, Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.retention import RetentionClass, Trigger
from regulation.vocabulary import MediaKind

_list, _item, _step = table_of(DisposalList), table_of(DisposalItem), table_of(DisposalStep)
_decision, _recording = table_of(DisposalDecision), table_of(Recording)
_certificate, _activity = table_of(DisposalCertificate), table_of(Activity)


class SomeList(Protocol):
    """A list, as a page shows it."""

    @property
    def id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID: ...


def list_row(connection: Connection, list_id: UUID) -> AnyRow | None:
    """The list with this id."""
    return connection.execute(select(_list).where(_list.c.id == list_id)).one_or_none()


def list_numbered(connection: Connection, number: str) -> AnyRow | None:
    """The list with this number."""
    return connection.execute(select(_list).where(_list.c.number == number)).one_or_none()


def items_in(connection: Connection, list_id: UUID, *states: ItemState) -> list[AnyRow]:
    """The items of a list, in the order of their ids; with `states`, those in one of them."""
    query = select(_item).where(_item.c.list_id == list_id)
    if states:
        query = query.where(_item.c.state.in_(states))
    return list(connection.execute(query.order_by(_item.c.id)))


def steps_of_list(connection: Connection, list_id: UUID) -> list[AnyRow]:
    """The steps of a list, in their order."""
    return list(connection.execute(select(_step).where(_step.c.list_id == list_id).order_by(_step.c.position)))


def open_step_of(connection: Connection, list_id: UUID, stage: DisposalStage) -> AnyRow | None:
    """The first step of the stage that waits for an answer."""
    steps = steps_of_list(connection, list_id)
    return next((one for one in steps if one.stage is stage and one.closed_at is None), None)


def decisions_on(connection: Connection, list_id: UUID) -> list[AnyRow]:
    """What was said of a list, in order."""
    query = select(_decision).where(_decision.c.list_id == list_id)
    return list(connection.execute(query.order_by(_decision.c.at, _decision.c.step_id)))


def appraisers_of(connection: Connection, list_id: UUID) -> set[UUID]:
    """Who appraised anything on the list, or handed it in."""
    query = select(_item.c.appraised_by_id).where(_item.c.list_id == list_id, _item.c.appraised_by_id.is_not(None))
    handed_in = {one.person_id for one in decisions_on(connection, list_id) if one.verdict is DisposalVerdict.SUBMITTED}
    return set(connection.execute(query.distinct()).scalars()) | handed_in


def taking_part(connection: Connection, list_id: UUID) -> set[UUID]:
    """Who appraised, decided or was named to witness."""
    named = {one.person_id for one in steps_of_list(connection, list_id) if one.person_id is not None}
    decided = {one.person_id for one in decisions_on(connection, list_id)}
    return appraisers_of(connection, list_id) | named | decided


def approvers_of(session: Session, row: AnyRow | SomeList, at: datetime) -> Deciders:
    """Who may approve the list at the moment `at`: the principal leader, but nobody who appraised it; then it goes one
    seat up."""
    aside = appraisers_of(session.connection(), row.id)
    return deciders_over(session, SEATS[DisposalStage.APPROVAL], row.unit_id, aside, at)


def digest_of_items(connection: Connection, list_id: UUID, answer: int | None = None) -> tuple[int, str]:
    """How many originals the list names for destruction, and a SHA-256 of exactly which; with `answer`, as it was when
    that answer was given, the first being 1. Counted, not timed: clocks of two servers differ, and go back."""
    query = (
        select(_item.c.recording_id, _recording.c.sha256, _item.c.due_on)
        .join_from(_item, _recording, _recording.c.id == _item.c.recording_id)
        .where(_item.c.list_id == list_id, _item.c.appraisal == Appraisal.DISPOSE)
    )
    still: ColumnElement[bool] = _item.c.dropped_at.is_(None)
    if answer is not None:
        still = or_(still, _item.c.dropped_after >= answer)
    rows = connection.execute(query.where(still).order_by(_item.c.recording_id)).all()
    lines = [[str(row.recording_id), row.sha256, row.due_on.isoformat()] for row in rows]
    return len(rows), sha256(canonical_json(sorted(lines)).encode()).hexdigest()


def to_carry_out(connection: Connection, at: datetime) -> list[AnyRow]:
    """Lists whose time of grace is over at the moment `at`, or whose carrying out has begun."""
    return list(connection.execute(select(_list).where(_ready(at)).order_by(_list.c.opened_at)))


def _ready(at: datetime) -> ColumnElement[bool]:
    over = (_list.c.state == ListState.GRACE) & (_list.c.grace_until <= at)
    return or_(over, _list.c.state == ListState.DESTROYING)


def to_follow(connection: Connection, at: datetime) -> list[AnyRow]:
    """Lists that may be carried out at the moment `at`, those that were and have no certificate yet, and those on which
    something changed that their run has not seen."""
    certified = select(_certificate.c.list_id)
    uncertified = (_list.c.state == ListState.DONE) & _list.c.id.not_in(certified)
    unseen = or_(_list.c.followed_at.is_(None), _list.c.followed_at < _list.c.changed_at)
    query = select(_list).where(or_(_ready(at), uncertified, unseen))
    return list(connection.execute(query.order_by(_list.c.opened_at)))


def certificate_of(connection: Connection, list_id: UUID) -> AnyRow | None:
    """The certificate of a list that was carried out."""
    return connection.execute(select(_certificate).where(_certificate.c.list_id == list_id)).one_or_none()


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left to say of an original that was destroyed."""

    recording_id: UUID
    sha256: str
    sm3: str | None
    size: int
    media_kind: MediaKind
    activity: str | None
    retention_class: RetentionClass
    article: str
    trigger: Trigger
    trigger_on: date
    due_on: date
    received_at: datetime
    destroyed_at: datetime


def destroyed_on(connection: Connection, list_id: UUID) -> list[Gone]:
    """Everything that was destroyed by a list, in the order of their ids."""
    of_recording = (_recording.c.sha256, _recording.c.sm3, _recording.c.size, _recording.c.media_kind)
    of_item = (_item.c.retention_class, _item.c.article, _item.c.trigger, _item.c.trigger_on, _item.c.due_on)
    query = (
        select(_item.c.recording_id, *of_recording, _activity.c.number, *of_item)
        .add_columns(_recording.c.received_at, _item.c.destroyed_at)
        .join_from(_item, _recording, _recording.c.id == _item.c.recording_id)
        .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
        .where(_item.c.list_id == list_id, _item.c.state == ItemState.DESTROYED)
        .order_by(_item.c.recording_id)
    )
    return [Gone(*row) for row in connection.execute(query)]


def open_lists(connection: Connection, unit_ids: Iterable[UUID]) -> list[AnyRow]:
    """The lists of these units on which something is still to happen."""
    query = select(_list).where(_list.c.unit_id.in_(list(unit_ids)), _list.c.closed_at.is_(None))
    return list(connection.execute(query.order_by(_list.c.opened_at)))
