"""Marking what duties may follow from: the next sweep settles it, with the policy of each unit at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, tuple_

from registry.act import Act
from registry.bulk import chunked, inserting, table_of
from registry.tables import DutyTouch
from regulation.duties import DutyKind

_touch = table_of(DutyTouch)


def touch(act: Act, kind: DutyKind, subject_ids: Iterable[UUID]) -> None:
    """Have the duties of `kind` about these subjects settled; doing it twice does no harm."""
    for chunk in chunked(dict.fromkeys(subject_ids)):
        rows = [{"kind": kind, "subject_id": one} for one in chunk]
        act.connection.execute(inserting(act.connection, _touch).values(rows).on_conflict_do_nothing())


def touch_found(act: Act, kind: DutyKind, subjects: Select[Any]) -> None:
    """The same for whatever the question `subjects` finds."""
    touch(act, kind, act.connection.execute(subjects).scalars().all())


def touched(act: Act, kind: DutyKind, after: UUID | None, limit: int) -> list[UUID]:
    """Up to `limit` subjects of `kind` that wait to be settled, in the order of their ids, those after `after`."""
    query = select(_touch.c.subject_id).where(_touch.c.kind == kind).order_by(_touch.c.subject_id).limit(limit)
    if after is not None:
        query = query.where(_touch.c.subject_id > after)
    return list(act.connection.execute(query).scalars())


def untouch(act: Act, kind: DutyKind, subject_ids: Iterable[UUID]) -> None:
    """They are settled."""
    for chunk in chunked(subject_ids):
        pairs = [(kind, one) for one in chunk]
        act.connection.execute(delete(_touch).where(tuple_(_touch.c.kind, _touch.c.subject_id).in_(pairs)))
