"""What is being destroyed by decision, and can be had no more (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import Among, table_of
from registry.tables import DisposalItem
from regulation.disposal_states import ItemState

_doomed = table_of(DisposalItem)

GOING = select(_doomed.c.recording_id).where(_doomed.c.state.in_((ItemState.DESTROYING, ItemState.FAILED)))
"""Originals whose destruction has begun."""

_GOING_AMONG = Among(GOING, _doomed.c.recording_id)


def being_destroyed(session: Session, recording_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these recordings whose destruction has begun: it is not stopped any more (Art. 18)."""
    return {row.recording_id for row in _GOING_AMONG.rows(session.connection(), recording_ids)}
