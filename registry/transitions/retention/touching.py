"""Marking originals whose terms are to be worked out anew: the next sweep does it, with each unit's policy at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select

from registry.act import Act
from registry.bulk import chunked, inserting, table_of
from registry.tables import Recording, TermTouch

_touch, _recording = table_of(TermTouch), table_of(Recording)


def touch_terms(act: Act, recording_ids: Iterable[UUID]) -> None:
    """Have the terms of these recordings worked out anew; doing it twice does no harm."""
    for chunk in chunked(dict.fromkeys(recording_ids)):
        rows = [{"recording_id": one} for one in chunk]
        act.connection.execute(inserting(act.connection, _touch).values(rows).on_conflict_do_nothing())


def touch_found_terms(act: Act, recordings: Select[Any]) -> None:
    """The same for whatever the question `recordings` finds, however many they are."""
    statement = inserting(act.connection, _touch).from_select(["recording_id"], recordings)
    act.connection.execute(statement.on_conflict_do_nothing())


def touch_activities(act: Act, activity_ids: Iterable[UUID]) -> None:
    """The same for whatever is filed under these activities."""
    for chunk in chunked(dict.fromkeys(activity_ids)):
        touch_found_terms(act, select(_recording.c.id).where(_recording.c.activity_id.in_(chunk)))


def touched_terms(act: Act, limit: int, besides: Collection[UUID] = ()) -> list[UUID]:
    """Up to `limit` recordings that wait, in the order of their ids, `besides` these."""
    query = select(_touch.c.recording_id).order_by(_touch.c.recording_id).limit(limit + len(besides))
    found = act.connection.execute(query).scalars()
    return [one for one in found if one not in besides][:limit]


def untouch_terms(act: Act, recording_ids: Iterable[UUID]) -> None:
    """They are settled."""
    for chunk in chunked(recording_ids):
        act.connection.execute(delete(_touch).where(_touch.c.recording_id.in_(chunk)))
